// When each event first arrived, on any lane of this page: what "late" is measured against. One clock, the page's own.
import type { Cursor } from '../src/core/event.ts'

export interface Arrival {
  readonly id: Cursor
  /** performance.now() on the fastest lane. */
  readonly first: number
}

export interface Arrivals {
  /** @returns when this event was first here; that is now when no lane had it before. */
  first(id: Cursor, now: number): number
  /** The latest ones, oldest first. */
  since(time: number): Arrival[]
}

const KEEP = 20_000

export function arrivals(): Arrivals {
  const known = new Map<Cursor, Arrival>()
  let log: Arrival[] = []

  return {
    first(id, now) {
      const before = known.get(id)
      if (before) return before.first
      const arrival = { id, first: now }
      known.set(id, arrival)
      log.push(arrival)
      if (log.length > KEEP) {
        for (const { id: old } of log.slice(0, KEEP / 2)) known.delete(old)
        log = log.slice(KEEP / 2)
      }
      return now
    },
    since(time) {
      let start = log.length
      while (start > 0 && log[start - 1]!.first >= time) start--
      return log.slice(start)
    },
  }
}
