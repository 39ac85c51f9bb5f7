// Experiment: the same stream three times, with batching windows of 0, 20 and 100 ms: bytes, writes, and who waits.
import { html } from '/vendor/lit-html.js'
import { median } from '../../src/core/stats.ts'
import type { TransportName } from '../../transports/clients.ts'
import type { Bench } from '../bench.ts'
import { about, LabError } from '../lab.ts'
import { count, duration, size } from '../words.ts'
import { barList } from './bars.ts'
import { chart } from './chart.ts'
import { countedAt, passed } from './doors.ts'
import type { Passed } from './doors.ts'
import { experiment } from './experiment.ts'
import { follow } from './follow.ts'
import type { Got } from './follow.ts'
import { lesson, outside, rfc } from './links.ts'
import type { Picture } from './picture.ts'
import { bytesOf, recordsOf } from './records.ts'
import type { Run } from './run.ts'
import { render } from '/vendor/lit-html.js'

interface Line {
  batchMs: number
  events: readonly Got[]
  lost: number
  passed?: Passed
  /** TLS records with events in them, of the last ones that the lab kept. */
  records: { events: number; cipherBytes: number }[]
}
interface Data {
  lines: Line[]
  wireTrouble?: string
}

/** Every door carries every transport; so each window has bytes of its own. */
const DOORS: readonly TransportName[] = ['polling', 'long-polling', 'sse']
const LANES = ['polling', 'long-polling', 'sse'] as const
const WINDOWS = [0, 20, 100] as const
const PER_SECOND = 100
const LAST_MS = 7000

async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await Promise.all(DOORS.map((door, index) => bench.set(door, { http: '1.1', batchMs: WINDOWS[index]! })))
  await run.rate(PER_SECOND)
  const { tail } = await about()
  const startedAt = performance.now()
  const followed = DOORS.map((door) => run.keep(follow({ bench, transport: 'sse', door, after: tail, startedAt })))
  const data: Data = {
    lines: followed.map(({ events }, index) => ({ batchMs: WINDOWS[index]!, events, lost: 0, records: [] })),
  }
  run.step('waiting for the three streams')
  await run.until(() => followed.every(({ isOpen }) => isOpen), 3000)
  await run.sleep(300) // hello and what was published meanwhile are another write
  const before = await Promise.all(DOORS.map((door) => countedAt(bench, door)))
  const had = followed.map(({ events }) => events.length)
  const since = performance.now() - startedAt
  run.step(`${PER_SECOND} events a second`)
  while (performance.now() - startedAt < since + LAST_MS) {
    await run.sleep(100)
    run.show(data)
  }
  const after = await Promise.all(DOORS.map((door) => countedAt(bench, door)))
  data.lines = data.lines.map((line, index) => ({
    ...line,
    events: line.events.slice(had[index]),
    lost: followed[index]!.lost,
    passed: passed(before[index]!, after[index]!),
  }))
  try {
    for (const [index, door] of DOORS.entries()) data.lines[index]!.records = await recordsWithEvents(bench, door)
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    data.wireTrouble = `This lab shows no records of its doors (${error.message}), so writes are not counted.`
  }
  return data
}

async function recordsWithEvents(bench: Bench, door: TransportName) {
  const records = recordsOf(await bench.wire(door, 0), { up: false, type: 'data' })
  return records
    .map((each) => ({ events: bytesOf(each).split('\ndata:{').length - 1, cipherBytes: each.cipherBytes }))
    .filter(({ events }) => events > 0)
    .slice(1) // the first of them may have been the replay
}

interface Figures {
  batchMs: number
  n: number
  medianMs: number
  worstMs: number
  bytesPerEvent: number
  eventsPerRecord: number
  /** A record's five bytes of header, one of type, sixteen of tag, for all events in it (TLS 1.3). */
  expectedBytes: number
}

const RECORD_BYTES = 22

function figuresOf({ batchMs, events, passed, records }: Line): Figures {
  const ages = events.map(({ due, at }) => at - due)
  const inRecords = records.reduce((sum, each) => sum + each.events, 0)
  const cipherBytes = records.reduce((sum, each) => sum + each.cipherBytes, 0)
  return {
    ...{ batchMs, n: events.length, medianMs: median(ages) ?? NaN, worstMs: ages.length > 0 ? Math.max(...ages) : NaN },
    bytesPerEvent: (passed?.down ?? NaN) / events.length,
    eventsPerRecord: inRecords / records.length,
    expectedBytes: (cipherBytes - RECORD_BYTES * records.length) / inRecords,
  }
}

