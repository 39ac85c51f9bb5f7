// Counts by the ids alone: how many events came, and whether any is missing or came twice.
import { parseCursor } from '../src/core/event.ts'
import type { Cursor, Gap } from '../src/core/event.ts'

export interface Tally {
  readonly cursor: Cursor
  readonly events: number
  /** Skipped without a word: must stay 0. */
  readonly lost: number
  /** Handed over twice: must stay 0. */
  readonly repeated: number
  /** Declared by the server as no longer to be had. */
  readonly gaps: number
  event(id: Cursor): void
  gap(gap: Gap): void
}

export function tally(start: Cursor): Tally {
  let cursor = start
  const count = { events: 0, lost: 0, repeated: 0, gaps: 0 }

  return {
    get cursor() {
      return cursor
    },
    get events() {
      return count.events
    },
    get lost() {
      return count.lost
    },
    get repeated() {
      return count.repeated
    },
    get gaps() {
      return count.gaps
    },
    event(id) {
      const [had, got] = [parseCursor(cursor)!, parseCursor(id)!]
      const step = had.epoch === got.epoch ? got.offset - had.offset : got.offset
      if (step <= 0) return void count.repeated++
      count.events++
      count.lost += step - 1
      cursor = id
    },
    gap({ to }) {
      count.gaps++
      cursor = to
    },
  }
}
