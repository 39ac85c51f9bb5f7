// Cuts one direction of a connection into TLS records, however the network has cut it.

export interface SealedRecord {
  type: number
  /** Five bytes: type, version, length (RFC 8446 §5.1). */
  header: Buffer
  fragment: Buffer
}

export const CCS = 20
export const ALERT = 21
export const HANDSHAKE = 22
export const DATA = 23

const HEADER_BYTES = 5
/** RFC 5246 §6.2.3; TLS 1.3 allows less (RFC 8446 §5.2). */
const LONGEST = 2 ** 14 + 2048

/** @returns what makes records of bytes. @throws Error when what comes is no TLS. */
export function recordReader(): (bytes: Buffer) => SealedRecord[] {
  let parts: Buffer[] = []
  let held = 0
  let needed = HEADER_BYTES

  return (bytes) => {
    parts.push(bytes)
    held += bytes.length
    if (held < needed) return [] // a record in a thousand slices is put together once
    const all = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    const records: SealedRecord[] = []
    let at = 0
    needed = HEADER_BYTES
    while (all.length - at >= HEADER_BYTES) {
      const length = all.readUInt16BE(at + 3)
      const type = all[at]!
      if (type < CCS || type > DATA || all[at + 1] !== 3 || length > LONGEST)
        throw new Error(`no TLS record begins with ${all.subarray(at, at + HEADER_BYTES).toString('hex')}`)
      const [start, end] = [at + HEADER_BYTES, at + HEADER_BYTES + length]
      needed = HEADER_BYTES + length
      if (end > all.length) break
      records.push({ type, header: all.subarray(at, start), fragment: all.subarray(start, end) })
      at = end
      needed = HEADER_BYTES
    }
    held = all.length - at
    parts = held > 0 ? [all.subarray(at)] : []
    return records
  }
}
