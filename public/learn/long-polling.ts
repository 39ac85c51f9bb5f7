// Experiment: what long polling does between an answer and the next question, seen over a slow network.
import { html } from '/vendor/lit-html.js'
import { median } from '../../src/core/stats.ts'
import { about } from '../lab.ts'
import { count, duration } from '../words.ts'
import { experiment } from './experiment.ts'
import { follow } from './follow.ts'
import type { Exchange, Got } from './follow.ts'
import { lesson, rfc } from './links.ts'
import { drawn } from './picture.ts'
import type { Run } from './run.ts'
import { timeline } from './timeline.ts'

interface Phase {
  perSecond: number
  from: number
  to: number
}
interface Data {
  /** Questions and answers as this page saw them. */
  exchanges: readonly Exchange[]
  events: readonly Got[]
  /** Time of a question that is answered at once: the first of the connection, asked again on the warm line. */
  tripMs: number
  /** The lab makes events slowly first, then fast. */
  phases: Phase[]
  lost: number
  repeated: number
  now: number
}

const RATES = [1, 6] as const
const PHASE_MS = 6000
/** 300 ms there and back. */
const PROFILE = '3g'

async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await run.rate(RATES[0])
  await bench.set('long-polling', { http: '1.1', profile: PROFILE })
  const { origin } = bench.door('long-polling')
  run.step('measuring the round trip')
  const trips: number[] = []
  for (let i = 0; i < 4; i++) {
    const asked = performance.now()
    await (await fetch(`${origin}/feed/long-polling?after=earliest&limit=1&wait=0`, { signal: run.signal })).text()
    if (i > 0) trips.push(performance.now() - asked) // the first one opened the connection
  }
  const { tail } = await about()
  const startedAt = performance.now()
  const line = run.keep(follow({ bench, transport: 'long-polling', after: tail, startedAt }))
  const data: Data = {
    ...{ exchanges: line.exchanges, events: line.events, tripMs: median(trips) ?? NaN },
    ...{ phases: [], lost: 0, repeated: 0, now: 0 },
  }
  for (const perSecond of RATES) {
    await run.rate(perSecond)
    run.step(`${count(perSecond, 'event')} a second, 300 ms there and back`)
    const from = performance.now() - startedAt
    const phase: Phase = { perSecond, from, to: from + PHASE_MS }
    data.phases.push(phase)
    while ((data.now = performance.now() - startedAt) < phase.to) {
      run.show(data)
      await run.sleep(50)
    }
  }
  line.close()
  return { ...data, lost: line.lost, repeated: line.repeated }
}

interface Story {
  perSecond: number
  /** Answers with events. */
  answers: number
  events: number
  inGap: number
  /** Most events that one answer brought. */
  most: number
  together: number
  gapAges: number[]
  heldAges: number[]
}

/**
 * Answers of that phase, each with its events in order. The first event of an answer met a held question when it was due after the
 * question had arrived, which is half a round trip after it went out. All others were in the log by then.
 */
function storyOf({ exchanges, events, tripMs }: Data, { perSecond, from, to }: Phase): Story {
  const story: Story = { perSecond, answers: 0, events: 0, inGap: 0, most: 0, together: 0, gapAges: [], heldAges: [] }
  let next = 0
  for (const [index, { askedAt, answeredAt, events: n }] of exchanges.entries()) {
    const mine = events.slice(next, (next += n))
    // The first answer only finds out where we stand.
    if (index === 0 || n === 0 || answeredAt === undefined || answeredAt < from || answeredAt >= to) continue
    const [first, ...others] = mine.map(({ due, at }) => ({ age: at - due, wasHeld: due > askedAt + tripMs / 2 }))
    story.answers++
    story.events += n
    story.most = Math.max(story.most, n)
    if (n > 1) story.together++
    if (first?.wasHeld) story.heldAges.push(first.age)
    else if (first) story.gapAges.push(first.age)
    story.gapAges.push(...others.map(({ age }) => age))
  }
  return { ...story, inGap: story.gapAges.length }
}

function shown({ exchanges, events, tripMs, now }: Data) {
  return timeline({
    to: RATES.length * PHASE_MS + 300,
    rows: [
      {
        name: 'events are due',
        note: 'at the lab',
        lane: '',
        spans: [],
        marks: events.map(({ due }) => ({ at: due, kind: 'event' as const })),
      },
      {
        name: 'a question is there',
        note: 'at the lab',
        lane: 'long-polling',
        spans: exchanges.map(({ askedAt, answeredAt }) => ({
          from: askedAt + tripMs / 2,
          to: answeredAt === undefined ? now : Math.max(askedAt + tripMs / 2, answeredAt - tripMs / 2),
          kind: 'open' as const,
        })),
        marks: [],
      },
      {
        name: 'question … answer',
        note: 'in this page',
        lane: 'long-polling',
        spans: exchanges.map(({ askedAt, answeredAt }) => ({
          ...{ from: askedAt, kind: 'held' as const },
          to: answeredAt ?? now,
        })),
        marks: exchanges.map(({ askedAt }) => ({ at: askedAt, kind: 'request' as const })),
      },
      {
        name: 'events are read',
        note: 'in this page',
        lane: 'long-polling',
        spans: [],
        marks: events.map(({ at }) => ({ at, kind: 'event' as const })),
      },
    ],
    legend: {
      event: 'an event',
      open: 'the server holds a question',
      held: 'asked, not answered',
      request: 'the page asks',
    },
  })
}

