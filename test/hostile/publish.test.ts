// FAULTS C8–C10: what is published, and how it is asked for; the same drafts up a POST and up a WebSocket.
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decodeEvent } from '../../src/core/event.ts'
import { openWss, text } from '../frames.ts'
import { codeOf, exchange, json, labForFile, post, request } from '../raw.ts'

const target = labForFile({ linesPerAddress: 1000 })
const tick = (data: string, type = '"tick"') => `{"type":${type},"data":${data}}`
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

/** The draft as text, and the POST answer; a WebSocket closes with 4400 on each of them. */
const badDrafts: [id: string, name: string, draft: string, answer: string][] = [
  ['C8', 'nothing', '', '400 bad_json'],
  ['C8', 'not JSON', 'hello', '400 bad_json'],
  ['C8', 'half an object', '{"type":"tick","data":', '400 bad_json'],
  ['C8', 'two values', `${tick('1')}${tick('2')}`, '400 bad_json'],
  ['C8', 'a comment', tick('1/* one */'), '400 bad_json'],
  ['C8', 'a trailing comma', '{"type":"tick","data":1,}', '400 bad_json'],
  ['C8', 'single quotes', "{'type':'tick','data':1}", '400 bad_json'],
  ['C8', 'a byte order mark', `\ufeff${tick('1')}`, '400 bad_json'],
  ['C8', 'NUL inside a string', tick('"\u0000"'), '400 bad_json'],
  ['C8', 'array', '[]', '400 bad_message'],
  ['C8', 'null', 'null', '400 bad_message'],
  ['C8', 'number', '1', '400 bad_message'],
  ['C8', 'empty object', '{}', '400 bad_message'],
  ['C8', 'no data', '{"type":"tick"}', '400 bad_message'],
  ['C8', 'no type', '{"data":1}', '400 bad_message'],
  ['C8', 'a field too many', '{"type":"tick","data":1,"id":"abcdefgh.1"}', '400 bad_message'],
  ['C8', 'at is not the publisher’s', '{"type":"tick","data":1,"at":0}', '400 bad_message'],
  ['C8', 'duplicate keys', '{"type":"tick","type":"tock","data":1}', '400 bad_json'],
  ['C8', 'duplicate keys inside', tick('{"a":1,"a":2}'), '400 bad_json'],
  ['C8', 'duplicate keys, one escaped', tick('{"a":1,"\\u0061":2}'), '400 bad_json'],
  ['C8', '20,000-deep nesting', tick(deep(20_000)), '400 bad_json'],
  ['C8', '65-deep nesting', tick(deep(66)), '400 bad_data'],
  ['C8', '__proto__ outside', '{"__proto__":{"admin":1},"type":"tick","data":1}', '400 bad_json'],
  ['C8', '__proto__ inside', tick('{"__proto__":{"admin":1}}'), '400 bad_json'],
  ['C8', '__proto__ escaped', tick('{"__proto\\u005f_":{"admin":1}}'), '400 bad_json'],
  ['C8', 'constructor outside', '{"constructor":{"prototype":{"admin":1}},"data":1}', '400 bad_message'],
  ['C8', 'toString outside', '{"toString":1,"type":"tick","data":1}', '400 bad_message'],
  ['C8', 'number 1e999', tick('1e999'), '400 bad_data'],
  ['C8', 'lone surrogate', tick('"\\ud800"'), '400 bad_data'],
  ['C8', 'lone surrogate as a key', tick('{"\\udc00":1}'), '400 bad_data'],
  ['C8', '16 KiB + 1', tick(`"${'x'.repeat(16 * 1024 - 1)}"`), '413 too_large'],
  ['C8', '16 KiB + 1 in emoji', tick(`"${'😀'.repeat(4096)}"`), '413 too_large'],
  ['C8', 'type is a number', tick('1', '1'), '400 bad_message'],
  ['C8', 'type is an array', tick('1', '["tick"]'), '400 bad_message'],
  ['C9', 'empty', tick('1', '""'), '400 bad_type'],
  ...['error', 'open', 'message', 'gap', 'heartbeat', 'hello'].map(badType),
  ...[
    'x'.repeat(33),
    'x'.repeat(65),
    'Tick',
    '1tick',
    '-tick',
    'a:b',
    'a b',
    ' tick',
    'tick ',
    'tïck',
    '__proto__',
  ].map(badType),
  ...['a\\nb', 'a\\r\\ndata: x', 'tick\\n', 'a\\u0000b', 'a\\u007fb', 'a\\u0085b', 'tick\\u2028'].map(badType), // S3
]
function badType(type: string): [string, string, string, string] {
  return ['C9', `type ${type}`, tick('1', `"${type}"`), '400 bad_type']
}

