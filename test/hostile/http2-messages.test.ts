// FAULTS H6, H7, H14 over HTTP/2: fields and lengths that RFC 9113 §8 calls malformed. None of them becomes a request.
import { describe, expect, test } from 'vitest'
import { labForFile, open } from '../raw.ts'
import type { Line } from '../raw.ts'
import { PREFACE, frame, settings } from './http2-frames.ts'

const target = labForFile({ linesPerAddress: 1000 })
type Field = [name: string, value: string]

/** RFC 7541 §6.2.2: a literal field, never indexed, its name and value as they are. */
const literal = ([name, value]: Field) => [
  0,
  name.length,
  ...Buffer.from(name, 'latin1'),
  value.length,
  ...Buffer.from(value, 'latin1'),
]
const honest = (): Field[] => [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':authority', target.host],
  [':path', '/healthz'],
]
const without = (name: string) => honest().filter(([each]) => each !== name)
const END_STREAM = 1
const END_HEADERS = 4

const malformed: [id: string, name: string, fields: () => Field[]][] = [
  ['H7', 'Transfer-Encoding', () => [...honest(), ['transfer-encoding', 'chunked']]],
  ['H7', 'Connection', () => [...honest(), ['connection', 'close']]],
  ['H7', 'Keep-Alive', () => [...honest(), ['keep-alive', 'timeout=5']]],
  ['H7', 'Proxy-Connection', () => [...honest(), ['proxy-connection', 'keep-alive']]],
  ['H7', 'Upgrade', () => [...honest(), ['upgrade', 'h2c']]],
  ['H7', 'TE: gzip', () => [...honest(), ['te', 'gzip']]],
  ['H7', 'Content-Length: 5 without a body', () => [...honest(), ['content-length', '5']]],
  ['H7', 'Content-Length of words', () => [...honest(), ['content-length', 'x']]],
  ['H7', 'two Content-Lengths', () => [...honest(), ['content-length', '0'], ['content-length', '1']]],
  ['H6', 'a name in upper case', () => [...honest(), ['X-A', 'b']]],
  ['H6', 'an unknown pseudo-field', () => [...honest(), [':x', 'b']]],
  ['H6', ':status', () => [...honest(), [':status', '200']]],
  ['H6', 'a pseudo-field behind a field', () => [...without(':path'), ['x', 'a'], [':path', '/healthz']]],
  ['H6', 'no :path', () => without(':path')],
  ['H6', 'no :method', () => without(':method')],
  ['H6', 'no :scheme', () => without(':scheme')],
  ['H6', ':path twice', () => [...honest(), [':path', '/limits']]],
  ['H6', 'an empty :path', () => [...without(':path'), [':path', '']]],
  ['H6', ':path without a slash', () => [...without(':path'), [':path', 'healthz']]],
  ['H14', 'CR LF in :path', () => [...without(':path'), [':path', '/healthz\r\nx: y']]],
  ['H14', 'a space in :method', () => [...without(':method'), [':method', 'GET /x']]],
  ['H14', 'NUL in :authority', () => [...without(':authority'), [':authority', 'localhost\0']]],
]

/** What no request brings in, though it is answered: the field is dropped, and the rest is honest. */
const dropped: [id: string, name: string, field: Field][] = [
  ['H14', 'CR LF in a value', ['last-event-id', 'a\r\nset-cookie: x=1']],
  ['H14', 'LF in a value', ['last-event-id', 'a\nb']],
  ['H14', 'NUL in a value', ['last-event-id', 'a\0b']],
  ['H6', 'a colon in a name', ['x:y', 'z']],
  ['H6', 'a space in a name', ['x y', 'z']],
  ['H6', 'CR LF in a name', ['x\r\ny', 'z']],
]

describe('H6, H7, H14 malformed messages of HTTP/2', () => {
  for (const [id, name, fields] of malformed)
    test(`${id} ${name} → no answer but a refusal (h2)`, async () => {
      expect(await outcome(fields())).toMatch(/^(reset|end|refused)$/)
    })
  for (const [id, name, field] of dropped)
    test(`${id} ${name} → refused, or passed over (h2)`, async () => {
      expect(await outcome([...honest(), field])).toMatch(/^(reset|end|refused|200)$/)
    })
  test('H7 a body longer than its Content-Length → no answer but a refusal (h2)', async () => {
    const fields: Field[] = [...without(':method'), [':method', 'POST'], ['content-length', '3']]
    expect(await outcome(fields, Buffer.from('hello'))).toMatch(/^(reset|end|refused)$/)
  })
  test('the honest one → 200 (h2)', async () => {
    expect(await outcome(honest())).toBe('200')
  })
})

async function outcome(fields: Field[], body?: Uint8Array): Promise<string> {
  const line = await open(target, { ALPNProtocols: ['h2'] })
  try {
    const head = frame(1, END_HEADERS | (body ? 0 : END_STREAM), 1, fields.flatMap(literal))
    line.write(
      Buffer.concat([Buffer.from(PREFACE), settings, head, body ? frame(0, END_STREAM, 1, body) : Buffer.alloc(0)]),
    )
    return await firstWord(line)
  } finally {
    line.end()
  }
}

/** What the server says on stream 1, or of the connection: `200`, `refused` with another status, `reset`, `end`. */
async function firstWord(line: Line): Promise<string> {
  const found = (bytes: Buffer) => {
    for (let at = 0; at + 9 <= bytes.length;) {
      const length = bytes.readUIntBE(at, 3)
      const [type, stream] = [bytes[at + 3], bytes.readUInt32BE(at + 5)]
      if (type === 7) return 'end'
      if (stream === 1 && type === 3) return 'reset'
      if (stream === 1 && type === 1 && bytes.length > at + 9) return bytes[at + 9] === 0x88 ? '200' : 'refused' // RFC 7541 A
      at += 9 + length
    }
    return undefined
  }
  return line.until(found).catch((error: Error) => {
    if (error.message.startsWith('ended')) return 'end'
    throw error
  })
}
