// Reads HTTP/1.1 answers (RFC 9112) off one connection, one after the other, and a body that never ends as it comes.
import type { Read, Reader } from '../wires/contract.ts'
import { joined } from './frames.ts'

export interface Answer {
  status: number
  head: string
  body: Buffer
}

const nothing: Read = { events: [] }

export const get = (authority: string, path: string, fields: string[] = []) =>
  [`GET ${path} HTTP/1.1`, `Host: ${authority}`, ...fields, '\r\n'].join('\r\n')

/** Whole answers: `read` gets each of them. */
export function answers(hello: string, read: (answer: Answer) => Read): Reader {
  let rest: Buffer = Buffer.alloc(0)
  return {
    hello: () => hello,
    read(chunk) {
      let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      let all: Read = nothing
      for (let next = answerOf(bytes); next; next = answerOf(bytes)) {
        all = joined(all, read(next.answer))
        bytes = bytes.subarray(next.length)
      }
      rest = Buffer.from(bytes)
      return all
    },
  }
}

function answerOf(bytes: Buffer): { answer: Answer; length: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = bytes.toString('latin1', 0, end)
  const status = Number(head.slice(9, 12))
  const start = end + 4
  if (/\r\ntransfer-encoding: chunked/i.test(head)) {
    const body: Buffer[] = []
    const used = chunks(bytes.subarray(start), (part) => body.push(part))
    return used.ended ? { answer: { status, head, body: Buffer.concat(body) }, length: start + used.length } : undefined
  }
  const length = start + (status === 204 || status === 304 ? 0 : Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]))
  return bytes.length >= length ? { answer: { status, head, body: bytes.subarray(start, length) }, length } : undefined
}

/** RFC 9112 §7.1. @returns how many bytes were whole chunks, and whether the last one was among them. */
function chunks(bytes: Buffer, take: (part: Buffer) => void): { length: number; ended: boolean } {
  for (let at = 0; ;) {
    const eol = bytes.indexOf('\r\n', at)
    if (eol < 0) return { length: at, ended: false }
    const size = parseInt(bytes.toString('latin1', at, eol), 16)
    const end = eol + 2 + size
    if (!(bytes.length >= end + 2)) return { length: at, ended: false }
    if (size === 0) return { length: end + 2, ended: true }
    take(bytes.subarray(eol + 2, end))
    at = end + 2
  }
}

/** An answer without an end, in chunks or delimited by close: `read` gets what comes of the body. */
export function stream(hello: string, read: (body: Buffer) => Read): Reader {
  let rest: Buffer = Buffer.alloc(0)
  let chunked: boolean | undefined
  return {
    hello: () => hello,
    read(chunk) {
      let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      rest = Buffer.alloc(0)
      let all: Read = nothing
      if (chunked === undefined) {
        const end = bytes.indexOf('\r\n\r\n')
        if (end < 0) return ((rest = Buffer.from(bytes)), nothing)
        const head = bytes.toString('latin1', 0, end)
        if (!head.startsWith('HTTP/1.1 200 ')) return { events: [], failed: `expected 200, got ${head}` }
        chunked = /\r\ntransfer-encoding: chunked/i.test(head)
        bytes = bytes.subarray(end + 4)
        all = { events: [], open: true }
      }
      if (!chunked) return joined(all, read(bytes))
      const { length, ended } = chunks(bytes, (part) => (all = joined(all, read(part))))
      rest = Buffer.from(bytes.subarray(length))
      return ended ? { ...all, failed: 'the stream ended' } : all
    },
  }
}
