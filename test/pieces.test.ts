// The wire view's parsers: whatever bytes come, and wherever they are cut, the pieces are exactly these bytes; and what they are called is true.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { bytesOf, grown } from '../public/wire/capture.ts'
import type { Capture } from '../public/wire/capture.ts'
import { readContent } from '../public/wire/content.ts'
import type { Content } from '../public/wire/content.ts'
import { exchangesOf } from '../public/wire/exchanges.ts'
import { readHttp1 } from '../public/wire/http1.ts'
import { readHttp2 } from '../public/wire/http2.ts'
import { cut, join, latin1 } from '../public/wire/piece.ts'
import { shown } from '../public/wire/shown.ts'
import type { Kind, Piece } from '../public/wire/piece.ts'
import { conversations } from './conversations.ts'
import { publish } from './lab.ts'
import { keep, keptSession, plainOf, startTapped } from './tapped.ts'
import type { Tapped } from './tapped.ts'

type Reader = (bytes: Uint8Array, up: boolean) => Piece[]
const contents: Content[] = ['json', 'sse', 'websocket', 'other']
const readers: [string, Reader][] = [
  ['HTTP/1.1', (bytes, up) => readHttp1(bytes, up, ['HEAD', 'GET'])],
  [
    'HTTP/2',
    (bytes, up) =>
      readHttp2(
        bytes,
        up,
        new Map([
          [1, 'sse'],
          [3, 'websocket'],
          [5, 'json'],
        ]),
      ),
  ],
  ...contents.map((content): [string, Reader] => [content, (bytes, up) => readContent(bytes, content, up)]),
  ['a guess', (bytes, up) => readContent(bytes, undefined, up)],
]
const bytesIn = (pieces: Piece[]) => join(pieces.map(({ bytes }) => bytes))
const of = (pieces: Piece[], kind: Kind) => latin1(bytesIn(pieces.filter((piece) => piece.kind === kind)))

/** Parts of the languages, so that chance comes further than the first byte. */
const words = fc.constantFrom(
  ...[
    'GET / HTTP/1.1\r\n',
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 101 x\r\n',
    'content-length: 5\r\n',
    '\r\n',
    '\n\n',
    'id:a.1\n',
  ],
  ...[
    'transfer-encoding: chunked\r\n',
    'content-type: text/event-stream\r\n',
    'ffffffff\r\n',
    '5\r\nabcde\r\n',
    '0\r\n\r\n',
  ],
  ...[
    'data:{"id":',
    'event:hello\n',
    ':\r',
    '{"cursor":"a.1","events":[',
    '{"id":"}\\"',
    '}',
    ']}',
    '{"a":{',
    'upgrade: websocket\r\n',
  ],
  ...[
    '\x81\x05{"id"',
    '\x81\xfe\x00\x10',
    '\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff',
    '\x88\x02\x03\xe8',
    '\x89\x80mask',
    'connection: close\r\n',
  ],
  ...[
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '\0\0\x06\x04\0\0\0\0\0',
    '\0\0\x05\0\x08\0\0\0\x01',
    '\0\0\x10\x01\x05\0\0\0\x03',
    '\0\0\x04\x08\0\0\0\0\0',
  ],
  ...[
    '\x82\x87\x84',
    '\x40\x85',
    '\x3f\xe1\xff\xff\xff\xff',
    '\xff\x80',
    '\0\0\x03\x09\x04\0\0\0\x03',
    '\0\0\x09\x07\0\0\0\0\0',
  ],
)
const anything = fc
  .array(
    fc.oneof(
      words.map((word) => Uint8Array.from(word, (letter) => letter.charCodeAt(0))),
      fc.uint8Array({ maxLength: 40 }),
    ),
  )
  .map(join)

