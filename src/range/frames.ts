// Frames of WebSocket by hand (RFC 6455 §5.2), right and wrong ones: no library would send these.

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

/** The first whole frame of a server, and how many bytes it has; undefined while it is not all there. */
export function decode(bytes: Buffer): { opcode: number; payload: Buffer; size: number } | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes[1]! & 127
  const start = short < 126 ? 2 : short === 126 ? 4 : 10
  if (bytes.length < start) return undefined
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  if (bytes.length < start + length) return undefined
  return { opcode: bytes[0]! & 15, payload: bytes.subarray(start, start + length), size: start + length }
}
