// What a body or a stream carries, once it is out of its frames: pages of JSON, SSE, WebSocket; and a guess when its beginning is gone.
import { startsWith, writer } from './piece.ts'
import type { Piece } from './piece.ts'
import { readSse } from './sse.ts'
import { readWebSocket } from './websocket.ts'

export type Content = 'json' | 'sse' | 'websocket' | 'other'

export function readContent(bytes: Uint8Array, content: Content | undefined, up: boolean): Piece[] {
  const type = content ?? guess(bytes, up)
  if (type === 'json') return readPage(bytes)
  if (type === 'sse') return readSse(bytes)
  if (type === 'websocket') return readWebSocket(bytes, up)
  const out = writer(bytes, { isText: true })
  out.rest('payload', 'the body')
  return out.pieces
}

export function contentOf(type: string | undefined): Content | undefined {
  if (type === undefined) return undefined
  return /^text\/event-stream/i.test(type) ? 'sse' : /^application\/json/i.test(type) ? 'json' : 'other'
}

/** Whether something may begin here: where to take up the thread when what was before is gone. */
export function beginsContent(bytes: Uint8Array, content: Content, up: boolean): boolean {
  if (content === 'sse') return ['id:', 'data:', 'event:', 'retry:', ':', '\n'].some((word) => startsWith(bytes, word))
  const [first = 0x70, second = 0] = bytes
  return (first & 0x70) === 0 && [0, 1, 2, 8, 9, 10].includes(first & 15) && second > 127 === up
}

function guess(bytes: Uint8Array, up: boolean): Content {
  if (startsWith(bytes, '{')) return 'json'
  if (beginsContent(bytes, 'sse', up)) return 'sse'
  return beginsContent(bytes, 'websocket', up) ? 'websocket' : 'other'
}

const EVENTS = '"events":['
const [QUOTE, BACKSLASH, OPEN, CLOSE, END] = [34, 92, 123, 125, 93]

/** `{"cursor":…,"events":[…],"gap"?:…}`: the events are payload, what stands around them is there to carry them. */
function readPage(bytes: Uint8Array): Piece[] {
  const out = writer(bytes, { isText: true })
  if (!startsWith(bytes, '{"cursor":')) {
    out.rest(
      'payload',
      startsWith(bytes, '{"error":') ? 'an error, as JSON: what was expected, what to do' : 'a body of JSON',
    )
    return out.pieces
  }
  let start = 0
  while (start < bytes.length && !startsWith(bytes, EVENTS, start)) start++
  out.take(start + EVENTS.length, 'framing', 'the envelope of the page: its cursor, to be asked with the next time')
  while (out.left > 0 && bytes[out.at] !== END) {
    if (bytes[out.at] === OPEN) out.take(objectEnd(bytes, out.at) - out.at, 'payload', 'an event')
    else out.take(1, 'framing', 'between two events')
  }
  out.rest('framing', 'the end of the envelope')
  return out.pieces
}

/** Behind the bracket that closes the object at `at`. */
function objectEnd(bytes: Uint8Array, at: number): number {
  let [depth, isText] = [0, false]
  for (let i = at; i < bytes.length; i++) {
    const byte = bytes[i]
    if (isText) {
      if (byte === BACKSLASH) i++
      else if (byte === QUOTE) isText = false
    } else if (byte === QUOTE) isText = true
    else if (byte === OPEN) depth++
    else if (byte === CLOSE && --depth === 0) return i + 1
  }
  return bytes.length + 1 // not complete
}
