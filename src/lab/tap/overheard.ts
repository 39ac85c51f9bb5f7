// The bytes that a tap has overheard, in the order in which they passed: so many, and no more.
import type { Packet } from './told.ts'

const MOST_BYTES = 512 * 1024
const MOST_PACKETS = 2000

export function overheard() {
  const packets: Packet[] = []
  let [bytesKept, isFull] = [0, false]
  return {
    add(packet: Omit<Packet, 'n' | 'bytes'>, bytes: Buffer) {
      isFull ||= bytesKept + bytes.length > MOST_BYTES || packets.length === MOST_PACKETS
      if (isFull) return
      bytesKept += bytes.length
      packets.push({ ...packet, n: packets.length + 1, bytes: bytes.toString('base64') })
    },
    /** Those with a greater number. */
    after: (n: number) => packets.slice(n),
    get isFull() {
      return isFull
    },
  }
}
