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

interface Data {
  /** Questions and answers as this page saw them. */
  exchanges: readonly Exchange[]
  events: readonly Got[]
  /** Time of a question that is answered at once: the first of the connection, asked again on the warm line. */
  tripMs: number
  lost: number
  repeated: number
  now: number
}

const PER_SECOND = 3
const LAST_MS = 10_000
/** What the picture shows: the last so much. */
const VIEW_MS = 5000
/** 300 ms there and back. */
const PROFILE = '3g'

async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await run.rate(PER_SECOND)
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
    ...{ exchanges: line.exchanges, events: line.events, tripMs: median(trips)! },
    ...{ lost: 0, repeated: 0, now: 0 },
  }
  run.step(`${PER_SECOND} events a second, 300 ms there and back`)
  while ((data.now = performance.now() - startedAt) < LAST_MS) {
    run.show(data)
    await run.sleep(50)
  }
  line.close()
  return { ...data, lost: line.lost, repeated: line.repeated }
}

interface Story {
  answers: number
  /** Due while no question was at the server. */
  inGap: number
  held: number
  /** Most events that one answer brought. */
  most: number
  together: number
  medianGapAgeMs: number
  medianHeldAgeMs: number
}

/**
 * When the server had no question, by this page's clock: from half a round trip before an answer came, when it left, to half a round
 * trip after the next question went out, when it arrived.
 */
function storyOf({ exchanges, events, tripMs }: Data): Story {
  const done = exchanges.slice(1).filter(({ events }) => events > 0) // the first only found out where we stand
  const gaps = exchanges.flatMap(({ answeredAt }, index) => {
    const next = exchanges[index + 1]
    return answeredAt === undefined || !next ? [] : [[answeredAt - tripMs / 2, next.askedAt + tripMs / 2] as const]
  })
  const ages = { gap: [] as number[], held: [] as number[] }
  for (const { due, at } of steady(exchanges, events))
    ages[gaps.some(([from, to]) => due > from && due < to) ? 'gap' : 'held'].push(at - due)
  return {
    answers: done.length,
    inGap: ages.gap.length,
    held: ages.held.length,
    most: Math.max(0, ...done.map(({ events }) => events)),
    together: done.filter(({ events }) => events > 1).length,
    medianGapAgeMs: median(ages.gap) ?? NaN,
    medianHeldAgeMs: median(ages.held) ?? NaN,
  }
}

/** Without those of the first answer, which only found out where we stand. */
const steady = (exchanges: readonly Exchange[], events: readonly Got[]) => events.slice(exchanges[0]?.events ?? 0)

function shown({ exchanges, events, tripMs, now }: Data) {
  const from = Math.max(0, now - VIEW_MS)
  return timeline({
    from,
    to: from + VIEW_MS,
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
      event: 'an event (several at one moment lie on each other)',
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
  seconds: 12,
  run,
  picture: drawn(shown),
  answer(data) {
    const { answers, inGap, held, most, together, medianGapAgeMs, medianHeldAgeMs } = storyOf(data)
    const { lost, tripMs } = data
    const { length } = steady(data.exchanges, data.events)
    const waited =
      Number.isFinite(medianGapAgeMs) && Number.isFinite(medianHeldAgeMs)
        ? [
            `Median age of an event that met no question: ${duration(medianGapAgeMs)}; of one that met a held question: ${duration(medianHeldAgeMs)}.`,
          ]
        : []
    return {
      sentence:
        `${count(inGap, 'event')} of ${length} came up while the server had no question: ${lost === 0 ? 'none was lost' : `${lost} were lost`}, ` +
        `and the ${length} came in ${count(answers, 'answer')}, up to ${most} in one.`,
      details: [
        `A question is away for one round trip: ${duration(tripMs)} here, measured.`,
        `${together} of ${answers} answers brought more than one event; ${held} events found a question waiting.`,
        ...waited,
      ],
      choice: lost > 0 ? 0 : inGap === 0 ? undefined : most > 1 ? 1 : 2,
      ...(inGap === 0 && {
        surprise: 'No event fell between two questions this time, so there is nothing to see. Run it again.',
      }),
      ...(lost > 0 && {
        surprise: 'Events are missing, which must not happen: the cursor should have asked for them.',
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
  formula(data) {
    const { answers } = storyOf(data)
    const r = PER_SECOND
    const t = data.tripMs / 1000
    const expected = r * t + Math.exp(-r * t)
    return html`<p class="math">events per answer = r·t + e^(−r·t)</p>
      <p>
        With r = ${r} events a second and t = ${duration(data.tripMs)}: ${expected.toFixed(2)}. Measured:
        ${(data.events.length / answers).toFixed(2)}.
      </p>
      <p class="quiet">
        The formula is for events at wholly random moments (Poisson). The lab’s clock spreads them a little more evenly:
        one in each eighth of a second.
      </p>`
  },
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
  both directions like a 3G network (profile “3g”: 150 ms each way and up to 50 ms of jitter). Three events a second.
  This page sees when it asks and when an answer comes; the moments at the server are reckoned from those and the round
  trip, which is the median of three questions that are answered at once. So an event near the edge of a gap may be
  counted on the wrong side; what was lost and what came together is exact.`,
})
