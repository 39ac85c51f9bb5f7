// Reads what a WebSocket server sends (RFC 6455): the answer to the opening handshake, then one message after the other.
import { randomBytes } from 'node:crypto'
import type { Read, Reader, Wire } from '../wires/contract.ts'

/** What is said inside the frames; made anew for each connection. */
export interface Speech {
  protocol?: string
  /** The 101 is all that there is to wait for. */
  opens?: true
  /** Sent once the socket is open. */
  greeting?: Buffer
  /** One whole message, text or binary. `reply` is sent as it is: see `frame`. */
  message(payload: Buffer): Read
}

const nothing: Read = { events: [] }

/** A frame of a client. The mask is zero, which leaves the bytes as they are (§5.3): masking would be the generator's time. */
export function frame(payload: string | Buffer, opcode = 1): Buffer {
  const bytes = Buffer.from(payload as string)
  if (bytes.length > 125) throw new RangeError(`expected at most 125 bytes to send, got ${bytes.length}`)
  return Buffer.concat([Buffer.of(0x80 | opcode, 0x80 | bytes.length, 0, 0, 0, 0), bytes])
}

export function webSocket(speech: () => Speech, pathOf = (path: string) => path): Wire {
  return ({ authority, path }) => {
    const { protocol, opens, greeting, message } = speech()
    let read: (bytes: Buffer) => [used: number, Read] = handshake
    let rest: Buffer | undefined
    let parts: Buffer[] = []

    function handshake(bytes: Buffer): [number, Read] {
      const end = bytes.indexOf('\r\n\r\n')
      if (end < 0) return [0, nothing]
      const head = bytes.toString('latin1', 0, end)
      if (!head.startsWith('HTTP/1.1 101 ')) return [bytes.length, { events: [], failed: `expected 101, got ${head}` }]
      read = messages
      return [end + 4, { events: [], ...(opens && { open: opens }), ...(greeting && { reply: greeting }) }]
    }

    function messages(bytes: Buffer): [number, Read] {
      if (bytes.length < 2) return [0, nothing]
      const short = bytes[1]!
      const start = short < 126 ? 2 : short === 126 ? 4 : 10
      if (bytes.length < start) return [0, nothing]
      const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
      const end = start + length
      if (bytes.length < end) return [0, nothing]
      const payload = bytes.subarray(start, end)
      const opcode = bytes[0]! & 15
      if (opcode === 8) return [end, { events: [], failed: `closed: ${payload.subarray(2).toString() || 'no reason'}` }]
      if (opcode === 9) return [end, { events: [], reply: frame(payload, 10) }]
      if (opcode === 10) return [end, nothing]
      if (bytes[0]! < 0x80) {
        parts.push(Buffer.from(payload))
        return [end, nothing]
      }
      if (parts.length === 0) return [end, message(payload)]
      const whole = Buffer.concat([...parts, payload])
      parts = []
      return [end, message(whole)]
    }

    return {
      hello: () =>
        [
          `GET ${pathOf(path)} HTTP/1.1`,
          `Host: ${authority}`,
          ...['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'],
          `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
          ...(protocol ? [`Sec-WebSocket-Protocol: ${protocol}`] : []),
          '\r\n',
        ].join('\r\n'),
      read(chunk) {
        let bytes = rest ? Buffer.concat([rest, chunk]) : chunk
        let all: Read | undefined
        for (let used = 1; used > 0 && bytes.length > 0;) {
          let part: Read
          ;[used, part] = read(bytes)
          bytes = bytes.subarray(used)
          all = all ? joined(all, part) : part
        }
        rest = bytes.length > 0 ? Buffer.from(bytes) : undefined
        return all ?? nothing
      },
    } satisfies Reader
  }
}

/** Several messages that came in one chunk. */
export function joined(a: Read, b: Read): Read {
  if (b === nothing) return a
  const reply = [a.reply, b.reply].filter((each) => each !== undefined).map((each) => Buffer.from(each as string))
  return {
    ...a,
    ...b,
    events: a.events.length === 0 ? b.events : b.events.length === 0 ? a.events : [...a.events, ...b.events],
    ...(reply.length > 0 && { reply: Buffer.concat(reply) }),
  }
}
