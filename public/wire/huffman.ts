// The Huffman code of HPACK (RFC 7541 Appendix B): short codes for what is frequent in header fields.

/** How many bits the code of each byte has, and of EOS, in base 36. The codes follow from that: they are in order (a canonical code). */
const LENGTHS =
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca' +
  'd67777777777777777777777878djde6f56565666577666567655677777fbeds' +
  'kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn' +
  'qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq' +
  'u'
const EOS = 256

const bytesByCode = new Map<number, number>() // by length and code in one number
let next = 0
for (let length = 5; length <= 30; length++) {
  next *= 2
  for (let symbol = 0; symbol <= EOS; symbol++)
    if (parseInt(LENGTHS[symbol]!, 36) === length) bytesByCode.set(keyOf(length, next++), symbol)
}

function keyOf(length: number, code: number): number {
  return length * 2 ** 30 + code
}

/** @returns what stands there, as far as it is a code. */
export function unpack(bytes: Uint8Array): Uint8Array {
  const out: number[] = []
  let [code, length] = [0, 0]
  for (const byte of bytes)
    for (let index = 7; index >= 0; index--) {
      code = code * 2 + ((byte >> index) & 1)
      length++
      const symbol = bytesByCode.get(keyOf(length, code))
      if (symbol === EOS || length > 30) return Uint8Array.from(out)
      if (symbol === undefined) continue
      out.push(symbol)
      ;[code, length] = [0, 0]
    }
  return Uint8Array.from(out) // what is left is padding: ones (RFC 7541 §5.2)
}
