// Where the events of a trial come from: an open-loop schedule into a feed, and the note of what was due when.
import { crc32 } from 'node:zlib'
import { encodeEvent } from '../src/core/event.ts'
import type { Cursor } from '../src/core/event.ts'
import type { Feed } from '../src/core/feed.ts'
import { startTicker } from '../src/sources/ticker.ts'
import type { Ticker } from '../src/sources/ticker.ts'
import { seeded } from '../src/core/random.ts'

export interface Schedule {
  /** Events a second; 0 is silence. */
  rate: number
  /** Bytes of an encoded event, about. */
  payload: number
  seed: number
  /** When it begins, by the shared clock; at once without it. */
  at?: number
}

/** Offsets, both inclusive; `last < first` when nothing was due. */
export interface Due {
  epoch: string
  first: number
  last: number
  /** CRC-32 of the bytes of each, from `first` to `last`: what a client read is held against it. */
  sums: number[]
}

export interface Source {
  start(schedule: Schedule): Promise<void>
  /** So many events at once, due now. */
  burst(count: number, payload: number): void
  stop(): void
  /** What was due from `from` to `to`; answers when all of it has been published. */
  due(from: number, to: number): Promise<Due>
}

const LOOK_MS = 2
/** How long the last event of a window may be waited for. */
const PATIENCE_MS = 10_000

export function source(feed: Feed, clock: () => number): Source {
  const dues: number[] = [0] // by offset
  const sums: number[] = [0]
  let ticker: Ticker | undefined
  feed.follow('now', ({ entries }) => {
    for (const { at, bytes } of entries) {
      dues.push(at)
      sums.push(crc32(bytes))
    }
  })
  const dataOf = (payload: number) => {
    const pad = 'x'.repeat(padding(payload, feed.epoch))
    return (n: number) => ({ n, pad: pad.slice(String(n).length) })
  }
  return {
    async start({ rate, payload, seed, at = 0 }) {
      ticker?.stop()
      // Not when the question happened to come: with one seed, one schedule in the window.
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, at - clock())))
      ticker = startTicker(feed, { perSecond: rate, clock, random: seeded(seed), data: dataOf(payload) })
    },
    burst(count, payload) {
      const data = dataOf(payload)
      const at = clock()
      for (let n = 1; n <= count; n++) void feed.publish({ type: 'tick', data: data(n), at })
    },
    stop: () => ticker?.stop(),
    async due(from, to) {
      const deadline = to + PATIENCE_MS
      while (clock() < to || (ticker && ticker.due < to)) {
        if (clock() > deadline)
          throw new Error('the source has stalled: events of the window are still to be published')
        await new Promise((resolve) => setTimeout(resolve, Math.max(LOOK_MS, to - clock())))
      }
      await new Promise(setImmediate) // what was published in this turn is handed over, and noted, at its end
      const first = dues.findIndex((due, offset) => offset > 0 && due >= from)
      const last = dues.findLastIndex((due, offset) => offset > 0 && due < to)
      if (first < 0) return { epoch: feed.epoch, first: 1, last: 0, sums: [] }
      return { epoch: feed.epoch, first, last, sums: sums.slice(first, last + 1) }
    },
  }
}

/** How much padding makes the whole event about `payload` bytes; the number of the event eats into it as it grows. */
const padding = (payload: number, epoch: string) => Math.max(8, payload - bareBytes(epoch) + 1)

function bareBytes(epoch: string): number {
  const bare = { id: `${epoch}.100` as Cursor, at: 1_700_000_000_000.123, type: 'tick', data: { n: 0, pad: '' } }
  return encodeEvent(bare).length
}

/** Of a time in thousandths one in ten ends in a zero, which JSON does not write; one in a hundred in two. */
const UNWRITTEN = 0.11

/** What an event of a schedule weighs, on average, when its offset has so many digits. */
export function eventBytes(payload: number, digits: number): number {
  const epoch = 'e'.repeat(8)
  return bareBytes(epoch) - 1 + padding(payload, epoch) + digits - 3 - UNWRITTEN
}
