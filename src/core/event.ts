// The one item that everything here carries: an event, its one encoding, and the cursor that names a position in the feed.

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** A position in the feed: `epoch.offset`. The id of an event is the position just after it; `E.0` is before the first. */
export type Cursor = `${string}.${number}`

export interface FeedEvent {
  readonly id: Cursor
  /** When the event was due (not when it was sent): milliseconds since the Unix epoch, fractional. */
  readonly at: number
  readonly type: string
  readonly data: Json
}

/** What a publisher hands over; the feed adds the id. `at` defaults to now. */
export interface Draft {
  type: string
  data: Json
  at?: number
}

/** Events between `from` and `to` cannot be had: the reader must know, so this comes before the next event. */
export interface Gap {
  reason: GapReason
  /** The cursor that was asked for; of another epoch it may be. */
  from: string
  /** The cursor before the next event that is delivered. */
  to: Cursor
}
export const gapReasons = ['retention', 'epoch', 'ahead', 'slow'] as const
export type GapReason = (typeof gapReasons)[number]

export interface Position {
  epoch: string
  offset: number
}

const CURSOR = /^([a-z0-9]{8,16})\.(0|[1-9][0-9]{0,15})$/
const TYPE = /^[a-z][a-z0-9_-]{0,31}$/
/** Words that mean something else on a wire: EventSource's own events and our control messages. */
const RESERVED = new Set(['error', 'open', 'message', 'gap', 'heartbeat', 'hello'])
const MAX_DEPTH = 64

/** @returns the epoch and offset, or undefined if `text` is not a cursor (SPEC §3). */
export function parseCursor(text: string): Position | undefined {
  const match = CURSOR.exec(text)
  if (!match) return undefined
  const offset = Number(match[2])
  return Number.isSafeInteger(offset) ? { epoch: match[1]!, offset } : undefined
}

export function isCursor(text: unknown): text is Cursor {
  return typeof text === 'string' && parseCursor(text) !== undefined
}

export function formatCursor({ epoch, offset }: Position): Cursor {
  return `${epoch}.${offset}`
}

const encoder = new TextEncoder()

/** The one encoding: the same bytes on every transport. Keys in this order, no spaces, UTF-8. */
export function encodeEvent({ id, at, type, data }: FeedEvent): Uint8Array {
  return encoder.encode(JSON.stringify({ id, at, type, data }))
}

/**
 * Reads one event, or one control message, off the wire.
 * @throws SyntaxError when the text is not an event; a client then reconnects at its cursor and shows nothing of it.
 */
export function decodeEvent(text: string): FeedEvent {
  return asEvent(parseObject(text))
}

export function parseObject(text: string): Record<string, Json> {
  const value = JSON.parse(text) as Json
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SyntaxError(`expected a JSON object, got ${text.slice(0, 40)}`)
  return value
}

export function asEvent(value: Json): FeedEvent {
  const { id, at, type, data } = (value ?? {}) as Record<string, Json | undefined>
  if (!isCursor(id) || !Number.isFinite(at) || typeof type !== 'string' || !TYPE.test(type) || data === undefined)
    throw new SyntaxError(`expected an event {id, at, type, data}, got ${JSON.stringify(value)?.slice(0, 80)}`)
  return { id, at: at as number, type, data }
}

export function asGap(value: Json | undefined): Gap {
  const { reason, from, to } = (value ?? {}) as Record<string, Json | undefined>
  const known = gapReasons.find((each) => each === reason)
  if (!known || typeof from !== 'string' || !isCursor(to))
    throw new SyntaxError(`expected a gap {reason, from, to}, got ${JSON.stringify(value)?.slice(0, 80)}`)
  return { reason: known, from, to }
}

/** @returns why this draft cannot be published, in words for its author; undefined if it can. `maxBytes` bounds the encoded data. */
export function faultOf({ type, data, at }: Draft, maxBytes: number): { code: string; message: string } | undefined {
  if (typeof type !== 'string' || !TYPE.test(type))
    return { code: 'bad_type', message: 'type must match ^[a-z][a-z0-9_-]{0,31}$' }
  if (RESERVED.has(type)) return { code: 'bad_type', message: `type "${type}" is reserved; choose another word` }
  if (at !== undefined && !Number.isFinite(at)) return { code: 'bad_at', message: 'at must be milliseconds since 1970' }
  const why = dataFault(data, 0)
  if (why) return { code: 'bad_data', message: why }
  const bytes = encoder.encode(JSON.stringify(data)).length
  if (bytes > maxBytes)
    return { code: 'too_large', message: `data is ${bytes} bytes as JSON; at most ${maxBytes} are kept` }
  return undefined
}

/** JSON.parse lets through what would not come out again the same: 1e999, half a surrogate pair, nesting that overflows a stack. */
function dataFault(data: unknown, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return `data is nested deeper than ${MAX_DEPTH} levels`
  if (data === null || typeof data === 'boolean') return undefined
  if (typeof data === 'number') return Number.isFinite(data) ? undefined : 'data holds a number that JSON cannot carry'
  if (typeof data === 'string')
    return data.isWellFormed() ? undefined : 'data holds half a surrogate pair, which is not text'
  if (typeof data !== 'object') return 'data must be a JSON value'
  for (const [key, value] of Object.entries(data)) {
    const why = dataFault(key, depth) ?? dataFault(value, depth + 1)
    if (why) return why
  }
  return undefined
}
