// Experiment: three polling clients with three intervals beside each other; how old events get, and what asking costs.
import { html, render } from '/vendor/lit-html.js'
import { median } from '../../src/core/stats.ts'
import { about } from '../lab.ts'
import { duration, size } from '../words.ts'
import { barList } from './bars.ts'
import { chart } from './chart.ts'
import { countedAt, overHttp1, passed } from './doors.ts'
import type { Passed } from './doors.ts'
import { experiment } from './experiment.ts'
import { follow } from './follow.ts'
import type { Exchange, Got } from './follow.ts'
import { rfc, lesson } from './links.ts'
import type { Picture } from './picture.ts'
import type { Run } from './run.ts'

interface Line {
  intervalMs: number
  events: readonly Got[]
  exchanges: readonly Exchange[]
  lost: number
  passed?: Passed
}
interface Data {
  lines: Line[]
  /** Whether nobody looked at the page for a while: then the browser slows its timers down. */
  wasHidden: boolean
}

/** Each goes through a door of its own, so that its bytes are its own. */
const DOORS = ['polling', 'long-polling', 'sse'] as const
const INTERVALS = [250, 1000, 4000] as const
const PER_SECOND = 4
const LAST_MS = 16_300

async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await overHttp1(bench, DOORS)
  await run.rate(PER_SECOND)
  const before = await Promise.all(DOORS.map((door) => countedAt(bench, door)))
  const startedAt = performance.now()
  const { tail } = await about()
  const followed = INTERVALS.map((pollMs, index) =>
    run.keep(follow({ bench, transport: 'polling', door: DOORS[index]!, after: tail, pollMs, startedAt })),
  )
  const data: Data = {
    lines: followed.map(({ events, exchanges }, index) => ({
      intervalMs: INTERVALS[index]!,
      events,
      exchanges,
      lost: 0,
    })),
    wasHidden: document.hidden,
  }
  run.step(`${PER_SECOND} events a second`)
  while (performance.now() - startedAt < LAST_MS) {
    await run.sleep(100)
    data.wasHidden ||= document.hidden
    run.show(data)
  }
  for (const each of followed) each.close()
  const after = await Promise.all(DOORS.map((door) => countedAt(bench, door)))
  data.lines = data.lines.map((line, index) => ({
    ...line,
    lost: followed[index]!.lost,
    passed: passed(before[index]!, after[index]!),
  }))
  return data
}

interface Figures {
  intervalMs: number
  n: number
  medianMs: number
  worstMs: number
  /** Question to answer, typically. */
  tripMs: number
  expectedMs: number
  bytesPerEvent: number
  requests: number
  emptyShare: number
}

function figuresOf({ intervalMs, events, exchanges, passed }: Line): Figures {
  const ages = events.map(({ due, at }) => at - due)
  // The first question opens the connection and asks where we stand: it belongs to no interval.
  const answered = exchanges.slice(1).filter(({ answeredAt }) => answeredAt !== undefined)
  const tripMs = median(answered.map(({ askedAt, answeredAt }) => answeredAt! - askedAt)) ?? NaN
  return {
    intervalMs,
    n: events.length,
    medianMs: median(ages) ?? NaN,
    worstMs: ages.length > 0 ? Math.max(...ages) : NaN,
    tripMs,
    expectedMs: intervalMs / 2 + tripMs,
    bytesPerEvent: (passed?.total ?? NaN) / events.length,
    requests: answered.length,
    emptyShare: answered.filter(({ events }) => events === 0).length / answered.length,
  }
}

