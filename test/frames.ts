// A WebSocket client without manners: the opening handshake by hand, then whatever bytes one likes (RFC 6455 §5.2).
import { open, request } from './raw.ts'
import type { Answer, Line, Target } from './raw.ts'

export interface Frame {
  fin?: boolean
  /** RSV1–3 as three bits. */
  rsv?: number
  opcode?: number
  payload?: string | Uint8Array
  masked?: boolean
  /** The length to claim; the true one otherwise. */
  claims?: bigint
}

export interface Wss {
  line: Line
  answer: Answer
  send(...frames: (Frame | Uint8Array)[]): void
  /** The next text message, as JSON. */
  message(ms?: number): Promise<Record<string, unknown>>
  /** Code of the close frame; 1006 when the connection ended without one. */
  closeCode(ms?: number): Promise<number>
}

export const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='

/** The handshake that our server wants; `fields` replace, add or (as undefined) leave out. */
export function handshake(target: Target, fields: Record<string, string | undefined> = {}, path = '/feed/wss'): string {
  const all: Record<string, string | undefined> = {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': KEY,
    'Sec-WebSocket-Protocol': 'wirelab.v1',
    ...fields,
  }
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]))
  return request(target, `GET ${path}`, lines)
}

export async function openWss(target: Target, { path = '/feed/wss', key = false } = {}): Promise<Wss> {
  const line = await open(target)
  line.write(handshake(target, key ? { Authorization: `Bearer ${target.lab.publishKey}` } : {}, path))
  const answer = await line.answer()
  if (answer.status !== 101) throw new Error(`no 101 but ${answer.head}`)
  return wss(line, answer)
}

export function wss(line: Line, answer: Answer): Wss {
  return {
    line,
    answer,
    send: (...frames) => line.write(Buffer.concat(frames.map((each) => ('buffer' in each ? each : encode(each))))),
    async message(ms) {
      for (;;) {
        const { opcode, payload } = await next(line, ms)
        if (opcode === 1) return JSON.parse(payload.toString()) as Record<string, unknown>
        if (opcode === 8) throw new Error(`closed with ${payload.readUInt16BE(0)} ${payload.subarray(2).toString()}`)
      }
    },
    async closeCode(ms) {
      for (;;) {
        const frame = await next(line, ms).catch((error: unknown) => {
          if (line.over) return undefined
          throw error
        })
        if (!frame) return 1006
        if (frame.opcode !== 8) continue
        if (frame.payload.length < 2) return 1005
        const reason = frame.payload.subarray(2).toString()
        if (/\/work|\/tmp|node_modules|WS_ERR|Error:/.test(reason)) throw new Error(`reason tells too much: ${reason}`)
        return frame.payload.readUInt16BE(0)
      }
    },
  }
}

async function next(line: Line, ms?: number): Promise<{ opcode: number; payload: Buffer }> {
  const { opcode, payload, size } = await line.until((bytes) => {
    if (bytes.length < 2) return undefined
    const short = bytes[1]! & 127
    const start = short < 126 ? 2 : short === 126 ? 4 : 10
    if (bytes.length < start) return undefined
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
    if (bytes.length < start + length) return undefined
    return { opcode: bytes[0]! & 15, payload: bytes.subarray(start, start + length), size: start + length }
  }, ms)
  line.drop(size)
  return { opcode, payload }
}

export function encode({ fin = true, rsv = 0, opcode = 1, payload = '', masked = true, claims }: Frame): Buffer {
  const data = Buffer.from(payload as string)
  const length = claims ?? BigInt(data.length)
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode
  const bit = masked ? 0x80 : 0
  const head = Buffer.alloc(length < 126n ? 2 : length < 65_536n ? 4 : 10)
  head[0] = first
  if (head.length === 2) head[1] = bit | Number(length)
  else if (head.length === 4) {
    head[1] = bit | 126
    head.writeUInt16BE(Number(length), 2)
  } else {
    head[1] = bit | 127
    head.writeBigUInt64BE(length, 2)
  }
  if (!masked) return Buffer.concat([head, data])
  const mask = Buffer.of(0x37, 0xfa, 0x21, 0x3d)
  for (let index = 0; index < data.length; index++) data[index]! ^= mask[index & 3]!
  return Buffer.concat([head, mask, data])
}

export const text = (value: unknown): Frame => ({ payload: typeof value === 'string' ? value : JSON.stringify(value) })
