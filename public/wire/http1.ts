// HTTP/1.1 (RFC 9112): heads line by line, bodies by their framing, and what a connection becomes after 101.
import { contentOf, readContent } from './content.ts'
import type { Content } from './content.ts'
import { explainField, explainStatus } from './fields.ts'
import { cut, join, latin1, startsWith, writer } from './piece.ts'
import type { Piece, Writer } from './piece.ts'

interface Head {
  first: string
  fields: Map<string, string>
  isWhole: boolean
}

const LF = 10
const REQUEST = /^[A-Z]{2,10} \S+ HTTP\/1\.[01]\r?$/
const STATUS = /^HTTP\/1\.[01] (\d{3})/

/** @param methods of the requests, in order: an answer to HEAD has no body. The side that goes up fills it, the other one reads it. */
export function readHttp1(bytes: Uint8Array, up: boolean, methods: string[]): Piece[] {
  const out = writer(bytes, { isText: true })
  let answered = 0
  while (out.left > 0) {
    const at = out.at
    const head = readHead(out, up)
    if (!head.isWhole) break
    if (up) {
      methods.push(head.first.split(' ')[0]!)
      readRequestBody(out, head)
    } else {
      const status = Number(STATUS.exec(head.first)?.[1] ?? 0)
      const method = status >= 200 ? methods[answered++] : undefined
      readAnswerBody(out, head, status, method)
    }
    if (out.at === at) break
  }
  out.rest('payload', 'bytes that begin no head of HTTP: what they belong to is kept no longer')
  return out.pieces
}

function readHead(out: Writer, up: boolean): Head {
  const fields = new Map<string, string>()
  const first = lineAt(out)
  const isFirst = up ? REQUEST.test(first.text) : STATUS.test(first.text)
  if (!first.isWhole && first.text.length < 9) {
    out.rest('headers', 'the beginning of a head')
    return { first: '', fields, isWhole: false }
  }
  if (!isFirst && first.isWhole) return { first: '', fields, isWhole: false }
  const status = Number(STATUS.exec(first.text)?.[1] ?? 0)
  const note = up ? 'the request: method, path and query, version' : `status ${status || ''}: ${explainStatus(status)}`
  out.take(first.length, 'headers', note, up ? { begins: true } : undefined)
  while (out.left > 0) {
    const line = lineAt(out)
    if (line.text === '' || line.text === '\r') {
      out.take(line.length, 'headers', 'an empty line: the head is over')
      return { first: first.text, fields, isWhole: line.isWhole }
    }
    const name = line.text.split(':', 1)[0]!
    const key = name.toLowerCase()
    fields.set(key, line.text.slice(name.length + 1).trim())
    out.take(line.length, 'headers', `${name}: ${explainField(name)}`)
  }
  return { first: first.text, fields, isWhole: false }
}

function readRequestBody(out: Writer, { fields }: Head) {
  if (/websocket/i.test(fields.get('upgrade') ?? '')) {
    // It was refused when the client asks again; else, no client says a word before the 101.
    if (out.left > 0 && !REQUEST.test(lineAt(out).text)) out.add(readContent(rest(out), 'websocket', true))
    return
  }
  readBody(out, fields, 'other', true)
}

function readAnswerBody(out: Writer, { fields }: Head, status: number, method: string | undefined) {
  if (status === 101) return out.add(readContent(rest(out), 'websocket', false))
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') return // RFC 9112 §6.3
  const content = contentOf(fields.get('content-type'))
  const isFramed = fields.has('content-length') || fields.has('transfer-encoding')
  if (isFramed) readBody(out, fields, content, false)
  else if (content === 'sse' || /close/i.test(fields.get('connection') ?? ''))
    out.add(readContent(rest(out), content, false))
}

/** RFC 9112 §6.2 and §7.1. */
function readBody(out: Writer, fields: Map<string, string>, content: Content | undefined, up: boolean) {
  if (/chunked/i.test(fields.get('transfer-encoding') ?? '')) return readChunks(out, content, up)
  const length = Number(fields.get('content-length') ?? 0)
  if (!(length > 0)) return
  out.add(readContent(out.bytes.subarray(out.at, out.at + Math.min(length, out.left)), content, up))
}

function readChunks(out: Writer, content: Content | undefined, up: boolean) {
  const parts: { lead: Piece[]; body: Uint8Array; end: Piece[] }[] = []
  const reader = writer(rest(out), { isText: true })
  for (let isLast = false; !isLast && reader.left > 0;) {
    const from = reader.pieces.length
    const line = lineAt(reader)
    const size = parseInt(line.text, 16)
    if (!(size >= 0)) break
    isLast = size === 0
    reader.take(
      line.length,
      'framing',
      isLast ? 'a chunk of 0: the body is over' : `chunk head: ${size} bytes follow, written in hex`,
    )
    const lead = reader.pieces.slice(from)
    const body = reader.bytes.subarray(reader.at, reader.at + Math.min(size, reader.left))
    reader.take(size, 'payload', 'the chunk')
    const behind = reader.pieces.length
    reader.take(2, 'framing', 'the end of the chunk')
    parts.push({ lead, body, end: reader.pieces.slice(behind) })
  }
  const inside = readContent(join(parts.map(({ body }) => body)), content, up)
  const split = cut(
    inside,
    parts.map(({ body }) => body.length),
  )
  for (const [index, { lead, end }] of parts.entries()) out.add([...lead, ...split[index]!, ...end])
}

const rest = (out: Writer) => out.bytes.subarray(out.at)

/** The next line: its text without LF, its length with it. */
function lineAt({ bytes, at }: Writer): { text: string; length: number; isWhole: boolean } {
  let end = at
  while (end < bytes.length && bytes[end] !== LF) end++
  const isWhole = end < bytes.length
  return { text: latin1(bytes.subarray(at, Math.min(end, at + 16_384))), length: end - at + (isWhole ? 1 : 0), isWhole }
}

/** Whether a head may begin here: where to take up the thread when what was before is gone. */
export function beginsHead(bytes: Uint8Array, up: boolean): boolean {
  if (!up) return startsWith(bytes, 'HTTP/1.')
  return /^[A-Z]{3,10} [/*h]/.test(latin1(bytes.subarray(0, 16)))
}
