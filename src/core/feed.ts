// The feed: an ordered log of events that can be read from any position. Logs behind it live in src/feeds.
import { formatCursor, parseCursor } from './event.ts'
import type { Cursor, Draft, FeedEvent, Gap } from './event.ts'

/** What the log holds of an event: its one encoding, made once however many clients read it, and not the data besides. */
export interface Entry {
  readonly offset: number
  readonly id: Cursor
  readonly at: number
  readonly bytes: Uint8Array
}

/** Where to read from: the cursor of the last event seen, or one of two words. */
export type After = Cursor | 'now' | 'earliest'

/** What lies after a position. `gap` comes before the entries; `cursor` is the position after the last of them. */
export interface Page {
  gap?: Gap
  entries: readonly Entry[]
  cursor: Cursor
}

export interface Feed {
  readonly epoch: string
  /** The position after the last event. */
  readonly tail: Cursor
  /**
   * Appends; answers once the event is in the log. With the same `key` (Idempotency-Key) and the same draft it answers the
   * same event, once.
   * @throws {PublishError} bad_type, bad_data, too_large, or key_reused when the key came with another draft before.
   */
  publish(draft: Draft, key?: string): Promise<FeedEvent>
  /** @returns when it was, ms since the Unix epoch by the clock that says when events are due; undefined when it is not held. */
  publishedAt(id: Cursor): number | undefined
  /** At most `limit` entries and about `maxBytes` of them after `after`, the oldest first; at least one if there is one. */
  since(after: After, limit?: number, maxBytes?: number): Page
  /**
   * Hands over what lies after `after` and subscribes, in one synchronous step, so that nothing slips between. The listener
   * gets the replay (if any) before this returns, then every later turn's entries in order, each entry once.
   */
  follow(after: After, listener: (page: Page) => void): () => void
  /** Forgets everything held and stops calling listeners. */
  close(): void
}

export class PublishError extends Error {
  readonly code: string
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'PublishError'
    this.code = code
  }
}

export interface Held {
  epoch: string
  /** Offset of the oldest event still held; `tail + 1` when none is. */
  oldest: number
  /** Offset of the last event ever published; 0 before the first. */
  tail: number
}

/**
 * Where reading after `after` starts, and the gap to declare when that is not where the reader left off (SPEC §3):
 * another epoch, ahead of the tail, or older than what is held. Then reading starts at the oldest event.
 */
export function resolve(after: After, { epoch, oldest, tail }: Held): { next: number; gap?: Gap } {
  if (after === 'now') return { next: tail + 1 }
  if (after === 'earliest') return { next: oldest }
  const position = parseCursor(after)
  if (!position) throw new TypeError(`not a cursor: ${JSON.stringify(after)}`)
  const gap = (reason: Gap['reason']) => ({
    next: oldest,
    gap: { reason, from: after, to: formatCursor({ epoch, offset: oldest - 1 }) },
  })
  if (position.epoch !== epoch) return gap('epoch')
  if (position.offset > tail) return gap('ahead')
  if (position.offset + 1 < oldest) return gap('retention')
  return { next: position.offset + 1 }
}
