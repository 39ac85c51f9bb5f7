// Experiment: the page is put into the background for some seconds and measures its own timers, its polling and its streams.
import { html } from '/vendor/lit-html.js'
import { median } from '../../src/core/stats.ts'
import { about } from '../lab.ts'
import { duration } from '../words.ts'
import { chart } from './chart.ts'
import { overHttp1 } from './doors.ts'
import { experiment } from './experiment.ts'
import { follow } from './follow.ts'
import type { Got } from './follow.ts'
import { lesson, outside, whatwg } from './links.ts'
import type { Picture } from './picture.ts'
import { Trouble } from './run.ts'
import type { Run } from './run.ts'

interface Data {
  /** When a timer of so many milliseconds fired, each set by the one before: in the page, and in a worker. */
  timer: number[]
  worker: number[]
  polling: readonly Got[]
  sse: readonly Got[]
  wss: readonly Got[]
  hiddenAt: number | undefined
  shownAt: number | undefined
}

const TICK_MS = 250
const PER_SECOND = 8
const BEFORE_MS = 2000
const HIDDEN_MS = 9000
const AFTER_MS = 2500
/** So long a person may take to go to another tab. */
const ASKED_MS = 8000
const NAMES = ['polling', 'sse', 'wss'] as const

async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await overHttp1(bench, NAMES)
  await run.rate(PER_SECOND)
  await bench.refresh()
  const { tail } = await about()
  const startedAt = performance.now()
  const now = () => performance.now() - startedAt
  const begin = (transport: (typeof NAMES)[number]) =>
    run.keep(follow({ bench, transport, after: tail, pollMs: TICK_MS, startedAt }))
  const [polling, sse, wss] = NAMES.map(begin) as [
    ReturnType<typeof begin>,
    ReturnType<typeof begin>,
    ReturnType<typeof begin>,
  ]
  const data: Data = {
    ...{ timer: [], worker: [], polling: polling.events, sse: sse.events, wss: wss.events },
    ...{ hiddenAt: undefined, shownAt: undefined },
  }
  run.keep(ticking(() => data.timer.push(now())))
  run.keep(tickingInWorker(() => data.worker.push(now())))
  const look = () => {
    if (document.hidden) data.hiddenAt ??= now()
    else if (data.hiddenAt !== undefined) data.shownAt ??= now()
    return data
  }
  document.addEventListener('visibilitychange', look) // not every browser tells of a tab that a page itself has put in front
  run.keep({ close: () => document.removeEventListener('visibilitychange', look) })

  const watch = async (ms: number) => {
    for (const endsAt = now() + ms; now() < endsAt; await run.sleep(100)) run.show(look())
  }
  run.step('in sight')
  await watch(BEFORE_MS)
  const other = openInFront()
  if (other) run.keep(other)
  run.step(other ? 'another tab is in front' : `go to another tab, for ${HIDDEN_MS / 1000} s`)
  if (!(await run.until(() => look().hiddenAt !== undefined, other ? 2000 : ASKED_MS))) {
    run.step(`now go to another tab yourself, for ${HIDDEN_MS / 1000} s`)
    if (!other || !(await run.until(() => look().hiddenAt !== undefined, ASKED_MS))) throw new Trouble(NEVER)
  }
  await run.until(() => look().shownAt !== undefined, HIDDEN_MS)
  other?.close()
  run.step('come back to this tab')
  if (!(await run.until(() => look().shownAt !== undefined, 4000))) data.shownAt = now() // it may be away: that is known
  await watch(AFTER_MS)
  for (const line of [polling, sse, wss]) line.close()
  return data
}

const NEVER =
  'This page was in sight all the time, so there is nothing to compare. Run it again, and go to another tab when you are asked to.'

/** A tab of its own in front of this one. @returns undefined where the browser does not allow it. */
function openInFront(): { close(): void } | undefined {
  const tab = window.open('', '_blank')
  if (!tab) return undefined
  tab.document.title = 'in front of the lab'
  tab.document.body.textContent = `This tab is only here to be in front of the lab, and goes away in ${HIDDEN_MS / 1000} seconds.`
  return { close: () => tab.close() }
}

/** Each timer sets the next one, as polling does. */
function ticking(tick: () => void) {
  let timer = setTimeout(next, TICK_MS)
  function next() {
    tick()
    timer = setTimeout(next, TICK_MS)
  }
  return { close: () => clearTimeout(timer) }
}

