// FAULTS S: the SSE writer. Any JSON in, exactly one event with the same JSON out, by two parsers; and the doors of the stream.
import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/core/event.ts'
import { codeOf, exchange, get, get2, idle, labForFile, open, post, request } from '../raw.ts'
import { nasty } from './nasty.ts'

const target = labForFile({ linesPerAddress: 1000 })

interface Message {
  id: string | undefined
  event: string | undefined
  data: string
}
const parsers: Record<string, (parts: Uint8Array[]) => Message[]> = {
  'eventsource-parser': (parts) => {
    const messages: Message[] = []
    const parser = createParser({ onEvent: ({ id, event, data }) => messages.push({ id, event, data }) })
    const decoder = new TextDecoder()
    for (const part of parts) parser.feed(decoder.decode(part, { stream: true }))
    return messages
  },
  'own parser': parseByTheBook,
}

/** [WHATWG HTML 9.2.6] Word for word, as slowly as it is written there. */
function parseByTheBook(parts: Uint8Array[]): Message[] {
  const messages: Message[] = []
  const decoder = new TextDecoder()
  const text = parts.map((part) => decoder.decode(part, { stream: true })).join('')
  let [id, event, data] = ['', '', '']
  for (const line of text
    .slice(0, text.search(/[\r\n][^\r\n]*$/) + 1)
    .split(/\r\n|\r|\n/)
    .slice(0, -1)) {
    if (line === '') {
      if (data !== '') messages.push({ id: id || undefined, event: event || undefined, data: data.slice(0, -1) })
      ;[event, data] = ['', '']
      continue
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!
    if (field === 'data') data += `${value}\n`
    else if (field === 'event') event = value
    else if (field === 'id' && !value.includes('\0')) id = value
  }
  return messages
}

/** Publishes these and reads the stream until the last of them has come: the bytes after the hello. */
async function streamed(values: Json[]): Promise<Buffer> {
  const { feed } = target.lab
  const after = feed.tail
  for (const data of values) await feed.publish({ type: 'tick', data })
  const line = await open(target)
  line.write(request(target, `GET /feed/sse?after=${after}`))
  await line.answer({ body: false })
  const last = Buffer.from(`\nid:${feed.tail}\n`)
  const bytes = await line.until((all) => (isThere(all, last) ? all : undefined))
  line.end()
  return bytes.subarray(bytes.indexOf('\n\n') + 2)
}
const isThere = (all: Buffer, id: Buffer) =>
  all.includes(id.subarray(1), all.indexOf('\n\n') + 2) && all.subarray(-2).equals(Buffer.from('\n\n'))

/** What each parser makes of these bytes is exactly these values, one event each, nothing beside them. */
function expectExactly(parts: Uint8Array[], values: Json[]) {
  for (const [name, parse] of Object.entries(parsers)) {
    const messages = parse(parts)
    expect(
      messages.map(({ event, data }) => [event, (JSON.parse(data) as { data: Json }).data]),
      name,
    ).toEqual(values.map((value) => [undefined, value]))
    for (const { id, data } of messages) expect((JSON.parse(data) as { id: string }).id).toBe(id)
  }
}

describe('S1–S4 what is written is what is read', () => {
  for (const [id, name, text] of nasty)
    test(`${id} data with ${name} → the same, in one event`, async () => {
      expectExactly([await streamed([text, { [text]: [text] }])], [text, { [text]: [text] }])
    })

  test('S1, S2 any JSON → exactly one event with the same JSON (property)', async () => {
    const piece = fc.oneof(fc.constantFrom(...nasty.map(([, , text]) => text)), fc.string({ unit: 'binary' }))
    const words = fc.array(piece, { maxLength: 6 }).map((parts) => parts.join(''))
    const json = fc.oneof(words, fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 }), fc.dictionary(words, words))
    const value = json.map((each) => JSON.parse(JSON.stringify(each)) as Json) // −0 is 0 in JSON
    const property = fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 30 }), async (values) =>
      expectExactly([await streamed(values)], values),
    )
    await fc.assert(property, { numRuns: 100, seed: 20_260_101 })
  })

  test('S2 lone surrogate → refused at publish', async () => {
    expect(codeOf(await post(target, '{"type":"tick","data":"\\ud800"}'))).toBe('400 bad_data')
  })

  test('S3 no field but ours ever stands in a stream', async () => {
    const bytes = await streamed(nasty.map(([, , text]) => text))
    for (const line of bytes.toString().split('\n')) expect(line).toMatch(/^(id:[a-z0-9]{8}\.\d+|data:\{"id":.*\}|)$/s)
    expect(bytes.includes('\r')).toBe(false)
  })

  test('S3 refused publishes → no word of them in a stream, which goes on', async () => {
    const line = await open(target)
    line.write(request(target, 'GET /feed/sse'))
    await line.answer({ body: false })
    for (const type of ['a\\nb', 'x\\r\\n\\r\\nevent: admin', 'admin\\u0000', 'retry: 1', 'message'])
      expect(codeOf(await post(target, `{"type":"${type}","data":"admin"}`))).toBe('400 bad_type')
    expect((await post(target, '{"type":"tick","data":"good"}')).status).toBe(201)
    const text = await line.until((all) => (all.includes('"good"') ? all.toString() : undefined))
    expect(text).not.toContain('admin')
    line.end()
  })

  test('S4 one event cut at every byte → the same event', async () => {
    const values = ['é😀\n\r\n\u2028 data:x', { 'ключ\n': [1.5, null, '\ufeff'] }]
    const bytes = await streamed(values)
    for (let at = 0; at <= bytes.length; at++) expectExactly([bytes.subarray(0, at), bytes.subarray(at)], values)
    expectExactly(
      Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)),
      values,
    )
  })

  test('S4 the second write of a stream does not wait for an ACK (Nagle)', async () => {
    const times: number[] = []
    for (let run = 0; run < 9; run++) {
      const before = performance.now()
      await streamed([run])
      times.push(performance.now() - before)
    }
    expect(times.sort((one, other) => one - other)[4]).toBeLessThan(30) // 6 without, 48 with
  })

  test('S4 an event cut off → no event', async () => {
    const bytes = await streamed(['cut'])
    for (let at = 0; at < bytes.length; at++) expectExactly([bytes.subarray(0, at)], [])
  })
})