/** Odd, but honest data: it comes out as it went in. */
const goodData: [name: string, data: string][] = [
  ['constructor.prototype', '{"constructor":{"prototype":{"admin":1}}}'],
  ['toString', '{"toString":1,"hasOwnProperty":2,"then":3}'],
  ['64-deep nesting', deep(64)],
  ['exactly 16 KiB', `"${'x'.repeat(16 * 1024 - 2)}"`],
  ['null', 'null'],
  ['an empty string', '""'],
  ['a surrogate pair, escaped', '"\\ud83d\\ude00"'],
]

describe('C8, C9 drafts', () => {
  for (const [id, name, draft, answer] of badDrafts) {
    test(`${id} ${name} → ${answer} (POST)`, async () => {
      const { tail } = target.lab.feed
      expect(codeOf(await post(target, draft))).toBe(answer)
      expect(target.lab.feed.tail).toBe(tail)
      expect(({} as { admin?: number }).admin).toBeUndefined()
    })
    test(`${id} ${name} → 4400 (wss)`, async () => {
      const { tail } = target.lab.feed
      const socket = await openWss(target, { key: true })
      socket.send(text(`{"publish":${draft}}`))
      expect(await socket.closeCode()).toBe(4400)
      expect(target.lab.feed.tail).toBe(tail)
      expect(({} as { admin?: number }).admin).toBeUndefined()
      socket.line.end()
    })
  }
  for (const [name, data] of goodData) {
    test(`C8 ${name} → 201 (POST)`, async () => {
      const { status, body } = await post(target, tick(data))
      expect([status, JSON.parse(body)]).toEqual([201, { id: target.lab.feed.tail }])
      expect(latest().data).toEqual(JSON.parse(data))
    })
    test(`C8 ${name} → ack (wss)`, async () => {
      const socket = await openWss(target, { key: true })
      await socket.message() // hello
      socket.send(text(`{"publish":${tick(data)}}`))
      let message = await socket.message()
      if (!('ack' in message)) message = await socket.message() // the event itself may come first
      expect(message).toEqual({ ack: { id: target.lab.feed.tail } })
      expect(latest().data).toEqual(JSON.parse(data))
      socket.line.end()
    })
  }
  const latest = () => decodeEvent(Buffer.from(target.lab.feed.since('earliest').entries.at(-1)!.bytes).toString())
})