/** The page’s Content-Security-Policy wants a Trusted Type for what is loaded as a script; browsers without them take the string. */
function scriptUrl(): string {
  const url = new URL('./ticking.ts', import.meta.url).href
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  return trustedTypes?.createPolicy('wirelab-ticking', { createScriptURL: () => url }).createScriptURL('') ?? url
}
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(): string },
  ): { /** An object that says that it is one. */ createScriptURL(input: string): string }
}

function tickingInWorker(tick: () => void) {
  const worker = new Worker(scriptUrl(), { type: 'module' })
  worker.addEventListener('message', tick)
  worker.postMessage(TICK_MS)
  return { close: () => worker.terminate() }
}

type Part = 'shown' | 'hidden'

/** At the edges a bit of either: the first second of being hidden does not count. */
function partOf(at: number, { hiddenAt = Infinity, shownAt = Infinity }: Data): Part | undefined {
  if (at < hiddenAt || at > shownAt + 500) return 'shown'
  return at > hiddenAt + 1000 && at < shownAt ? 'hidden' : undefined
}

const gapOf = (times: readonly number[], part: Part, data: Data) =>
  median(
    times.flatMap((at, index) =>
      index > 0 && partOf(at, data) === part && partOf(times[index - 1]!, data) === part
        ? [at - times[index - 1]!]
        : [],
    ),
  )
/** Of the first events an age is one of opening the line. */
const ageOf = (events: readonly Got[], part: Part, data: Data) =>
  median(events.filter(({ due }) => due > 800 && partOf(due, data) === part).map(({ due, at }) => at - due))

interface Figures {
  name: string
  what: string
  shown: number
  hidden: number
}

function figuresOf(data: Data): Figures[] {
  const pair = (of: (part: Part) => number | undefined) => ({ shown: of('shown') ?? NaN, hidden: of('hidden') ?? NaN })
  const age = (events: readonly Got[]) => pair((part) => ageOf(events, part, data))
  const gap = (times: readonly number[]) => pair((part) => gapOf(times, part, data))
  return [
    { name: `setTimeout(${TICK_MS}) in the page`, what: 'time between two', ...gap(data.timer) },
    { name: `setTimeout(${TICK_MS}) in a worker`, what: 'time between two', ...gap(data.worker) },
    { name: `polling every ${TICK_MS} ms`, what: 'age of an event', ...age(data.polling) },
    { name: 'SSE', what: 'age of an event', ...age(data.sse) },
    { name: 'WebSocket', what: 'age of an event', ...age(data.wss) },
  ]
}

const TOTAL_MS = BEFORE_MS + HIDDEN_MS + AFTER_MS + 800

function picture(box: HTMLElement): Picture<Data> {
  const plot = document.createElement('div')
  const title = document.createElement('h4')
  title.textContent = 'Age of each event when the page read it'
  const said = document.createElement('p')
  said.className = 'quiet'
  box.classList.add('plots')
  box.append(title, plot, said)
  const shown = chart(plot, {
    label: 'Age of events by polling, SSE and WebSocket, while the page is in sight, hidden, and in sight again',
    heightPx: 300,
    x: { label: 'when the event was due, s', range: [0, TOTAL_MS / 1000] },
    y: { label: 'age, s', range: [0, 1.6] },
    series: [
      { name: 'polling', lane: 'polling', as: 'dots' },
      { name: 'SSE', lane: 'sse', as: 'dots' },
      { name: 'WebSocket', lane: 'wss', as: 'dots' },
      { name: 'the page is hidden between these', as: 'dashes' },
      { name: '', as: 'dashes' },
    ],
  })
  const dots = (events: readonly Got[]) =>
    events.map(({ due, at }): [number, number] => [due / 1000, (at - due) / 1000]).sort(([a], [b]) => a - b)
  const wall = (at: number | undefined): [number, number][] =>
    at === undefined
      ? []
      : [
          [at / 1000, 0],
          [at / 1000 + 0.001, 1.6],
        ]
  return {
    draw(data) {
      shown.draw([dots(data.polling), dots(data.sse), dots(data.wss), wall(data.hiddenAt), wall(data.shownAt)])
      said.textContent =
        data.hiddenAt === undefined
          ? ''
          : `Hidden from ${duration(data.hiddenAt)} to ${data.shownAt === undefined ? 'now' : duration(data.shownAt)}.`
    },
    close: shown.close,
  }
}