function picture(box: HTMLElement): Picture<Data> {
  const rows = INTERVALS.map((intervalMs, index) => {
    const isLast = index === INTERVALS.length - 1
    const row = document.createElement('div')
    const [title, plot] = [document.createElement('h4'), document.createElement('div')]
    title.textContent = `asks every ${duration(intervalMs).replace('.00', '')}`
    row.append(title, plot)
    box.append(row)
    return chart(plot, {
      label: `Age of each event when it arrived, polling every ${intervalMs} ms`,
      ...{ heightPx: isLast ? 172 : 144, hasKeys: isLast },
      x: { label: isLast ? 'when the event was due, s' : '', range: [0, LAST_MS / 1000] },
      y: { label: 'age, s', range: [0, 4.6] },
      series: [
        { name: 'one event', lane: 'polling', as: 'dots' },
        { name: 'measured median', as: 'line' },
        { name: 'interval/2 + round trip', lane: 'wss', as: 'dashes' },
      ],
    })
  })
  const costs = document.createElement('div')
  box.append(costs)
  box.classList.add('plots')
  return {
    draw({ lines }) {
      for (const [index, line] of lines.entries()) {
        const { medianMs, expectedMs } = figuresOf(line)
        const across = (ms: number): [number, number][] =>
          Number.isFinite(ms)
            ? [
                [0, ms / 1000],
                [LAST_MS / 1000, ms / 1000],
              ]
            : []
        const dots = line.events.map(({ due, at }): [number, number] => [due / 1000, (at - due) / 1000])
        rows[index]!.draw([dots.sort(([a], [b]) => a - b), across(medianMs), across(expectedMs)])
      }
      const all = lines.map(figuresOf)
      const most = Math.max(...all.map(({ bytesPerEvent }) => bytesPerEvent))
      const bars = all.map((each) => ({
        ...{ name: `every ${every(each)}`, share: each.bytesPerEvent / most, words: size(each.bytesPerEvent) },
        lane: 'polling',
      }))
      render(Number.isFinite(most) ? barList('Bytes for each event, up and down', bars) : '', costs)
    },
    close: () => rows.forEach((each) => each.close()),
  }
}

const every = ({ intervalMs }: Figures) => duration(intervalMs).replace('.00', '')
const isKnown = ({ n, medianMs, bytesPerEvent, emptyShare }: Figures) =>
  n > 0 && [medianMs, bytesPerEvent, emptyShare].every(Number.isFinite)
const isOff = ({ medianMs, expectedMs }: Figures) => !(Math.abs(medianMs - expectedMs) < 30 + 0.3 * expectedMs)

