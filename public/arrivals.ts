// When each event first arrived, on any lane of this page: what "late" is measured against. One clock, the page's own.
import { parseCursor } from '../src/core/event.ts'
import type { Cursor, Position } from '../src/core/event.ts'

/** Epoch and offset are read once, here: every lane asks for them at every frame. */
export interface Arrival extends Position {
  readonly id: Cursor
  /** performance.now() on the fastest lane. */
  readonly first: number
}

export interface Arrivals {
  /** @returns when this event was first here; that is now when no lane had it before. */
  first(id: Cursor, now: number): number
  /** Those after this position in the feed that came at `time` or later, latest first: what a lane that stands there waits for. */
  after(position: Position, time: number): Arrival[]
}

const KEEP = 20_000

export function arrivals(): Arrivals {
  const known = new Map<Cursor, Arrival>()
  let log: Arrival[] = []

  return {
    first(id, now) {
      const before = known.get(id)
      if (before) return before.first
      const arrival = { id, ...parseCursor(id)!, first: now }
      known.set(id, arrival)
      log.push(arrival)
      if (log.length > KEEP) {
        for (const { id: old } of log.slice(0, KEEP / 2)) known.delete(old)
        log = log.slice(KEEP / 2)
      }
      return now
    },
    after({ epoch, offset }, time) {
      // From the end, and only to the position: a lane that waits for nothing costs one look, whatever the log holds.
      const found: Arrival[] = []
      for (let i = log.length - 1; i >= 0; i--) {
        const each = log[i]!
        if (each.first < time || (each.epoch === epoch && each.offset <= offset)) break
        if (each.epoch === epoch) found.push(each)
      }
      return found
    },
  }
}