const signed = (ms: number) => (ms < 0 ? `−${duration(-ms)}` : duration(ms))
const windowOf = (batchMs: number) => (batchMs === 0 ? 'no window' : `${batchMs} ms`)

function picture(box: HTMLElement): Picture<Data> {
  const [plot, bars] = [document.createElement('div'), document.createElement('div')]
  const title = document.createElement('h4')
  title.textContent = 'How old each event is when it is read'
  box.classList.add('plots')
  box.append(title, plot, bars)
  const shown = chart(plot, {
    label: 'Age of each event when it arrived, for three batching windows',
    heightPx: 250,
    x: { label: 'when the event was due, s', range: [0, 3] },
    y: { label: 'age, ms', range: [0, 150] },
    series: LANES.map((lane, index) => ({ name: windowOf(WINDOWS[index]!), lane, as: 'dots' as const })),
  })
  return {
    draw({ lines }) {
      const last = Math.max(0, ...lines.flatMap(({ events }) => events.at(-1)?.due ?? 0))
      const from = Math.max(0, last - 3000)
      shown.draw(
        lines.map(({ events }) =>
          events
            .filter(({ due }) => due >= from)
            .map(({ due, at }): [number, number] => [(due - from) / 1000, at - due])
            .sort(([a], [b]) => a - b),
        ),
      )
      if (lines[0]!.passed === undefined) return
      const all = lines.map(figuresOf)
      const most = Math.max(1, ...all.map((each) => each.bytesPerEvent).filter(Number.isFinite))
      const list = (title: string, of: (figures: Figures) => number, words: (value: number) => string, top: number) =>
        barList(
          title,
          all.map((each, index) => ({
            ...{ name: windowOf(each.batchMs), lane: LANES[index]! },
            ...{ share: (of(each) || 0) / top, words: Number.isFinite(of(each)) ? words(of(each)) : '–' },
          })),
        )
      render(
        html`${list('Bytes down for each event, with TLS', (each) => each.bytesPerEvent, size, most)}
        ${list(
          'TLS records for 100 events',
          (each) => 100 / each.eventsPerRecord,
          (value) => value.toFixed(0),
          100,
        )}`,
        bars,
      )
    },
    close: shown.close,
  }
}

const MATH = `events in a write: n = 1 + r·B
mean wait = B · (1 + r·B/2) / n
bytes for each event = e + 22/n`