export const screen = experiment<Data>({
  about: html`Three clients ask for the same events: one pauses 250 ms between two questions, one 1 s, one 4 s. An event
  is as old as the time since it was due at the lab.`,
  question: 'The pause grows from 1 s to 4 s. How does the age of the median event grow?',
  choices: [
    'Hardly: the network takes most of the time',
    'To about twice',
    'To about four times',
    'To about sixteen times',
  ],
  seconds: 17,
  run,
  picture,
  answer({ lines, wasHidden }) {
    const all = lines.map(figuresOf)
    const [, one, four] = all as [Figures, Figures, Figures]
    const older = four.medianMs / one.medianMs
    const lost = lines.reduce((sum, line) => sum + line.lost, 0)
    const off = all.filter(isOff)
    const choice = older < 1.4 ? 0 : older < 2.8 ? 1 : older < 8 ? 2 : 3
    if (!all.every(isKnown))
      return {
        sentence: 'Not every client had an event in this run, so there is nothing to compare.',
        choice: undefined,
        surprise: 'Each of them should have had dozens. Is the lab still running, and does it answer? Run it again.',
      }
    return {
      sentence:
        `Asking every ${every(four)} instead of every ${every(one)} made the median event ${older.toFixed(1)} times as old ` +
        `(${duration(four.medianMs)} against ${duration(one.medianMs)}). Each event then took ` +
        `${size(four.bytesPerEvent)} instead of ${size(one.bytesPerEvent)}.`,
      details: [
        ...all.map(
          (each) =>
            `Every ${every(each)}: median age ${duration(each.medianMs)}, worst ${duration(each.worstMs)}; ` +
            `${size(each.bytesPerEvent)} for each event; ${Math.round(each.emptyShare * 100)} % of ${each.requests} answers were empty.`,
        ),
        lost === 0 ? 'No client lost an event: they only waited longer.' : `${lost} events are missing.`,
      ],
      choice,
      ...(off.length > 0 && {
        surprise:
          `Every ${off.map(every).join(' and ')} is not where interval/2 + round trip puts it. ` +
          (wasHidden
            ? 'The page was in the background for a while, where browsers slow timers down.'
            : `With ${one.n} events the median moves by itself; a busy machine or browser adds to it. Run it again and see whether it stays.`),
      }),
    }
  },
  reason: html`<p>
      In polling the server never speaks first (${rfc(9110, '3.3')}): an event waits in the log for the next question.
      It comes at a random moment between two questions, so it waits half an interval on average, and one interval at
      worst; the saw teeth in the picture are that wait. Then it travels back with the answer.
    </p>
    <p>
      The price is paid the other way round. A question and its answer cost about the same whether there are events in
      it or not: heads and TLS records. Ask four times as often, and you pay four times as often; with few events most
      of it buys an empty answer. A long interval gathers several events in one answer, so they share the heads.
    </p>
    <p>
      There is no interval that is both fresh and cheap. ${lesson('long-polling', 'Long polling')} gets out of the
      bargain: it asks once, and the server holds the answer until there is something in it.
    </p>`,
  formula({ lines }) {
    return html`<p class="math">median age = i/2 + t</p>
      <p class="math">worst = i + 3t/2</p>
      <p>
        <code>i</code> is the pause between an answer and the next question, <code>t</code> the round trip of a
        question.
      </p>
      <div class="scroll" tabindex="0" role="region" aria-label="Formula and measurement">
        <table class="raw">
          <thead>
            <tr>
              ${['i', 't measured', 'i/2 + t', 'median measured', 'difference'].map((each) => html`<th scope="col">${each}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${lines.map(figuresOf).map(
              (each) =>
                html`<tr>
                  <th scope="row">${every(each)}</th>
                  <td class="number">${duration(each.tripMs)}</td>
                  <td class="number">${duration(each.expectedMs)}</td>
                  <td class="number">${duration(each.medianMs)}</td>
                  <td class="number">
                    ${isKnown(each) ? `${Math.round(((each.medianMs - each.expectedMs) / each.expectedMs) * 100)} %` : '–'}
                  </td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <p class="quiet">
        The median of so few events moves by itself: ${PER_SECOND} events a second for 16 s are
        ${lines[0]!.events.length}.
      </p>`
  },
  table: ({ lines }) => ({
    caption: 'The three clients',
    columns: [
      ...['interval, ms', 'events', 'median age, ms', 'worst age, ms', 'round trip, ms', 'interval/2 + round trip, ms'],
      ...['requests', 'empty answers', 'bytes up', 'bytes down', 'bytes per event', 'connections', 'lost'],
    ],
    rows: lines.map((line) => {
      const { intervalMs, n, medianMs, worstMs, tripMs, expectedMs, requests, emptyShare, bytesPerEvent } =
        figuresOf(line)
      return [
        ...[intervalMs, n, medianMs, worstMs, tripMs, expectedMs],
        ...[requests, Math.round(emptyShare * requests), line.passed?.up, line.passed?.down, bytesPerEvent],
        ...[line.passed?.connections, line.lost],
      ]
    }),
  }),
  measured: html`The lab makes ${PER_SECOND} events a second, each due at a random moment of its quarter, so that no
    client can fall into step with them. The clients are the lab’s own (<code>transports/polling/client.ts</code>), each
    through a door of its own: its bytes are counted there at the socket, below TLS, with the handshake. Age is the time
    from when the event was due, by the lab’s clock, to the call of <code>onEvent</code>, by this page’s; the two clocks
    are compared as NTP does, which on one machine is good to a millisecond.`,
})
