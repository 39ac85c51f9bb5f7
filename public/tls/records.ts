// TLS records as whoever is on the path sees them: type, length, moment; and what is in them where it is not sealed (RFC 8446 §5.1).
import { join } from '../wire/piece.ts'
import { messageTypes, messagesIn } from './messages.ts'
import type { HandshakeMessage } from './messages.ts'

export interface SeenRecord {
  at: number
  up: boolean
  /** Of the header: 23 stands for whatever is sealed by TLS 1.3. */
  type: number
  /** With its header of five bytes. */
  bytes: number
  fragment: Uint8Array
}
interface Passed {
  at: number
  up: boolean
  bytes: Uint8Array
}

const HEADER_BYTES = 5
export const HANDSHAKE = 22
export const APPLICATION_DATA = 23

/** A record counts from the moment when it is whole; what is not whole yet is left out. */
export function seenIn(passed: readonly Passed[]): SeenRecord[] {
  const held = { up: new Uint8Array(), down: new Uint8Array() }
  const records: SeenRecord[] = []
  for (const { at, up, bytes } of passed) {
    const side = up ? 'up' : 'down'
    let all = join([held[side], bytes])
    while (all.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + all[3]! * 256 + all[4]!
      if (all.length < end) break
      records.push({ at, up, type: all[0]!, bytes: end, fragment: all.subarray(HEADER_BYTES, end) })
      all = all.subarray(end)
    }
    held[side] = all as Uint8Array<ArrayBuffer>
  }
  return records
}

/** Messages that can be read without any secret: until the first record that is sealed, in each direction. */
export function clearMessages(records: readonly SeenRecord[], up: boolean): HandshakeMessage[] {
  const mine = records.filter((each) => each.up === up)
  const sealedFrom = mine.findIndex(({ type }) => type !== HANDSHAKE)
  const clear = sealedFrom < 0 ? mine : mine.slice(0, sealedFrom)
  const known = new Set<number>([...Object.values(messageTypes), 12, 13, 14, 16, 22])
  return messagesIn(join(clear.map(({ fragment }) => fragment))).filter(({ type }) => known.has(type))
}