describe('S5 Accept', () => {
  const cases: [accept: string | undefined, status: number][] = [
    ['application/json', 406],
    ['text/html', 406],
    ['text/html,application/xhtml+xml', 406],
    ['text/event-streams', 406],
    ['xtext/event-stream', 406],
    ['text/event-stream;q=0', 406],
    ['*/*', 200],
    ['text/*', 200],
    ['text/event-stream', 200],
    ['Text/Event-Stream; q=0.5', 200],
    ['text/html, text/event-stream', 200],
    ['text/html, */*;q=0.1', 200],
    [undefined, 200],
  ]
  for (const [accept, status] of cases) {
    test(`S5 Accept: ${accept} → ${status}`, async () => {
      const head = request(target, 'GET /feed/sse', accept === undefined ? [] : [`Accept: ${accept}`])
      const answer = await exchange(target, head, { body: status !== 200 })
      expect(status === 200 ? answer.status : codeOf(answer)).toBe(status === 200 ? 200 : '406 not_acceptable')
    })
    test(`S5 Accept: ${accept} → ${status} (h2)`, async () => {
      const headers = { ':path': '/feed/sse', ...(accept !== undefined && { accept }) }
      expect((await get2(target, headers, { body: status !== 200 })).status).toBe(status)
    })
  }
})

describe('S6, S7, S9 heads and methods', () => {
  const expected = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  }
  const accept = 'gzip, deflate, br, zstd'
  test('S6 headers of the answer', async () => {
    const head = request(target, 'GET /feed/sse', [`Accept-Encoding: ${accept}`])
    const { headers } = await exchange(target, head, { body: false })
    expect(headers).toMatchObject(expected)
    for (const name of ['content-length', 'content-encoding', 'transfer-encoding', 'set-cookie'])
      expect(headers).not.toHaveProperty(name)
  })
  test('S6 headers of the answer (h2)', async () => {
    const { headers } = await get2(target, { ':path': '/feed/sse', 'accept-encoding': accept }, { body: false })
    expect(headers).toMatchObject(expected)
    for (const name of ['content-length', 'content-encoding', 'transfer-encoding', 'connection', 'keep-alive'])
      expect(headers).not.toHaveProperty(name)
  })
  test('S7 HEAD → 200, the same head, no body, no subscriber', async () => {
    const line = await open(target)
    line.write(request(target, 'HEAD /feed/sse'))
    const { status, headers } = await line.answer({ body: false })
    expect([status, headers['content-type']]).toEqual([200, expected['content-type']])
    await line.ended()
    expect(line.rest).toHaveLength(0)
    await idle(target)
  })
  test('S7 HEAD → 200, no body, no subscriber (h2)', async () => {
    const { status, body } = await get2(target, { ':method': 'HEAD', ':path': '/feed/sse' })
    expect([status, body]).toEqual([200, ''])
    await idle(target)
  })
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'FOO'])
    for (const name of ['polling', 'long-polling', 'sse', 'wss'])
      test(`S7 ${method} /feed/${name} → 405`, async () => {
        const { headers, ...answer } = await get2(target, { ':method': method, ':path': `/feed/${name}` })
        expect([codeOf({ headers, ...answer }), headers.allow]).toEqual(['405 method_not_allowed', 'GET, HEAD'])
      })
  for (const [name, headers, answer] of [
    ['twice', ['Last-Event-ID: {tail}', 'Last-Event-ID: {tail}'], '400 bad_cursor'],
    ['10 kB', [`Last-Event-ID: ${'a'.repeat(10_000)}`], '400 bad_cursor'],
    ['8-bit', ['Last-Event-ID: {tail}\u00ff'], '400 bad_cursor'],
    ['17 kB', [`Last-Event-ID: ${'a'.repeat(17_000)}`], '431 bad_request'],
  ] as const)
    test(`S9 Last-Event-ID ${name} → ${answer}`, async () => {
      const filled = headers.map((each) => each.replace('{tail}', target.lab.feed.tail))
      expect(codeOf(await get(target, '/feed/sse', filled))).toBe(answer)
    })
})