describe('C8 the body around the draft', () => {
  const body = tick('1')
  const bearer = () => `Authorization: Bearer ${target.lab.publishKey}`
  const cases: [name: string, headers: string[], body: string | Buffer, answer: string][] = [
    ['no Content-Type', [], body, '415 unsupported_media_type'],
    ['text/plain', ['Content-Type: text/plain'], body, '415 unsupported_media_type'],
    ['a form', ['Content-Type: application/x-www-form-urlencoded'], 'type=tick&data=1', '415 unsupported_media_type'],
    ['multipart', ['Content-Type: multipart/form-data; boundary=x'], '--x--', '415 unsupported_media_type'],
    ['application/jsonp', ['Content-Type: application/jsonp'], body, '415 unsupported_media_type'],
    [
      'text/plain, application/json',
      ['Content-Type: text/plain, application/json'],
      body,
      '415 unsupported_media_type',
    ],
    [
      'charset=utf-16',
      ['Content-Type: application/json; charset=utf-16'],
      Buffer.from(body, 'utf16le'),
      '415 unsupported_media_type',
    ],
    [
      'charset=utf-8;charset=utf-7',
      ['Content-Type: application/json; charset=utf-8; charset=utf-7'],
      body,
      '415 unsupported_media_type',
    ],
    [
      'gzip bomb',
      ['Content-Type: application/json', 'Content-Encoding: gzip'],
      gzipSync(Buffer.alloc(20 * 2 ** 20, ' ')),
      '415 unsupported_media_type',
    ],
    [
      'Content-Encoding: br',
      ['Content-Type: application/json', 'Content-Encoding: br'],
      body,
      '415 unsupported_media_type',
    ],
    ['invalid UTF-8', ['Content-Type: application/json'], Buffer.from(tick('"\xff"'), 'latin1'), '400 bad_body'],
    [
      'overlong UTF-8',
      ['Content-Type: application/json'],
      Buffer.concat([Buffer.from('"'), Buffer.of(0xc0, 0xaf), Buffer.from('"')]),
      '400 bad_body',
    ],
    ['UTF-16 with a mark', ['Content-Type: application/json'], Buffer.from(`\ufeff${body}`, 'utf16le'), '400 bad_body'],
  ]
  for (const [name, headers, payload, answer] of cases)
    test(`C8 ${name} → ${answer}`, async () => {
      const head = request(target, 'POST /feed', [bearer(), `Content-Length: ${payload.length}`, ...headers])
      expect(codeOf(await exchange(target, Buffer.concat([Buffer.from(head), Buffer.from(payload as string)])))).toBe(
        answer,
      )
    })
  for (const type of ['application/json; charset=UTF-8', 'Application/JSON', 'application/json;charset="utf-8"'])
    test(`C8 Content-Type: ${type} → 201`, async () => {
      const head = [bearer(), `Content-Length: ${body.length}`, `Content-Type: ${type}`]
      expect((await exchange(target, request(target, 'POST /feed', head, body))).status).toBe(201)
    })
})

describe('C10 Idempotency-Key', () => {
  const bad: [name: string, value: string][] = [
    ['256 bytes', 'x'.repeat(256)],
    ['empty', ''],
    ['a space inside', 'a b'],
    ['a tab inside', 'a\tb'],
    ['8-bit', 'k\u00e9y'],
  ]
  for (const [name, value] of bad)
    test(`C10 ${name} → 400 bad_idempotency_key`, async () => {
      expect(codeOf(await post(target, tick('1'), [`Idempotency-Key: ${value}`]))).toBe('400 bad_idempotency_key')
    })
  test('C10 given twice → 400 bad_idempotency_key', async () => {
    const twice = ['Idempotency-Key: a1', 'Idempotency-Key: a2']
    expect(codeOf(await post(target, tick('1'), twice))).toBe('400 bad_idempotency_key')
  })
  test('C10 a control character → 400 bad_request', async () => {
    expect(codeOf(await post(target, tick('1'), ['Idempotency-Key: a\u0001b']))).toBe('400 bad_request')
  })
  test('C10 the same body again → the same id, once', async () => {
    const [first, again] = [await keyed('k1', '1'), await keyed('k1', '1')]
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body])
    expect(JSON.parse(first.body)).toEqual({ id: target.lab.feed.tail })
  })
  test('C10 another body → 409 key_reused', async () => {
    await keyed('k2', '1')
    const { tail } = target.lab.feed
    expect(codeOf(await keyed('k2', '2'))).toBe('409 key_reused')
    expect(target.lab.feed.tail).toBe(tail)
  })
  test('C10 255 bytes → 201', async () => {
    expect((await keyed('x'.repeat(255), '1')).status).toBe(201)
  })
  const keyed = (key: string, data: string) => post(target, tick(data), [`Idempotency-Key: ${key}`])
})

test('C8 without a key → 401 unauthorized, and nothing is read', async () => {
  const head = ['Content-Type: application/json', 'Content-Length: 26']
  expect(codeOf(await exchange(target, request(target, 'POST /feed', head, tick('1'))))).toBe('401 unauthorized')
})
test('C8 a good draft up a WebSocket that may not publish → 4403', async () => {
  const socket = await openWss(target)
  socket.send(text(`{"publish":${tick('1')}}`))
  expect(await socket.closeCode()).toBe(4403)
})
test('C8 20,000 drafts in one body of JSON lines → 413 too_large', async () => {
  const body = `${tick('1')}\n`.repeat(20_000)
  const head = [...json(target), `Content-Length: ${body.length}`]
  expect(codeOf(await exchange(target, request(target, 'POST /feed', head, body), { closes: true }))).toBe(
    '413 too_large',
  )
})