export const screen = experiment<Data>({
  about: html`This page polls every ${TICK_MS} ms and reads two streams, while a tab opens in front of it for
  ${HIDDEN_MS / 1000} seconds and goes away again. If your browser forbids that, you are asked to go to another tab
  yourself.`,
  question: 'Nobody looks at the page. Which of its events get older?',
  choices: [
    'None: a page runs on as before',
    'Those of polling: its timer is slowed down',
    'All: a hidden page is put to sleep',
  ],
  seconds: 16,
  run,
  picture,
  answer(data) {
    const [timer, worker, polling, sse, wss] = figuresOf(data) as [Figures, Figures, Figures, Figures, Figures]
    const isClamped = timer.hidden > 1.8 * timer.shown
    const streamsLate = Math.max(sse.hidden, wss.hidden) > Math.max(sse.shown, wss.shown) + 300
    const pollingLate = polling.hidden > 1.5 * polling.shown + 50
    const isKnown = [timer, polling, sse, wss].every(({ shown, hidden }) => Number.isFinite(shown + hidden))
    const change = ({ shown, hidden }: Figures) => `${duration(shown)} in sight, ${duration(hidden)} hidden`
    const workerKnown = Number.isFinite(worker.shown + worker.hidden)
    const hiddenMs = data.shownAt! - data.hiddenAt!
    return {
      sentence: isKnown
        ? `Hidden, a timer of ${TICK_MS} ms fired every ${duration(timer.hidden)}, and the median event by polling was ${duration(polling.hidden)} old instead of ${duration(polling.shown)}; ` +
          `by SSE it was ${duration(sse.hidden)} old instead of ${duration(sse.shown)}.`
        : `The page was hidden for ${duration(hiddenMs)}, and not enough was measured in that time.`,
      details: isKnown
        ? [
            `Timer in the page: ${change(timer)}. ${workerKnown ? `The same in a worker: ${change(worker)}.` : 'A worker did not tell.'}`,
            `Median age by polling: ${change(polling)}. SSE: ${change(sse)}. WebSocket: ${change(wss)}.`,
            `It was hidden for ${duration(hiddenMs)}, by document.hidden.`,
          ]
        : [],
      choice: !isKnown ? undefined : streamsLate ? 2 : pollingLate ? 1 : 0,
      ...(isKnown &&
        (!isClamped || streamsLate) && {
          surprise: streamsLate
            ? 'Messages should come as before. A phone, or a browser that saves energy, may freeze hidden pages altogether.'
            : 'This browser did not slow the timers of a hidden page down: it may play sound, be driven by a program, or be set so.',
        }),
    }
  },
  reason: html`<p>
      Timers promise “not before”, never “at” (${whatwg('timers-and-user-prompts.html#dom-settimeout', '§8.6')}: a
      browser may wait longer, to save energy). Hidden pages are woken for timers about once a second; Chromium, after
      five minutes, once a minute
      (${outside('https://developer.chrome.com/blog/timer-throttling-in-chrome-88', 'Chrome, timer throttling')}). So
      polling every ${TICK_MS} ms becomes polling every second or so, and its events wait for the next question.
    </p>
    <p>
      A message from the network is no timer: it wakes the page as before, so events by SSE and WebSocket are read in
      time. What is late there is what the page does with timers of its own: heartbeats, time-outs, back-off. A watchdog
      that counts on a timer every few seconds must look at the clock, not count ticks; the lab’s does
      (<code>transports/retry.ts</code>).
    </p>
    <p>
      Drawing stops altogether: <code>requestAnimationFrame</code> is not called
      (${outside('https://www.w3.org/TR/page-visibility-2/', 'Page Visibility')}), so a page that queues work for the
      next frame queues for as long as it is hidden. And a browser may freeze or discard the page, connections and all
      (${outside('https://developer.chrome.com/docs/web-platform/page-lifecycle-api', 'Page Lifecycle')}): on coming
      back it must be able to go on at a cursor. ${lesson('sse-reconnect', 'It can')}.
    </p>`,
  table: (data) => ({
    caption: 'Medians, in sight and hidden',
    columns: ['what', 'measured', 'in sight, ms', 'hidden, ms'],
    rows: figuresOf(data).map(({ name, what, shown, hidden }) => [
      ...[name, what],
      ...[shown, hidden].map((value) => (Number.isFinite(value) ? value : undefined)),
    ]),
  }),
  measured: html`The page is what is measured, by its own clock (<code>performance.now()</code>): timers that each set
    the next one, and the age of each event from when it was due at the lab to <code>onEvent</code>. A run cannot hide
    its own tab, so it opens an empty one in front of it, which the browser allows right after a click. The first second
    of being hidden counts for neither side. What a phone does, or five minutes, is not measured here.`,
})
