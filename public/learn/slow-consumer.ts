// Experiment: one reader takes 20 kB a second of a feed that makes forty times as much; how long the server puts up with it, and then.
import { html } from '/vendor/lit-html.js'
import { parseCursor } from '../../src/core/event.ts'
import type { Cursor } from '../../src/core/event.ts'
import type { Bench } from '../bench.ts'
import { about } from '../lab.ts'
import { count, duration, size } from '../words.ts'
import { chart } from './chart.ts'
import { experiment } from './experiment.ts'
import { feedOf } from './feed.ts'
import { follow } from './follow.ts'
import type { Followed, Got } from './follow.ts'
import { lesson, outside, rfc } from './links.ts'
import type { Picture } from './picture.ts'
import type { Run } from './run.ts'

interface Data {
  fast: readonly Got[]
  slow: readonly Got[]
  /** How far behind the slow one was, in events. */
  behind: { at: number; events: number }[]
  states: Followed['states']
  closes: { at: number; code: number }[]
  /** What this server puts up with (`/limits`). */
  limits: { queueBytes: number; stallMs: number }
  /** From here on more was made than the slow one could take. */
  begunAt: number
  /** The server had let go of the slow line. */
  letGoAt: number | undefined
  /** The line is a good one again, and the feed is small again. */
  healedAt: number | undefined
  caughtUpAt: number | undefined
  lost: number
  repeated: number
  gaps: number
  fastLost: number
}

const TAKES = 20_000
const EVENT_BYTES = 16_000
const PER_SECOND = 100
const SLOW_MS = 9000
/** It is let be slow for a little longer, to be seen. */
const LINGER_MS = 1000
const AFTER_MS = 8000

async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await bench.set('wss', { http: '1.1', downBytesPerSecond: TAKES })
  await bench.set('sse', { http: '1.1' })
  await bench.refresh()
  const feed = await feedOf(run, bench, 2)
  const { tail } = await about()
  const limits = (await (await fetch('/limits', { signal: run.signal })).json()) as Data['limits']
  const startedAt = performance.now()
  const now = () => performance.now() - startedAt
  const closes: Data['closes'] = []
  const fast = run.keep(follow({ bench, transport: 'sse', after: tail, startedAt }))
  const slow = run.keep(
    follow({
      ...{ bench, transport: 'wss', after: tail, startedAt },
      platform: {
        WebSocket: class extends WebSocket {
          constructor(url: string | URL, protocols?: string | string[]) {
            super(url, protocols)
            this.addEventListener('close', ({ code }) => closes.push({ at: now(), code }))
          }
        },
      },
    }),
  )
  const data: Data = {
    ...{ fast: fast.events, slow: slow.events, behind: [], states: slow.states, closes, limits },
    ...{ begunAt: 0, letGoAt: undefined },
    ...{ healedAt: undefined, caughtUpAt: undefined, lost: 0, repeated: 0, gaps: 0, fastLost: 0 },
  }
  await run.until(() => slow.isOpen && fast.isOpen, 4000)
  run.step(`${size(EVENT_BYTES * PER_SECOND)} a second are made, ${size(TAKES)} are taken`)
  await feed({ perSecond: PER_SECOND, payloadBytes: EVENT_BYTES })
  const begunAt = (data.begunAt = now())

  async function watch(until: number, isOver: () => boolean) {
    while (now() < until && !isOver()) {
      const events = offsetOf(fast.events.at(-1)?.id ?? tail) - offsetOf(slow.events.at(-1)?.id ?? tail)
      data.behind.push({ at: now(), events })
      if (data.letGoAt === undefined && (await openAt(bench)) === 0) data.letGoAt = now()
      run.show(data)
      await run.sleep(120)
    }
  }
  await watch(begunAt + SLOW_MS, () => now() > (data.letGoAt ?? Infinity) + LINGER_MS)
  run.step('the line gets well, the feed small')
  await feed({ perSecond: 2, payloadBytes: 0 })
  await bench.set('wss', { downBytesPerSecond: 0 })
  data.healedAt = now()
  const target = offsetOf((await about()).tail)
  await watch(data.healedAt + AFTER_MS, () => offsetOf(slow.events.at(-1)?.id ?? tail) >= target)
  if (offsetOf(slow.events.at(-1)?.id ?? tail) >= target) data.caughtUpAt = now()
  data.closes = [...closes] // what comes now is our own goodbye
  data.states = [...slow.states]
  for (const line of [fast, slow]) line.close()
  return { ...data, lost: slow.lost, repeated: slow.repeated, gaps: slow.gaps, fastLost: fast.lost }
}

const offsetOf = (id: Cursor) => parseCursor(id)!.offset

