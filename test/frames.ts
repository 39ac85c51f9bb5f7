// A WebSocket client without manners: the opening handshake by hand, then whatever bytes one likes (RFC 6455 §5.2).
import { decode, encode } from '../src/range/frames.ts'
import type { Frame } from '../src/range/frames.ts'
import { open, request } from './raw.ts'
import type { Answer, Line, Target } from './raw.ts'

export { encode }
export type { Frame }

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
  const { opcode, payload, size } = await line.until(decode, ms)
  line.drop(size)
  return { opcode, payload }
}

/**
 * What a server hears in the bytes of a client, until a frame that it must refuse (not masked) or a close frame.
 * @returns whether it waits for the rest of a frame; the code of the close frame, as it is to be said back
 */
export function heard(bytes: Buffer): { waits: boolean; code?: number } {
  for (let rest = bytes; ;) {
    if (rest.length > 1 && rest[1]! < 0x80) return { waits: false }
    const frame = decode(rest) // as if it had no mask, which are four bytes before the payload
    if (!frame || rest.length < frame.size + 4) return { waits: true }
    const { opcode, payload, size } = frame
    const mask = size - payload.length
    if (opcode === 8)
      return {
        waits: false,
        code: payload.length < 2 ? 1005 : rest.readUInt16BE(mask + 4) ^ rest.readUInt16BE(mask),
      }
    rest = rest.subarray(size + 4)
  }
}

export const text = (value: unknown): Frame => ({ payload: typeof value === 'string' ? value : JSON.stringify(value) })
