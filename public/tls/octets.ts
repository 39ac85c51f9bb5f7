// Reads numbers and vectors off bytes, as the presentation language of TLS has them (RFC 8446 §3).

export interface Octets {
  readonly left: number
  /** Big-endian, of 1 to 3 bytes. @throws RangeError when there are fewer, as all below. */
  number(bytes: 1 | 2 | 3): number
  take(count: number): Uint8Array
  /** A vector: its length in so many bytes, then that many. */
  vector(lengthBytes: 1 | 2 | 3): Uint8Array
}

export function octets(bytes: Uint8Array): Octets {
  let at = 0
  const own: Octets = {
    get left() {
      return bytes.length - at
    },
    take(count) {
      if (count > own.left) throw new RangeError(`${count} bytes expected, ${own.left} left`)
      at += count
      return bytes.subarray(at - count, at)
    },
    number: (count) => own.take(count).reduce((value, byte) => value * 256 + byte, 0),
    vector: (lengthBytes) => own.take(own.number(lengthBytes)),
  }
  return own
}

/** All numbers of a vector of such. */
export function numbersIn(bytes: Uint8Array, each: 1 | 2): number[] {
  const from = octets(bytes)
  const numbers: number[] = []
  while (from.left >= each) numbers.push(from.number(each))
  return numbers
}
