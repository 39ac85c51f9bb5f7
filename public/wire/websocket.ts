// WebSocket frames (RFC 6455 §5.2): the first two bytes bit by bit, the length, the mask, and what it hides.
import { startsWith, writer } from './piece.ts'
import type { Bits, Piece, Writer } from './piece.ts'

const OPCODES: Readonly<Record<number, string>> = {
  0: 'goes on with the message before it',
  1: 'text',
  2: 'binary',
  8: 'close',
  9: 'ping',
  10: 'pong',
}
/** RFC 6455 §7.4.1, IANA's registry, and the lab's own from 4000 on. */
const CODES: Readonly<Record<number, string>> = {
  1000: 'done',
  1001: 'going away',
  1002: 'broken protocol',
  1003: 'this kind of data is not taken',
  1007: 'no UTF-8',
  1008: 'against the rules',
  1009: 'too big',
  1011: 'an error of the server',
  1012: 'the server restarts',
  1013: 'try again later',
  4008: 'slow consumer',
  4010: 'cannot go on from here: reconnect',
  4029: 'too many messages',
  4400: 'bad message',
  4401: 'session ended',
  4403: 'forbidden',
}
/** Control JSON of the lab: about the line, not of the feed. */
const CONTROL = ['{"hello"', '{"gap"', '{"heartbeat"', '{"ack"']

export function readWebSocket(bytes: Uint8Array, up: boolean): Piece[] {
  const out = writer(bytes)
  while (out.left > 0) readFrame(out, up)
  return out.pieces
}

function readFrame(out: Writer, up: boolean) {
  const { bytes, at } = out
  const [first, second] = [bytes[at]!, bytes[at + 1]]
  if (second === undefined) return out.take(2, 'framing', 'the first byte of a frame', { begins: true })
  const short = second & 127
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0
  const isMasked = second > 127
  const head = 2 + lengthBytes + (isMasked ? 4 : 0)
  const length = lengthBytes === 0 ? short : bigEndian(bytes, at + 2, lengthBytes)
  const mask = bytes.subarray(at + 2 + lengthBytes, at + head)
  const opcode = first & 15
  const name = OPCODES[opcode] ?? 'reserved'

  const bits = bitsOf(first, second, length, lengthBytes, isMasked ? mask : undefined)
  const whole = isMasked === up ? '' : up ? '; a client must mask, and this did not' : '; a server must not mask'
  out.take(2, 'framing', `frame head: ${name}, ${length} bytes${whole}`, {
    begins: true,
    bits,
    says: `${name}, ${length} bytes`,
  })
  out.take(lengthBytes, 'framing', `the length in ${lengthBytes} more bytes: ${length}`)
  if (isMasked) out.take(4, 'framing', 'masking key: each byte of the payload is XORed with one of these four')

  const body = bytes.subarray(out.at, out.at + length) // as far as it is here
  const shown = isMasked ? body.map((byte, index) => byte ^ (mask[index & 3] ?? 0)) : body
  const unmasked = (from: number, to = shown.length) => (isMasked ? { unmasked: shown.subarray(from, to) } : undefined)
  if (opcode === 8 && length >= 2) {
    const code = shown.length >= 2 ? (shown[0]! << 8) | shown[1]! : 0
    out.take(2, 'framing', `close code ${code}: ${CODES[code] ?? 'of the application'}`, {
      ...unmasked(0, 2),
      says: String(code),
    })
    out.take(length - 2, 'framing', 'the reason, in words', unmasked(2))
  } else if (opcode >= 8) out.take(length, 'framing', `what a ${name} carries; a pong gives it back`, unmasked(0))
  else if (CONTROL.some((word) => startsWith(shown, word)))
    out.take(length, 'framing', 'about the line, no event of the feed', unmasked(0))
  else out.take(length, 'payload', up ? 'what the client says' : 'an event', unmasked(0))
}

function bitsOf(first: number, second: number, length: number, lengthBytes: number, mask?: Uint8Array): Bits[] {
  const bit = (byte: number, index: number) => String((byte >> index) & 1)
  const two = (value: number, width: number) => value.toString(2).padStart(width, '0')
  const reserved = [6, 5, 4].map((index, n) => ({
    name: `RSV${n + 1}`,
    bits: bit(first, index),
    note: index === 6 ? '1 with an extension only: a compressed message' : 'reserved: 0',
  }))
  return [
    { name: 'FIN', bits: bit(first, 7), note: first > 127 ? 'the last frame of its message' : 'the message goes on' },
    ...reserved,
    { name: 'opcode', bits: two(first & 15, 4), note: `${first & 15}: ${OPCODES[first & 15] ?? 'reserved'}` },
    { name: 'MASK', bits: bit(second, 7), note: second > 127 ? 'masked: from a client' : 'not masked: from a server' },
    {
      name: 'length',
      bits: two(second & 127, 7),
      note: lengthBytes === 0 ? `${length} bytes` : `${second & 127}: the length is in the next ${lengthBytes} bytes`,
    },
    ...(lengthBytes > 0 ? [{ name: 'extended length', bits: `${lengthBytes * 8} bits`, note: `${length} bytes` }] : []),
    ...(mask ? [{ name: 'masking key', bits: '32 bits', note: hex(mask) }] : []),
  ]
}

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')

export function bigEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let i = 0; i < count; i++) value = value * 256 + (bytes[at + i] ?? 0)
  return value
}
