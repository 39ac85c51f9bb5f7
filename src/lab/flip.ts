// One bit, flipped on the way: of a sealed record, wherever; or of a letter that can be read, where it does most harm.

const [APPLICATION_DATA, HEADER_BYTES] = [23, 5]

/** In the middle of a whole record of application data (RFC 8446 §5.2): its header stays as it is. @returns whether there was one. */
export function flipSealed(bytes: Buffer): boolean {
  if (bytes.length < HEADER_BYTES || bytes[0] !== APPLICATION_DATA || bytes[1] !== 3) return false
  const sealedBytes = bytes.readUInt16BE(3)
  if (bytes.length < HEADER_BYTES + sealedBytes) return false
  const middle = HEADER_BYTES + (sealedBytes >> 1)
  bytes[middle] = bytes[middle]! ^ 1
  return true
}

/** Bit 3 of the letter that follows `words`: of a 1 it makes a 9. @returns what flips it where they are found. */
export function flipBehind(words: string): (bytes: Buffer) => boolean {
  return (bytes) => {
    const at = bytes.indexOf(words)
    const letter = bytes[at + words.length]
    if (at < 0 || letter === undefined) return false
    bytes[at + words.length] = letter ^ 8
    return true
  }
}