/** As the server counts them. */
async function openAt(bench: Bench): Promise<number | undefined> {
  await bench.refresh()
  return bench.door('wss').traffic?.open
}

const noticedAt = ({ states }: Data) => states.find(({ state }) => state === 'waiting')?.at
const backAt = (data: Data) =>
  data.states.find(({ at, state }) => state === 'open' && at > (noticedAt(data) ?? Infinity))?.at
const worst = (events: readonly Got[]) => Math.max(0, ...events.map(({ due, at }) => at - due))

/** The server's close code for a reader that is too slow. */
const SLOW = 4008
const HIGHEST_S = 16

function picture(box: HTMLElement): Picture<Data> {
  const [title, plot, said] = [document.createElement('h4'), document.createElement('div'), document.createElement('p')]
  title.textContent = 'Age of each event when it was read'
  said.className = 'quiet'
  box.classList.add('plots')
  box.append(title, plot, said)
  const total = (SLOW_MS + AFTER_MS) / 1000
  const shown = chart(plot, {
    label: 'Age of events at a fast and at a slow reader',
    heightPx: 300,
    x: { label: 'when it was read, s', range: [0, total] },
    y: { label: 'age, s', range: [0, HIGHEST_S] },
    series: [
      { name: 'slow reader (WebSocket)', lane: 'wss', as: 'dots' },
      { name: 'fast reader beside it (SSE)', lane: 'sse', as: 'dots' },
      { name: 'the line is well again', as: 'dashes' },
    ],
  })
  const dots = (events: readonly Got[]) =>
    events.map(({ due, at }): [number, number] => [at / 1000, (at - due) / 1000]).sort(([a], [b]) => a - b)
  return {
    draw(data) {
      const { healedAt, behind, letGoAt } = data
      const wall: [number, number][] =
        healedAt === undefined
          ? []
          : [
              [healedAt / 1000, 0],
              [healedAt / 1000 + 0.001, HIGHEST_S],
            ]
      shown.draw([dots(data.slow), dots(data.fast), wall])
      const events = behind.at(-1)?.events ?? 0
      said.textContent =
        `The slow one is ${count(Math.max(0, events), 'event')} behind.` +
        (letGoAt === undefined ? '' : ` The server let go of its line at ${duration(letGoAt)}.`)
    },
    close: shown.close,
  }
}