export const screen = experiment<Data>({
  about: html`A long poll is held until there is an event; the answer travels to the page, and the next question travels
  back. Here each way takes 150 ms, so for a moment after each answer the server has no question from us.`,
  question: 'An event comes up just then. What happens to it?',
  choices: [
    'It is lost: nobody asked for it',
    'It comes with the next answer, together with others of that moment',
    'It waits, and each such event gets an answer of its own',
  ],
  seconds: 14,
  run,
  picture: drawn(shown),
  answer(data) {
    const { lost, tripMs } = data
    const stories = data.phases.map((phase) => storyOf(data, phase))
    const sum = (of: (story: Story) => number) => stories.reduce((total, story) => total + of(story), 0)
    const most = Math.max(...stories.map((each) => each.most))
    const inGap = sum((story) => story.inGap)
    const [gapAge, heldAge] = [
      median(stories.flatMap(({ gapAges }) => gapAges)),
      median(stories.flatMap(({ heldAges }) => heldAges)),
    ]
    return {
      sentence:
        `${inGap} of ${count(
          sum(({ gapAges, heldAges }) => gapAges.length + heldAges.length),
          'event',
        )} came up while the server had no question: ${lost === 0 ? 'none was lost' : `${lost} were lost`}, ` +
        `and up to ${most} came together in one answer.`,
      details: [
        `A question is away for one round trip: ${duration(tripMs)}, measured here.`,
        ...stories.map(
          ({ perSecond, events, answers, together }) =>
            `At ${count(perSecond, 'event')} a second: ${count(events, 'event')} in ${count(answers, 'answer')}, ${together} of them with more than one.`,
        ),
        ...(gapAge !== undefined && heldAge !== undefined
          ? [
              `Median age of an event that met no question: ${duration(gapAge)}; of one that met a held question: ${duration(heldAge)}.`,
            ]
          : []),
      ],
      choice: lost > 0 ? 0 : inGap === 0 ? undefined : most > 1 ? 1 : 2,
      ...((lost > 0 || inGap === 0) && {
        surprise:
          lost > 0
            ? 'Events are missing, which must not happen: the cursor should have asked for them.'
            : 'No event fell between two questions this time, so there is nothing to see. Run it again.',
      }),
    }
  },
  reason: html`<p>
      The question carries the cursor of the last event seen (<code>?after=…</code>). What came up meanwhile stands in
      the log behind that cursor, so the next question finds it there and is answered at once, with all of it. Without a
      cursor (or a queue for each client at the server) those events would be lost; this is the classic mistake of long
      polling (the pattern itself: ${rfc(6202, '2.1')}).
    </p>
    <p>
      So long polling batches by itself when it must: the more events come in one round trip, the more share an answer.
      That is why its cost for each event falls with the rate, and why its latency is not that of a stream: an event
      that just misses a question waits up to a round trip for the next, and half a one for the answer.
    </p>
    <p>
      ${lesson('sse-reconnect', 'SSE')} changes one thing: the answer does not end, so there is no moment without it.
    </p>`,
  formula: (data) =>
    html`<p class="math">events per answer = r·t + e^(−r·t)</p>
      <p><code>r</code> events a second, <code>t</code> = ${duration(data.tripMs)} measured.</p>
      <div class="scroll" tabindex="0" role="region" aria-label="Formula and measurement">
        <table class="raw">
          <thead>
            <tr>
              ${['r', 'formula', 'measured'].map((each) => html`<th scope="col" class="number">${each}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${data.phases.map((phase) => {
              const { perSecond, events, answers } = storyOf(data, phase)
              const rt = (perSecond * data.tripMs) / 1000
              return html`<tr>
                <th scope="row" class="number">${perSecond}</th>
                <td class="number">${(rt + Math.exp(-rt)).toFixed(2)}</td>
                <td class="number">${answers > 0 ? (events / answers).toFixed(2) : '–'}</td>
              </tr>`
            })}
          </tbody>
        </table>
      </div>
      <p class="quiet">
        The formula is for events at wholly random moments (Poisson). The lab’s clock spreads them more evenly, one in
        each slot of 1/r s, so a few more find a question waiting or share an answer than it says; and so few answers
        scatter.
      </p>`,
  table: ({ exchanges }) => ({
    caption: 'Questions and answers, by this page’s clock',
    columns: ['question', 'asked at, ms', 'answered at, ms', 'held and under way, ms', 'events in the answer'],
    rows: exchanges.map(({ askedAt, answeredAt, events }, index) => [
      ...[index + 1, askedAt, answeredAt],
      answeredAt === undefined ? undefined : answeredAt - askedAt,
      events,
    ]),
  }),
  measured: html`The lab’s own client (<code>transports/long-polling/client.ts</code>) through a door whose proxy delays
  both directions like a 3G network (profile “3g”: 150 ms each way and up to 50 ms of jitter). One event a second for
  six seconds, then six. This page sees when it asks and when an answer comes; the moments at the server are reckoned
  from those and the round trip, which is the median of three questions that are answered at once. So an event near the
  edge of a gap may be counted on the wrong side; what was lost and what came together is exact.`,
})
