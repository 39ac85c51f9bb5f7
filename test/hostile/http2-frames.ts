// HTTP/2 by hand: the preface, and frames of whatever one likes (RFC 9113 §3.4, §4.1).

export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

export function frame(type: number, flags: number, stream: number, payload: Uint8Array | number[] = []): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, Uint8Array.from(payload)])
}

export const settings = frame(4, 0, 0)

export function settingsOf(values: [id: number, value: number][]): Buffer {
  const payload = Buffer.alloc(values.length * 6)
  for (const [n, [id, value]] of values.entries()) payload.writeUInt32BE(value, payload.writeUInt16BE(id, n * 6))
  return frame(4, 0, 0, payload)
}

/** `GET https://host/path`, all of it in one HEADERS frame; host and path are shorter than 127 characters (RFC 7541 §5.1, §6.2.2). */
export function get(host: string, stream: number, path = '/'): Buffer {
  const text = (value: string) => [value.length, ...Buffer.from(value)]
  return frame(1, 5, stream, [0x82, 0x87, 0x04, ...text(path), 0x41, ...text(host)])
}

/** The whole frames of what came; what is half there is left out. */
export function framesOf(bytes: Buffer): { type: number; payload: Buffer }[] {
  const frames = []
  for (let at = 0, end; at + 9 <= bytes.length; at = end) {
    end = at + 9 + bytes.readUIntBE(at, 3)
    if (end > bytes.length) break
    frames.push({ type: bytes[at + 3]!, payload: bytes.subarray(at + 9, end) })
  }
  return frames
}
