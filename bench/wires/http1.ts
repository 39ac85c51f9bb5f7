// HTTP/1.1 as the generator reads it (RFC 9112): a head, then a body that is a stream, with or without chunks.
import { EMPTY, NOTHING, remember } from './contract.ts'
import type { Body, Read, Reader, Target } from './contract.ts'

export interface Head {
  status: number
  /** Status line and fields as they came. */
  text: string
  /** With the empty line. */
  bytes: number
}

/** @returns undefined while the head is not complete. */
export function parseHead(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const text = bytes.toString('latin1', 0, end)
  return { text, status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), bytes: end + 4 }
}

/** The value of a field; names are case-insensitive (RFC 9110 §5.1). */
export function field(head: Head, name: string): string | undefined {
  return new RegExp(`\r\n${name}: *([^\r]*)`, 'i').exec(head.text)?.[1]
}

/** What a target adds to the head of each request. */
export const authorizing = ({ authorization }: Pick<Target, 'authorization'>) =>
  authorization === undefined ? '' : `Authorization: ${authorization}\r\n`

export interface Stream {
  request: string
  /** @returns why this answer is not the stream that was asked for; undefined when it is. */
  refuses(head: Head): string | undefined
  body: Body
  /** The answer's head alone says that the line is open; else a message of the body does. */
  opensWithHead?: boolean
}

/** One request whose answer never ends: an event stream, or after 101 the frames of a WebSocket. */
export function streamReader({ request, refuses, body, opensWithHead = false }: Stream): Reader {
  let held = EMPTY
  let source: Body | undefined
  return {
    hello: () => request,
    read(chunk) {
      if (source) return source.read(chunk)
      held = Buffer.concat([held, chunk])
      const head = parseHead(held)
      if (!head) return NOTHING
      const failed = refuses(head)
      if (failed !== undefined) return { ...NOTHING, failed: `${failed}: ${head.text.split('\r\n')[0]}` }
      source = /chunked/i.test(field(head, 'transfer-encoding') ?? '') ? unchunked(body) : body
      const rest = held.subarray(head.bytes)
      held = EMPTY
      const first = rest.length > 0 ? source.read(rest) : NOTHING
      return { ...first, headBytes: head.bytes, ...(opensWithHead && { open: true as const }) }
    },
  }
}

/** Takes the chunk sizes out (RFC 9112 §7.1). */
function unchunked(body: Body): Body {
  let held = EMPTY
  return {
    read(bytes) {
      const { data, rest, last } = chunks(held.length > 0 ? Buffer.concat([held, bytes]) : bytes)
      held = rest
      const read: Read = data.length > 0 ? body.read(data) : NOTHING
      return last ? { ...read, failed: 'the stream ended' } : read
    },
  }
}

const chunks = remember((bytes) => {
  const parts: Buffer[] = []
  let at = 0
  let last = false
  while (at < bytes.length && !last) {
    const line = bytes.indexOf('\r\n', at)
    if (line < 0) break
    const size = parseInt(bytes.toString('latin1', at, line), 16)
    if (Number.isNaN(size)) return { data: EMPTY, rest: EMPTY, last: true }
    if (line + 2 + size + 2 > bytes.length) break
    last = size === 0
    parts.push(bytes.subarray(line + 2, line + 2 + size))
    at = line + 2 + size + 2
  }
  return { data: Buffer.concat(parts), rest: Buffer.from(bytes.subarray(at)), last }
})
