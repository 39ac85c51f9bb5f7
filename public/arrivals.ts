// When each event first arrived, on any lane of this page: what latency is counted from where the server's clock is not known.
import type { Cursor } from '../src/core/event.ts'

export interface Arrivals {
  /** @returns when this event was first here (performance.now()); that is now when no lane had it before. */
  first(id: Cursor, now: number): number
}

const KEEP = 20_000

export function arrivals(): Arrivals {
  const known = new Map<Cursor, number>()

  return {
    first(id, now) {
      const before = known.get(id)
      if (before !== undefined) return before
      known.set(id, now)
      if (known.size > KEEP) known.delete(known.keys().next().value!) // the oldest: a Map keeps the order
      return now
    },
  }
}