export const screen = experiment<Data>({
  about: html`Two readers follow the same feed. It suddenly makes ${size(EVENT_BYTES * PER_SECOND)} a second; one of the
  readers can take ${size(TAKES)} of it. When the server has let go of it, its line gets well again.`,
  question: 'What becomes of the events that the slow reader cannot take?',
  choices: [
    'The server keeps them in memory until the reader has them',
    'They are lost for that reader',
    'The server hangs up, and the reader gets them later, out of the log',
  ],
  seconds: 15,
  run,
  picture,
  answer(data) {
    const { begunAt, letGoAt, closes, lost, gaps, behind, caughtUpAt, healedAt, fastLost, repeated, limits } = data
    const most = Math.max(0, ...behind.map(({ events }) => events))
    const [noticed, back] = [noticedAt(data), backAt(data)]
    const code = closes[0]?.code
    const isDropped = letGoAt !== undefined || code === SLOW
    const isWhole = lost === 0 && gaps === 0 && caughtUpAt !== undefined
    const loss =
      gaps > 0 ? `was told of ${count(gaps, 'gap')}` : `lost ${lost === 0 ? 'nothing' : count(lost, 'event')}`
    return {
      sentence: isDropped
        ? `The server let go of the slow reader ${letGoAt === undefined ? '' : `after ${duration(letGoAt - begunAt)}, `}when it was ${count(most, 'event')} behind; ` +
          (back === undefined
            ? 'within this run it did not come back.'
            : `it came back at its cursor and ${loss}${caughtUpAt === undefined ? ', as far as it had read by the end' : ''}.`)
        : noticed !== undefined
          ? `The slow reader got ${count(most, 'event')} behind and its line broke, but that it was the server who let go of it was not seen.`
          : `The slow reader got ${count(most, 'event')} behind, and in ${duration((healedAt ?? SLOW_MS) - begunAt)} the server did not let go of it: what it could not take was still held in buffers on the way.`,
      details: [
        `The oldest event that the slow one read was ${duration(worst(data.slow))} old, the fast one’s ${duration(worst(data.fast))}: ${fastLost === 0 ? 'the fast one lost nothing' : `the fast one lost ${fastLost}`}.`,
        ...(code === undefined
          ? []
          : [
              `The slow one’s line closed ${duration(closes[0]!.at - begunAt)} after the feed had grown, with close code ${code}${code !== 1006 ? '' : `: no close frame came${isDropped ? `. The server’s own, with ${SLOW}, would have been behind all that the reader could not take` : ''}`}.`,
            ]),
        caughtUpAt === undefined
          ? 'It had not caught up by the end of the run.'
          : `On a good line it had caught up ${duration(caughtUpAt - healedAt!)} later; ${repeated === 0 ? 'no event came twice' : `${repeated} came twice`}.`,
      ],
      // Not dropped within the run: what would have become of the rest was not measured.
      choice: lost > 0 || gaps > 0 ? 1 : isDropped && caughtUpAt !== undefined ? 2 : undefined,
      ...((!isDropped || !isWhole) && {
        surprise: !isDropped
          ? `The server gives up on a reader with more than ${size(limits.queueBytes)} in its queue, or that took nothing for ${duration(limits.stallMs)}. Before that the kernels’ buffers have to be full; with larger ones than usual that takes longer than this run.`
          : gaps > 0
            ? 'A gap is an honest answer, but the log should have held all of this. Is its retention very short?'
            : 'It should have caught up, with nothing lost. On a busy machine that may take longer than this run.',
      }),
    }
  },
  reason: html`<p>
      A sender cannot send faster than the receiver takes: TCP’s window closes (${rfc(9293, '3.8.6')}). What the program
      writes on collects in the kernel’s buffers, then in the program’s own memory. Nothing tells a program that just
      calls <code>write</code> or <code>send</code>: a WebSocket has
      ${outside('https://websockets.spec.whatwg.org/#dom-websocket-bufferedamount', 'bufferedAmount')}, a stream of Node
      <code>writableLength</code>. Who does not look at it keeps everything in memory, for the slowest of a thousand
      readers.
    </p>
    <p>
      This server looks: a reader with too much in its queue (<code>queueBytes</code> of <code>/limits</code>), or one
      that took nothing for too long (<code>stallMs</code>), is let go (over WebSocket with close code ${SLOW}, of the
      range for private use, ${rfc(6455, '7.4.2')}). That is safe because events are not in the connection but in a log:
      the reader comes back with its cursor, and the log is read no faster than it takes. Only who is away longer than
      the log reaches back is told of a gap, never silently served the rest.
    </p>
    <p>
      Other choices: drop all but the newest (a price), merge (a position), send less often
      (${lesson('batching', 'batching')}), or ask the reader for how much it wants. Polling has it by nature: who asks
      seldom gets larger answers, and no queue of his own.
    </p>`,
  formula(data) {
    const r = PER_SECOND * EVENT_BYTES
    const at = data.letGoAt === undefined ? undefined : data.letGoAt - data.begunAt
    const { queueBytes } = data.limits
    return html`<p class="math">behind after t = (made − taken) · t</p>
      <p>
        Made: ${PER_SECOND} × ${size(EVENT_BYTES)} = ${size(r)} a second; taken: ${size(TAKES)} a second. Each second
        adds ${size(r - TAKES)}: a queue of ${size(queueBytes)} is full after
        ${duration((queueBytes / (r - TAKES)) * 1000)}, behind whatever the buffers of two kernels and the network take.
        ${at === undefined ? 'It did not come to that here.' : html`Measured: ${duration(at)}, so there were up to ${size(((r - TAKES) * at) / 1000)} on the way and in the queue.`}
      </p>`
  },
  table: (data) => ({
    caption: 'What happened when',
    columns: ['what', 'value'],
    rows: [
      ['events read by the fast reader', data.fast.length],
      ['events read by the slow reader', data.slow.length],
      ['oldest event of the fast reader, ms', worst(data.fast)],
      ['oldest event of the slow reader, ms', worst(data.slow)],
      ['most events behind', Math.max(0, ...data.behind.map(({ events }) => events))],
      ['the feed grew, ms', data.begunAt],
      ['server let go of the line, ms', data.letGoAt],
      ['the reader noticed, ms', noticedAt(data)],
      ['close code', data.closes[0] && String(data.closes[0].code)],
      ['line well again, ms', data.healedAt],
      ['open again, ms', backAt(data)],
      ['caught up, ms', data.caughtUpAt],
      ['lost', data.lost],
      ['repeated', data.repeated],
      ['gaps told', data.gaps],
    ],
  }),
  measured: html`The slow one is slow because the network before its door lets ${size(TAKES)} a second through
  (<code>downBytesPerSecond</code>), behind a queue of 75 kB as a router has; to the server it looks the same as a slow
  program. That the server let go is read from its own count of open connections, several times a second. The feed is
  the whole lab’s: other pages see the large events too, for these seconds.`,
})