export const screen = experiment<Data>({
  about: html`The lab makes ${PER_SECOND} events a second. Three streams carry the same events: one writes each at once,
  one gathers them for 20 ms, one for 100 ms, and writes what has come together.`,
  question: 'With a window of 100 ms about ten events share one write. How many of the bytes does that save?',
  choices: ['A tenth to a third', 'About half', 'Nine tenths: ten share the cost of one'],
  seconds: 10,
  run,
  picture,
  answer({ lines, wireTrouble }) {
    const all = lines.map(figuresOf)
    const [none, , long] = all as [Figures, Figures, Figures]
    const saved = 1 - long.bytesPerEvent / none.bytesPerEvent
    const added = long.medianMs - none.medianMs
    const lost = lines.reduce((sum, line) => sum + line.lost, 0)
    const percent = `${Math.round(Math.abs(saved) * 100)} %`
    if (!all.every(({ n, bytesPerEvent }) => n > 0 && Number.isFinite(bytesPerEvent)))
      return {
        sentence: 'Not every stream carried an event in this run, so there is nothing to compare.',
        choice: undefined,
        surprise:
          'Each of them should have carried hundreds. Is the lab still running, and does it answer? Run it again.',
      }
    const isOdd = !(added > 20 && added < 110) || !(saved >= 0.07)
    return {
      sentence:
        `Gathering for 100 ms ${saved < 0 ? 'cost' : 'saved'} ${percent} of the bytes (${size(long.bytesPerEvent)} instead of ${size(none.bytesPerEvent)} for each event)` +
        (Number.isFinite(none.eventsPerRecord / long.eventsPerRecord)
          ? ` and ${Math.round((1 - none.eventsPerRecord / long.eventsPerRecord) * 100)} % of the records; `
          : '; ') +
        `the median event got ${duration(Math.abs(added))} ${added < 0 ? 'younger' : 'older'}.`,
      details: [
        ...all.map(
          (each) =>
            `${each.batchMs === 0 ? 'No window' : `Window of ${each.batchMs} ms`}: ${size(each.bytesPerEvent)} for each event` +
            (Number.isFinite(each.eventsPerRecord) ? `, ${each.eventsPerRecord.toFixed(1)} events in a record` : '') +
            `; median age ${duration(each.medianMs)}, worst ${duration(each.worstMs)}.`,
        ),
        lost === 0 ? 'No stream lost an event.' : `${count(lost, 'event')} lost.`,
        ...(wireTrouble ? [wireTrouble] : []),
      ],
      choice: saved < 0.07 ? undefined : saved < 0.36 ? 0 : saved < 0.7 ? 1 : 2,
      ...(isOdd && {
        surprise:
          'An event should wait about half the window, and a record of ten save a tenth of the bytes at least. This machine was so busy that events were gathered without one, or read late; run it again.',
      }),
    }
  },
  reason: html`<p>
      What can be shared is what a write costs, not what an event is. An event here is some 85 bytes of JSON and some 25
      of <code>id:</code> and <code>data:</code>, batched or not. What ten events share is one TLS record:
      ${RECORD_BYTES} bytes instead of ten times as many (${rfc(8446, '5.2')}). So the bytes fall by a fifth or so, and
      more only where events are tiny.
    </p>
    <p>
      What falls to a tenth is the number of writes, records and packets: each is a system call, an encryption, a TCP/IP
      header of 40 bytes or more that is not counted here (${rfc(9293, '3.1')}), a wake-up of the reader, and on a phone
      of its radio. With a thousand readers that is a thousand writes for each event: that is why busy servers batch.
    </p>
    <p>
      The event pays with its age: the first of a window waits for all of it, the last hardly. Nagle’s algorithm does
      the same below, and waits for an acknowledgement instead of a clock (${rfc(9293, '3.7.4')}); the lab turns it off
      (${outside('https://man7.org/linux/man-pages/man7/tcp.7.html', 'TCP_NODELAY')}), so that its window is the only
      one. See ${lesson('what-tls-adds', 'what TLS adds')} for the record.
    </p>`,
  formula({ lines }) {
    return html`<p class="math">${MATH}</p>
      <p>
        <code>r</code> is the rate, ${PER_SECOND}/s; <code>B</code> the window; <code>e</code> what an event is by
        itself.
      </p>
      <div class="scroll" tabindex="0" role="region" aria-label="Formula and measurement">
        <table class="raw">
          <thead>
            <tr>
              ${['B', 'n', 'n measured', 'mean wait', 'measured more than without', 'e + 22/n', 'bytes measured'].map((each) => html`<th scope="col">${each}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${lines.map((line) => {
              const each = figuresOf(line)
              const [b, r] = [line.batchMs, PER_SECOND / 1000]
              const n = 1 + r * b
              const mean = (of: Line) => of.events.reduce((sum, { due, at }) => sum + at - due, 0) / of.events.length
              return html`<tr>
                <th scope="row">${b} ms</th>
                <td class="number">${n.toFixed(1)}</td>
                <td class="number">${Number.isFinite(each.eventsPerRecord) ? each.eventsPerRecord.toFixed(1) : '–'}</td>
                <td class="number">${duration((b * (1 + (r * b) / 2)) / n)}</td>
                <td class="number">${signed(mean(line) - mean(lines[0]!))}</td>
                <td class="number">
                  ${Number.isFinite(each.expectedBytes) ? size(each.expectedBytes + RECORD_BYTES / n) : '–'}
                </td>
                <td class="number">${size(each.bytesPerEvent)}</td>
              </tr>`
            })}
          </tbody>
        </table>
      </div>`
  },
  table: ({ lines }) => ({
    caption: 'The three streams',
    columns: [
      ...['window, ms', 'events', 'median age, ms', 'worst age, ms', 'bytes down', 'bytes per event'],
      ...['events per record', 'lost'],
    ],
    rows: lines.map((line) => {
      const { batchMs, n, medianMs, worstMs, bytesPerEvent, eventsPerRecord } = figuresOf(line)
      return [
        ...[batchMs, n, medianMs, worstMs, line.passed?.down, bytesPerEvent],
        ...[Number.isFinite(eventsPerRecord) ? eventsPerRecord : undefined, line.lost],
      ]
    }),
  }),
  measured: html`Three streams of server-sent events over HTTP/1.1, each through a door of its own with
    <code>batchMs</code> 0, 20 and 100; heads and handshakes are not in the bytes, which are counted at the socket from
    the moment when all three are open. Records are those that passed the door, opened with the lab’s own secrets; it
    keeps the last 256. A busy machine gathers events without any window: what is due while it does something else
    leaves in one write.`,
})
