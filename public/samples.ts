// How long the events of one lane were under way: the latest of them to be drawn and summed up, more of them to be saved.
import type { Cursor } from '../src/core/event.ts'
import { percentile } from '../src/core/stats.ts'
import { clamped } from './clamped.ts'

/** One event as this lane got it; times are of the page's clock (performance.now()). */
export interface Sample {
  id: Cursor
  /** When it was due, by the server's clock: ms since epoch. */
  due: number
  received: number
  latencyMs: number
  /** Published by a person. */
  isNote: boolean
}

export interface Samples {
  add(sample: Sample): void
  /** What was measured before came in another way, and is not to be mixed with what comes now; it stays in the log. */
  reset(now: number): void
  /** The last `WINDOW_MS`, oldest first: when they came by the page's clock, and latency in ms within the scale. */
  window(now: number): Window
  /** Sums up the window since `reset`, for all who show it: a number, a line and a dot are of the same moment. */
  sumUp(now: number): void
  /** As it was last summed up; undefined when there was nothing in it. */
  readonly summary: Summary | undefined
  readonly log: readonly Sample[]
  /** When `reset` was called last; -Infinity: never. */
  readonly since: number
}

export interface Window {
  times: number[]
  latencies: number[]
  /** The first of them that is not from before `reset`. */
  fresh: number
  /** How many of the fresh ones are in each bar (`barOf`). */
  spread: Map<number, number>
  /** When it came, and latency, of what people published. */
  notes: [at: number, ms: number][]
}

export interface Summary {
  n: number
  last: number
  median: number
  /** Undefined below `P95_FROM` events: then too few lie beyond it to know. */
  p95?: number
  worst: number
}

export const WINDOW_MS = 30_000
const P95_FROM = 100
/** In words, for as long as there is none. */
export const P95_LATER = `after ${P95_FROM} events`
/** The one scale of all charts, logarithmic. What lies beyond is drawn at its edge. */
export const SCALE_MS = [0.2, 30_000] as const
export const onScale = (ms: number) => clamped(ms, ...SCALE_MS)
const KEEP = 20_000
const BARS_PER_DECADE = 8

const barOf = (ms: number) => Math.floor(Math.log10(ms) * BARS_PER_DECADE)

/** The latencies between which a bar of the spread stands. */
export const barMs = (bar: number): [from: number, to: number] => [
  onScale(10 ** (bar / BARS_PER_DECADE)),
  onScale(10 ** ((bar + 1) / BARS_PER_DECADE)),
]

export function samples(): Samples {
  let log: Sample[] = []
  let since = -Infinity
  let summary: Summary | undefined
  const shown: Window = { times: [], latencies: [], fresh: 0, spread: new Map(), notes: [] }

  /** Where the samples after `time` begin in the log. */
  function from(time: number) {
    let index = log.length
    while (index > 0 && log[index - 1]!.received >= time) index--
    return index
  }

  function sum(now: number): Summary | undefined {
    const latencies = log.slice(from(Math.max(since, now - WINDOW_MS))).map(({ latencyMs }) => latencyMs)
    const last = latencies.at(-1)
    if (last === undefined) return undefined
    return {
      n: latencies.length,
      last,
      median: percentile(latencies, 50)!,
      ...(latencies.length >= P95_FROM && { p95: percentile(latencies, 95)! }),
      worst: Math.max(...latencies),
    }
  }

  /** Kept as they come and go, not counted anew for each picture. */
  function count(ms: number, more: 1 | -1) {
    const bar = barOf(ms)
    const n = (shown.spread.get(bar) ?? 0) + more
    if (n > 0) shown.spread.set(bar, n)
    else shown.spread.delete(bar)
  }

  return {
    add(sample) {
      log.push(sample)
      if (log.length > KEEP * 1.5) log = log.slice(-KEEP)
      const ms = onScale(sample.latencyMs)
      shown.times.push(sample.received)
      shown.latencies.push(ms)
      count(ms, 1)
      if (sample.isNote) shown.notes.push([sample.received, ms])
    },
    reset(now) {
      since = now
      summary = undefined
      shown.fresh = shown.times.length
      shown.spread.clear()
    },
    window(now) {
      const start = now - WINDOW_MS - 1000
      let gone = 0
      while (shown.times[gone]! < start) gone++
      if (gone > 0) {
        for (const ms of shown.latencies.slice(shown.fresh, Math.max(shown.fresh, gone))) count(ms, -1)
        for (const list of [shown.times, shown.latencies]) list.splice(0, gone)
        shown.fresh = Math.max(0, shown.fresh - gone)
      }
      if (shown.notes[0] && shown.notes[0][0] < start) shown.notes.shift()
      return shown
    },
    sumUp: (now) => void (summary = sum(now)),
    get summary() {
      return summary
    },
    get log() {
      return log
    },
    get since() {
      return since
    },
  }
}
