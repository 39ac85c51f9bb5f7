// RFC 6455 as the generator reads it: whole, unfragmented, unmasked frames from a server.
import { randomBytes } from 'node:crypto'
import { EMPTY, NOTHING, remember } from './contract.ts'
import type { Body, Read, Wire } from './contract.ts'
import { authorizing, streamReader } from './http1.ts'

export interface WebSocketOptions {
  protocol?: string
  /** More header fields, each with its line end. */
  fields?: string
  /** What one message means; text or binary, as it came. Pure. */
  message(payload: Buffer): Partial<Read>
  /** Without it, a message says that the line is open. */
  opensWithHead?: boolean
  /** Sent right after the handshake, as messages. */
  greetings?: (string | Buffer)[]
}

const PING = 9
const CLOSE = 8
const PONG = 10

/** @returns a maker of readers that share what they decoded. */
export function frames(message: WebSocketOptions['message']): () => Body {
  const whole = remember((bytes) => readFrames(bytes, message))
  return () => {
    let held = EMPTY
    return {
      read(bytes) {
        const { read, rest } = whole(held.length > 0 ? Buffer.concat([held, bytes]) : bytes)
        held = rest
        return read
      },
    }
  }
}

function readFrames(bytes: Buffer, message: WebSocketOptions['message']): { read: Read; rest: Buffer } {
  const all: Partial<Read>[] = []
  let at = 0
  while (bytes.length - at >= 2) {
    const frame = frameAt(bytes, at)
    if (!frame) break
    const { opcode, payload, end, whole } = frame
    if (!whole) all.push({ failed: 'a fragmented message: this reader knows whole ones only' })
    else if (opcode === PING) all.push({ reply: clientFrame(PONG, payload) })
    else if (opcode === CLOSE) all.push({ failed: `close ${payload.length >= 2 ? payload.readUInt16BE() : 1005}` })
    else if (opcode !== PONG) all.push(message(payload))
    at = end
  }
  return { read: joined(all), rest: at === bytes.length ? EMPTY : Buffer.from(bytes.subarray(at)) }
}

/** §5.2; undefined while it is not complete. */
function frameAt(bytes: Buffer, at: number) {
  const [first, second] = [bytes[at]!, bytes[at + 1]!]
  const short = second & 127
  const start = at + (short === 127 ? 10 : short === 126 ? 4 : 2)
  if (bytes.length < start) return undefined
  const length =
    short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short === 126 ? bytes.readUInt16BE(at + 2) : short
  const end = start + length
  if (bytes.length < end) return undefined
  return { opcode: first & 15, whole: (first & 128) !== 0, payload: bytes.subarray(start, end), end }
}

/** A frame to the server, masked with zeros: the mask guards caches against pages (§10.3), and there are none of either here. */
export function clientFrame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload
  const head =
    length < 126 ? Buffer.of(0x80 | opcode, 0x80 | length) : Buffer.of(0x80 | opcode, 0xfe, length >> 8, length & 255)
  return Buffer.concat([head, Buffer.alloc(4), payload])
}

/** Several messages of one chunk as one result. */
export function joined(reads: Partial<Read>[]): Read {
  if (reads.length === 1) return { ...NOTHING, ...reads[0] }
  const replies = reads.flatMap(({ reply }) => (reply === undefined ? [] : [Buffer.from(reply as string)]))
  const gaps = reads.flatMap(({ gaps }) => gaps ?? [])
  const failed = reads.find(({ failed }) => failed !== undefined)?.failed
  return {
    events: reads.flatMap(({ events }) => events ?? []),
    ...(gaps.length > 0 && { gaps }),
    ...(replies.length > 0 && { reply: Buffer.concat(replies) }),
    ...(reads.some(({ open }) => open) && { open: true as const }),
    ...(failed !== undefined && { failed }),
  }
}

/** §4.1; over TLS on HTTP/1.1. */
export function webSocket({ protocol, fields = '', message, opensWithHead, greetings = [] }: WebSocketOptions): Wire {
  const bodies = frames(message)
  return ({ authority, path, after, ...target }) => {
    const key = randomBytes(16).toString('base64')
    const offered = protocol === undefined ? '' : `Sec-WebSocket-Protocol: ${protocol}\r\n`
    const query = after === undefined ? '' : `${path.includes('?') ? '&' : '?'}after=${after}`
    const reader = streamReader({
      request:
        `GET ${path}${query} HTTP/1.1\r\nHost: ${authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n${offered}${fields}${authorizing(target)}\r\n`,
      refuses: ({ status }) => (status === 101 ? undefined : 'no WebSocket'),
      body: bodies(),
      ...(opensWithHead && { opensWithHead }),
    })
    if (greetings.length === 0) return reader
    const said = Buffer.concat(
      greetings.map((text) => clientFrame(typeof text === 'string' ? 1 : 2, Buffer.from(text))),
    )
    return {
      ...reader,
      read(chunk) {
        const read = reader.read(chunk)
        return read.headBytes === undefined ? read : { ...read, reply: said }
      },
    }
  }
}
