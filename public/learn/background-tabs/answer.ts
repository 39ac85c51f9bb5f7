// The answer of “Background tabs”: timers, polling and streams of a page, in sight and hidden. Pure.
import { median } from '../../../src/core/stats.ts'
import { count, duration } from '../../words.ts'
import { typical } from '../latency.ts'
import type { Answer } from '../experiment.ts'
import type { Got } from '../follow.ts'
import type { Table } from '../table.ts'

export interface Data {
  /** When a timer of so many milliseconds fired, each set by the one before: in the page, and in a worker. */
  timer: number[]
  worker: number[]
  polling: readonly Got[]
  sse: readonly Got[]
  wss: readonly Got[]
  hiddenAt: number | undefined
  shownAt: number | undefined
  /** Of all three readers. */
  lost: number
}

export const TICK_MS = 250

type Part = 'shown' | 'hidden'

/** At the edges a bit of either: the first second of being hidden does not count. */
function partOf(at: number, { hiddenAt = Infinity, shownAt = Infinity }: Data): Part | undefined {
  if (at < hiddenAt || at > shownAt + 500) return 'shown'
  return at > hiddenAt + 1000 && at < shownAt ? 'hidden' : undefined
}

function gapOf(times: readonly number[], part: Part, data: Data): number {
  const gaps = times.flatMap((at, index) => {
    const last = times[index - 1]
    return last !== undefined && partOf(at, data) === part && partOf(last, data) === part ? [at - last] : []
  })
  return median(gaps) ?? NaN
}
/** The latency of the first events is that of opening the line. */
const latencyOf = (events: readonly Got[], part: Part, data: Data) =>
  typical(events.filter(({ due }) => due > 800 && partOf(due, data) === part))

interface Figures {
  name: string
  what: string
  /** NaN where nothing was measured. */
  shown: number
  hidden: number
}

function figuresOf(data: Data) {
  const pair = (of: (part: Part) => number) => ({ shown: of('shown'), hidden: of('hidden') })
  const latency = (events: readonly Got[]) => ({
    what: 'latency of an event',
    ...pair((part) => latencyOf(events, part, data)),
  })
  const gap = (times: readonly number[]) => ({ what: 'time between two', ...pair((part) => gapOf(times, part, data)) })
  return {
    timer: { name: `setTimeout(${TICK_MS}) in the page`, ...gap(data.timer) },
    worker: { name: `setTimeout(${TICK_MS}) in a worker`, ...gap(data.worker) },
    polling: { name: `polling every ${TICK_MS} ms`, ...latency(data.polling) },
    sse: { name: 'SSE', ...latency(data.sse) },
    wss: { name: 'WebSocket', ...latency(data.wss) },
  } satisfies Record<string, Figures>
}

const isKnown = ({ shown, hidden }: Figures) => Number.isFinite(shown + hidden)
const change = ({ shown, hidden }: Figures) => `${duration(shown)} in sight, ${duration(hidden)} hidden`
const instead = ({ shown, hidden }: Figures) => `${duration(hidden)} instead of ${duration(shown)}`
const spanOf = ({ hiddenAt = NaN, shownAt = NaN }: Data) => shownAt - hiddenAt

export function answer(data: Data): Answer {
  const { timer, worker, polling, sse, wss } = figuresOf(data)
  if (![timer, polling, sse, wss].every(isKnown))
    return {
      sentence:
        data.hiddenAt === undefined
          ? 'The page was not hidden in this run, so there is nothing to compare.'
          : `The page was hidden for ${duration(spanOf(data))}, and not enough was measured in that time.`,
      choice: undefined,
    }
  const isClamped = timer.hidden > 1.8 * timer.shown
  const isPollingLate = polling.hidden > 1.5 * polling.shown + 50
  const late = [sse, wss].filter(({ shown, hidden }) => hidden > shown + 300)
  return {
    sentence:
      `Hidden, a timer of ${TICK_MS} ms fired every ${duration(timer.hidden)}, and the median latency by polling was ${instead(polling)}; ` +
      `by SSE it was ${instead(sse)}, by WebSocket ${instead(wss)}.`,
    details: [
      `Timer in the page: ${change(timer)}. ${isKnown(worker) ? `The same in a worker: ${change(worker)}.` : 'A worker did not tell.'}`,
      data.lost === 0 ? 'None of the three readers lost an event.' : `${count(data.lost, 'event')} in all were lost.`,
      `It was hidden for ${duration(spanOf(data))}, by document.hidden.`,
    ],
    choice: choiceOf(isPollingLate, late.length),
    ...((!isClamped || !isPollingLate || late.length > 0 || data.lost > 0) && {
      surprise:
        data.lost > 0
          ? 'A hidden page may read late, but should lose nothing: each reader has a cursor.'
          : late.length > 0
            ? `What came by ${late.map(({ name }) => name).join(' and by ')} should have been read as before. A phone, or a browser that saves energy, may freeze hidden pages altogether.`
            : isClamped
              ? 'The timer was slowed down, and polling was not late for it. So few events may do that by chance; run it again.'
              : 'This browser did not slow the timers of a hidden page down: it may play sound, be driven by a program, or be set so.',
    }),
  }
}

/** One stream late and not the other, or streams and not polling: no choice says that. */
function choiceOf(isPollingLate: boolean, lateStreams: number): number | undefined {
  if (lateStreams === 0) return isPollingLate ? 1 : 0
  return lateStreams === 2 && isPollingLate ? 2 : undefined
}

export const table = (data: Data): Table => ({
  caption: 'Medians, in sight and hidden',
  columns: ['what', 'measured', 'in sight, ms', 'hidden, ms'],
  rows: Object.values(figuresOf(data)).map(({ name, what, shown, hidden }) => [name, what, shown, hidden]),
})
