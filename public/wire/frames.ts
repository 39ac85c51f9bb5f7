// The frames of HTTP/2 (RFC 9113 §4 and §6): their heads, and those that say something about the connection itself.
import { latin1, writer } from './piece.ts'
import type { Piece } from './piece.ts'
import { bigEndian } from './websocket.ts'

export interface Frame {
  head: Uint8Array
  /** As far as it is here. */
  body: Uint8Array
  length: number
  type: number
  flags: number
  stream: number
}

export const DATA = 0
export const HEADERS = 1
export const CONTINUATION = 9
export const END_HEADERS = 4
export const PADDED = 8
export const HAS_PRIORITY = 32
const [RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE] = [3, 4, 6, 7, 8]
const HEAD_BYTES = 9

const TYPES: Readonly<Record<number, string>> = {
  ...{ 0: 'DATA', 1: 'HEADERS', 2: 'PRIORITY', 3: 'RST_STREAM', 4: 'SETTINGS', 5: 'PUSH_PROMISE', 6: 'PING' },
  ...{ 7: 'GOAWAY', 8: 'WINDOW_UPDATE', 9: 'CONTINUATION', 10: 'ALTSVC', 12: 'ORIGIN', 16: 'PRIORITY_UPDATE' },
}
/** RFC 9113 §6.5.2, RFC 8441 §3, RFC 9218 §2.1 */
const SETTING: Readonly<Record<number, string>> = {
  1: 'HEADER_TABLE_SIZE, how many bytes of header fields may be remembered',
  2: 'ENABLE_PUSH, whether the server may send what was not asked for',
  3: 'MAX_CONCURRENT_STREAMS, how many requests at a time',
  4: 'INITIAL_WINDOW_SIZE, how many bytes of a stream may be under way',
  5: 'MAX_FRAME_SIZE, no frame is longer',
  6: 'MAX_HEADER_LIST_SIZE, no head is longer',
  8: 'ENABLE_CONNECT_PROTOCOL, whether a stream may become a WebSocket (RFC 8441)',
  9: 'NO_RFC7540_PRIORITIES, whether the old priorities are left out',
}
/** RFC 9113 §7 */
const ERRORS = [
  ...['NO_ERROR', 'PROTOCOL_ERROR', 'INTERNAL_ERROR', 'FLOW_CONTROL_ERROR', 'SETTINGS_TIMEOUT', 'STREAM_CLOSED'],
  ...['FRAME_SIZE_ERROR', 'REFUSED_STREAM', 'CANCEL', 'COMPRESSION_ERROR', 'CONNECT_ERROR', 'ENHANCE_YOUR_CALM'],
]

/** All of them, behind `from`; the last one may be cut off. */
export function framesOf(bytes: Uint8Array, from: number): Frame[] {
  const frames: Frame[] = []
  for (let at = from; at < bytes.length;) {
    const length = at + HEAD_BYTES > bytes.length ? 0 : bigEndian(bytes, at, 3)
    frames.push({
      head: bytes.subarray(at, at + HEAD_BYTES),
      body: bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length),
      ...{ length, type: bytes[at + 3] ?? 0, flags: bytes[at + 4] ?? 0 },
      stream: bigEndian(bytes, at + 5, 4) % 2 ** 31,
    })
    at += HEAD_BYTES + length
  }
  return frames
}

/** Whether a frame may begin here. */
export function beginsFrame(bytes: Uint8Array): boolean {
  const type = bytes[3] ?? 255
  return type in TYPES && bigEndian(bytes, 0, 3) <= 2 ** 14 && (bytes[5] ?? 255) < 128
}

export function readFrameHead({ head, length, type, flags, stream }: Frame): Piece[] {
  const out = writer(head)
  const whose = stream === 0 ? 'the connection itself' : `stream ${stream}`
  const note = `frame head: ${TYPES[type] ?? `type ${type}`}, ${length} bytes, ${flagsOf(type, flags)}, ${whose}`
  out.take(HEAD_BYTES, 'framing', head.length < HEAD_BYTES ? 'a frame head' : note, {
    begins: true,
    says: `${TYPES[type] ?? `type ${type}`}, ${length} bytes, stream ${stream}`,
  })
  return out.pieces
}

function flagsOf(type: number, flags: number): string {
  const isAck = type === SETTINGS || type === PING
  const names = [
    ...(flags & 1 ? [isAck ? 'ACK' : 'END_STREAM'] : []),
    ...(flags & END_HEADERS ? ['END_HEADERS'] : []),
    ...(flags & PADDED ? ['PADDED'] : []),
    ...(flags & HAS_PRIORITY ? ['PRIORITY'] : []),
  ]
  return names.length > 0 ? names.join(' + ') : 'no flags'
}

/** What is neither head nor body of an exchange. */
export function readControl({ body, length, type, flags }: Frame): Piece[] {
  const out = writer(body)
  const number = (at: number, count: number) => bigEndian(body, at, count)
  const error = (code: number) => ERRORS[code] ?? `error ${code}`
  if (type === SETTINGS)
    while (out.left > 0) {
      const [id, value] = [number(out.at, 2), number(out.at + 2, 4)]
      const name = SETTING[id] ?? `${id}, which is not known here`
      out.take(6, 'framing', `setting ${name}: ${value}`, { says: `${name.split(',', 1)[0]} = ${value}` })
    }
  else if (type === WINDOW_UPDATE)
    out.take(length, 'framing', `${number(0, 4) % 2 ** 31} more bytes may come: the reader has made room`, {
      says: `+ ${number(0, 4) % 2 ** 31}`,
    })
  else if (type === PING)
    out.take(length, 'framing', flags & 1 ? 'the same eight bytes, back' : 'eight bytes, to be sent back')
  else if (type === RST_STREAM)
    out.take(length, 'framing', `this stream is over: ${error(number(0, 4))}`, { says: error(number(0, 4)) })
  else if (type === GOAWAY) {
    out.take(4, 'framing', `no new streams beyond ${number(0, 4) % 2 ** 31}`)
    out.take(4, 'framing', `because of ${error(number(4, 4))}`)
    out.rest('framing', `in words: ${latin1(body.subarray(8))}`)
  } else out.take(length, 'framing', `what a frame of type ${TYPES[type] ?? type} says`)
  out.rest('framing', 'more than such a frame has')
  return out.pieces
}