describe.each(readers)('%s', (_, read) => {
  test('whatever comes: the pieces are the bytes', () => {
    fc.assert(
      fc.property(anything, fc.boolean(), (bytes, up) => {
        expect(latin1(bytesIn(read(bytes, up)))).toBe(latin1(bytes))
        for (const { note, bytes: own } of read(bytes, up)) {
          expect(note).not.toBe('')
          expect(own.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 500 },
    )
  })
})

test('pieces that are cut where records were cut are still the same bytes', () => {
  fc.assert(
    fc.property(anything, fc.array(fc.nat(30)), (bytes, lengths) => {
      const sum = lengths.reduce((a, b) => a + b, 0)
      const all = [...lengths.map((length) => Math.floor((length * bytes.length) / Math.max(1, sum)))]
      all.push(bytes.length - all.reduce((a, b) => a + b, 0))
      const parts = cut(readHttp1(bytes, false, []), all)
      expect(parts.map((part) => bytesIn(part).length)).toEqual(all)
      expect(latin1(bytesIn(parts.flat()))).toBe(latin1(bytes))
    }),
  )
})

describe.each(Object.keys(conversations))('%s, as our server has it', (name) => {
  let target: Tapped
  let up: Uint8Array
  let down: Uint8Array
  let capture: Capture
  beforeAll(async () => {
    target = await startTapped()
    const kept = await keep(target, { ALPNProtocols: [name === 'HTTP/2' ? 'h2' : 'http/1.1'] })
    await publish(target as never, 2)
    await conversations[name]!(target, kept)
    kept.socket.end()
    await target.quiet()
    capture = { connections: target.capture.connections(), records: target.capture.records() }
    ;[up, down] = [plainOf(target.capture.records(), true), plainOf(target.capture.records(), false)]
  })
  afterAll(() => target.close())

  const readBoth = (cutUp = up, cutDown = down) => {
    if (name === 'HTTP/2') {
      const streams = new Map<number, Content>()
      return { up: readHttp2(cutUp, true, streams), down: readHttp2(cutDown, false, streams) }
    }
    const methods: string[] = []
    return { up: readHttp1(cutUp, true, methods), down: readHttp1(cutDown, false, methods) }
  }

  test('cut anywhere: the pieces are the bytes', () => {
    for (let end = 0; end <= down.length; end += end < 2000 ? 1 : 97)
      expect(bytesIn(readBoth(up, down.subarray(0, end)).down).length).toBe(end)
    for (let end = 0; end <= up.length; end++) expect(bytesIn(readBoth(up.subarray(0, end)).up).length).toBe(end)
    for (let from = 0; from < Math.min(1000, down.length); from++)
      expect(bytesIn(readBoth(up, down.subarray(from)).down).length).toBe(down.length - from)
  })

  test('payload is what was published, no byte more and no byte less', () => {
    const { down: pieces } = readBoth()
    const events = target.feed.since('earliest').entries.map(({ bytes }) => latin1(bytes))
    const payload = of(pieces, 'payload')
    const seen = events.filter((event) => payload.includes(event))
    expect(payload).toBe(seen.join('') + (name === 'HTTP/2' ? seen.at(-1)! : '')) // the last one on two streams
    expect(seen.length).toBeGreaterThan(0)
    expect(pieces.filter(({ note }) => /not known|kept no longer|not complete|cut off/.test(note))).toEqual([])
  })

  test('in the records, with what TLS adds: all bytes of the connection, once', () => {
    const exchanges = exchangesOf(capture)
    const records = exchanges.flatMap((exchange) => exchange.records)
    expect(records.length).toBe(capture.records.length)
    for (const { record, pieces } of records) expect(bytesIn(pieces).length).toBe(record.cipherBytes)
    const tls = records.flatMap(({ pieces }) => pieces).filter(({ kind }) => kind === 'tls')
    const { tls: all, plain } = target.total()
    expect(bytesIn(tls).length).toBe(all.up + all.down - plain.up - plain.down)
    expect(exchanges.at(-1)!.records[0]!.record.messages![0]!.name).toBe('client_hello')
  })

  test('without its beginning: the same bytes, and soon the thread again', () => {
    for (let from = 1; from < capture.records.length; from++) {
      const late = { ...capture, records: capture.records.slice(from) }
      const records = exchangesOf(late).flatMap((exchange) => exchange.records)
      for (const { record, pieces } of records) expect(bytesIn(pieces).length).toBe(record.cipherBytes)
    }
  })
})

test('header fields that were packed by somebody else (nghttp2) are read, with their numbers from the second time on', async () => {
  const target = await startTapped()
  const kept = await keep(target, { ALPNProtocols: ['h2'] })
  const session = keptSession(kept, target.port)
  const value = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join('') // all that may be in one
  const ask = async () => {
    const stream = session.request({
      ':path': '/healthz',
      ':authority': 'localhost',
      'x-all': value,
      'x-some': 'eiaost',
    })
    const answer = await new Promise<Record<string, string>>((resolve) => stream.once('response', resolve as never))
    await new Promise((resolve) => stream.resume().once('close', resolve))
    return answer
  }
  const answer = await ask()
  await ask()
  session.destroy()
  await target.quiet()
  const records = target.capture.records()
  const up = readHttp2(plainOf(records, true), true, new Map())
  const told = (pieces: Piece[], start: string) => pieces.filter(({ note }) => note.startsWith(start))
  const [first, again, ...others] = told(up, `x-all: ${value}: `)
  expect(others).toEqual([])
  expect([first!.bytes.length > 90, again!.bytes.length]).toEqual([true, 1])
  expect(told(up, 'x-some: eiaost: ').map(({ bytes }) => bytes.length)).toEqual([expect.any(Number), 1])
  expect(told(up, ':path: /healthz: ')).toHaveLength(2)
  const down = readHttp2(plainOf(records, false), false, new Map())
  for (const [name, text] of Object.entries(answer)) expect(told(down, `${name}: ${text}: `).length).toBeGreaterThan(0)
  await target.close()
})

test.each([
  { tls: 'TLSv1.3', versions: [0x0301, 0x0303] },
  { tls: 'TLSv1.2', versions: [0x0301, 0x0303] },
] as const)(
  '$tls: header of each record, and what is in the clear, are the bytes that passed',
  async ({ tls, versions }) => {
    const target = await startTapped()
    const kept = await keep(target, { minVersion: tls, maxVersion: tls })
    await conversations.polling!(target, kept)
    kept.socket.end()
    await target.quiet()
    const capture = { connections: target.capture.connections(), records: target.capture.records() }
    const seen = new Set<number>()
    for (const up of [true, false]) {
      const raw = join(target.passed.filter((each) => each.up === up).map(({ bytes }) => bytes))
      let at = 0
      // in order of passing: the newest exchange is the first
      const records = exchangesOf(capture)
        .reverse()
        .flatMap((exchange) => exchange.records)
      for (const { record, pieces } of records.filter((each) => each.record.up === up)) {
        const own = raw.subarray(at, (at += record.cipherBytes))
        expect(pieces[0]!.bytes).toEqual(own.subarray(0, 5))
        if (bytesOf(record.plain!).length === record.cipherBytes - 5) expect(bytesIn(pieces)).toEqual(own)
        seen.add((own[1]! << 8) | own[2]!)
      }
      expect(at).toBe(raw.length)
    }
    expect([...seen].sort()).toEqual(versions)
    await target.close()
  },
)

test('the frame head of a masked text, bit by bit, and what the mask hides', () => {
  const frame = Uint8Array.of(
    0x81,
    0xfe,
    0,
    130,
    1,
    2,
    3,
    4,
    ...Array.from({ length: 130 }, (_, n) => 65 ^ [1, 2, 3, 4][n & 3]!),
  )
  const [head, length, mask, payload] = readContent(frame, 'websocket', true)
  expect(head!.bits!.map(({ name, bits }) => `${name}=${bits}`)).toEqual([
    ...['FIN=1', 'RSV1=0', 'RSV2=0', 'RSV3=0', 'opcode=0001', 'MASK=1', 'length=1111110'],
    ...['extended length=16 bits', 'masking key=32 bits'],
  ])
  expect([length!.bytes.length, mask!.bytes.length, payload!.bytes.length]).toEqual([2, 4, 130])
  expect(latin1(payload!.unmasked!)).toBe('A'.repeat(130))
  expect(payload!.kind).toBe('payload')
})

test.each([...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013], ...[4008, 4010, 4029, 4400, 4401, 4403]])(
  'close code %i, which the lab or a client of it may send, is told in words',
  (code) => {
    const [, told] = readContent(Uint8Array.of(0x88, 2, code >> 8, code & 255), 'websocket', false)
    expect(told!.note).toMatch(new RegExp(`^close code ${code}: (?!of the application)`))
  },
)

test('an event is found in a chunked SSE answer although a chunk ends in the middle of it', () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'
  const bytes = Uint8Array.from(`${head}9\r\nid:a\ndata\r\n9\r\n:{"id":1}\r\n2\r\n\n\n\r\n0\r\n\r\n`, (letter) =>
    letter.charCodeAt(0),
  )
  const pieces = readHttp1(bytes, false, ['GET'])
  expect(of(pieces, 'payload')).toBe('{"id":1}')
  expect(of(pieces, 'headers')).toBe(head)
})

test('a line feed ends a line where a protocol has lines; in a frame head it is a byte like others', () => {
  const seen = (pieces: Piece[]) => pieces.map((piece) => shown(piece, false).text)
  const text = (letters: string) => new TextEncoder().encode(letters)
  expect(seen(readHttp2(Uint8Array.of(0, 1, 10, 0, 0, 0, 0, 0, 1), false, new Map()))).toEqual(['·········']) // DATA of 266 bytes
  const frame = Uint8Array.of(0x81, 10, ...text('0123456789'), 0x82, 126, 32, 10)
  expect(seen(readContent(frame, 'websocket', false))).toEqual(['··', '0123456789', '·~', ' ·'])
  expect(seen(readContent(text('data:x\n\n'), 'sse', false))).toEqual(['data:', 'x', '·\n', '·\n'])
  expect(seen(readHttp1(text('HTTP/1.1 204 No Content\r\n\r\n'), false, ['GET']))).toEqual([
    'HTTP/1.1 204 No Content··\n',
    '··\n',
  ])
  expect(seen(readHttp2(text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), true, new Map()))[0]).toMatch(
    /^PRI \* HTTP\/2\.0··\n/,
  )
})

test('a capture grows by what is new, and begins anew with another lab', () => {
  const record = (n: number) =>
    ({ n, connection: 1, at: n, up: true, type: 'data', cipherBytes: 22, header: 'FwMDABE=', plain: 'eA==' }) as const
  const known: Capture = { connections: [{ id: 1, openedAt: 5 }], records: [record(1), record(2)] }
  const more = grown(known, { connections: [{ id: 1, openedAt: 5, closedAt: 9 }], records: [record(2), record(3)] })
  expect(more.records.map(({ n }) => n)).toEqual([1, 2, 3])
  expect(more.connections).toEqual([{ id: 1, openedAt: 5, closedAt: 9 }])
  const other = { connections: [{ id: 1, openedAt: 77 }], records: [record(1)] }
  expect(grown(more, other)).toEqual(other)
  expect(bytesOf('eA==')).toEqual(Uint8Array.of(120))
})
