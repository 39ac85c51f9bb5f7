// Counts by the ids alone: how many events came, and whether any is missing or came twice.
import { parseCursor } from '../src/core/event.ts'
import type { Cursor, Gap } from '../src/core/event.ts'

export interface Counts {
  /** Skipped without a word: must stay 0. */
  readonly lost: number
  /** Handed over twice: must stay 0. */
  readonly repeated: number
  /** Declared by the server as no longer to be had. */
  readonly gaps: number
}

export interface Tally extends Counts {
  readonly cursor: Cursor
  readonly events: number
  event(id: Cursor): void
  gap(gap: Gap): void
}

export function tally(start: Cursor): Tally {
  const mine = {
    ...{ cursor: start, events: 0, lost: 0, repeated: 0, gaps: 0 },
    event(id: Cursor) {
      const [had, got] = [parseCursor(mine.cursor)!, parseCursor(id)!]
      const step = had.epoch === got.epoch ? got.offset - had.offset : got.offset
      if (step <= 0) return void mine.repeated++
      mine.events++
      mine.lost += step - 1
      mine.cursor = id
    },
    gap({ to }: Gap) {
      mine.gaps++
      mine.cursor = to
    },
  }
  return mine
}
