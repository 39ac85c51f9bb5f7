// What every client needs above its wire: the cursor, de-duplication, and the rule that nothing is skipped in silence.
import { asEvent, asGap, isCursor, parseCursor } from './event.ts'
import type { Cursor, FeedEvent, Gap, Json, Position } from './event.ts'
import type { After } from './feed.ts'

export interface Reader {
  /** Where to resume: the last event handed on, or where following started. */
  readonly cursor: After
  /** @throws SyntaxError on anything that is not an event; UndeclaredGap when events are missing before this one. */
  event(value: Json): void
  /** @throws SyntaxError on anything that is not a gap. */
  gap(value: Json | undefined): void
  /** The server said where we stand: at the start of a connection. @throws SyntaxError */
  start(cursor: Json | undefined): void
  /** The server said where its tail is while nothing was in flight. @throws UndeclaredGap when we are behind it. */
  heartbeat(cursor: Json | undefined): void
}

/** Events are missing and no gap said so: the line is not to be trusted; reconnect at the cursor. */
export class UndeclaredGap extends Error {
  constructor(had: After, got: Cursor) {
    super(`expected the event after ${had}, got ${got} and no gap was declared`)
    this.name = 'UndeclaredGap'
  }
}

export function reader(after: After, onEvent: (event: FeedEvent) => void, onGap?: (gap: Gap) => void): Reader {
  let cursor = after
  let had = parseCursor(after)

  function moveTo(id: Cursor, position: Position | undefined = parseCursor(id)) {
    cursor = id
    had = position
  }

  /** @returns how far `got` is ahead of the cursor; undefined when the cursor is not a position yet. */
  function ahead(id: Cursor, got: Position | undefined): number | undefined {
    if (!had || !got) return undefined
    if (had.epoch !== got.epoch) throw new UndeclaredGap(cursor, id)
    return got.offset - had.offset
  }

  function position(value: Json | undefined): Cursor {
    if (!isCursor(value)) throw new SyntaxError(`expected a cursor, got ${JSON.stringify(value)}`)
    return value
  }

  return {
    get cursor() {
      return cursor
    },
    event(value) {
      const event = asEvent(value)
      const got = parseCursor(event.id)
      const step = ahead(event.id, got)
      if (step !== undefined && step <= 0) return // seen before: delivery is at least once, what we hand on is once
      if (step !== undefined && step > 1) throw new UndeclaredGap(cursor, event.id)
      moveTo(event.id, got)
      onEvent(event)
    },
    gap(value) {
      const gap = asGap(value)
      moveTo(gap.to)
      onGap?.(gap)
    },
    start(value) {
      const at = position(value)
      if (!had) moveTo(at)
    },
    heartbeat(value) {
      const at = position(value)
      const step = ahead(at, parseCursor(at))
      if (step !== undefined && step > 0) throw new UndeclaredGap(cursor, at)
      if (step === undefined) moveTo(at)
    },
  }
}
