// FAULTS M1–M8: WebSocket frames that RFC 6455 forbids, that nobody can hold, or that nobody asked for.
import { describe, expect, test } from 'vitest'
import { encode, openWss, text } from '../frames.ts'
import type { Frame, Wss } from '../frames.ts'
import { idle, labForFile, residentMiB } from '../raw.ts'

const limits = { linesPerAddress: 1000, closeMs: 300, pingMs: 400, pongMs: 400, controlFramesPer10s: 300 }
const target = labForFile(limits)
const KIB_64 = 64 * 1024
const closing = (code: number, reason: string | Uint8Array = ''): Frame => ({
  opcode: 8,
  payload: Buffer.concat([Buffer.of(code >> 8, code & 255), Buffer.from(reason as string)]),
})
const bytes = (...values: number[]) => Buffer.from(values)
const fragments = (count: number, payload = ''): Frame[] =>
  Array.from({ length: count }, (_, index) => ({ opcode: index === 0 ? 1 : 0, fin: false, payload }))

const cases: [id: string, name: string, frames: Frame[], code: number][] = [
  ['M1', 'unmasked', [{ payload: 'x', masked: false }], 1002],
  ['M1', 'unmasked ping', [{ opcode: 9, masked: false }], 1002],
  ['M1', 'RSV1 without deflate', [{ rsv: 4, payload: 'x' }], 1002],
  ['M1', 'RSV2', [{ rsv: 2, payload: 'x' }], 1002],
  ['M1', 'RSV3', [{ rsv: 1, payload: 'x' }], 1002],
  ['M1', 'RSV1 on a ping', [{ rsv: 4, opcode: 9 }], 1002],
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, string, Frame[], number] => [
    'M1',
    `opcode ${opcode}`,
    [{ opcode, payload: 'x' }],
    1002,
  ]),
  ['M1', 'a lone continuation', [{ opcode: 0, payload: 'x' }], 1002],
  ['M1', 'a lone continuation, not the last', [{ opcode: 0, fin: false, payload: 'x' }], 1002],
  ['M1', 'new text inside a fragmented message', [{ fin: false, payload: 'x' }, { payload: 'y' }], 1002],
  [
    'M1',
    'new binary inside a fragmented message',
    [
      { fin: false, payload: 'x' },
      { opcode: 2, payload: 'y' },
    ],
    1002,
  ],
  ['M1', 'a fragmented ping', [{ opcode: 9, fin: false }], 1002],
  ['M1', 'a fragmented close', [{ opcode: 8, fin: false }], 1002],
  ['M1', 'a 126-byte ping', [{ opcode: 9, payload: 'x'.repeat(126) }], 1002],
  ['M1', 'a 126-byte pong', [{ opcode: 10, payload: 'x'.repeat(126) }], 1002],
  ['M1', 'a close of 1 byte', [{ opcode: 8, payload: bytes(3) }], 1002],
  ...[0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map((code): [string, string, Frame[], number] => [
    'M1',
    `close code ${code}`,
    [closing(code)],
    1002,
  ]),
  ['M1', 'close code 1000', [closing(1000)], 1000],
  ['M1', 'close code 4999', [closing(4999)], 4999],
  ['M1', 'a close without a code', [{ opcode: 8 }], 1005],
  ['M2', 'a surrogate', [{ payload: bytes(0xed, 0xa0, 0x80) }], 1007],
  ['M2', 'an overlong slash', [{ payload: bytes(0xc0, 0xaf) }], 1007],
  ['M2', 'above U+10FFFF', [{ payload: bytes(0xf4, 0x90, 0x80, 0x80) }], 1007],
  ['M2', 'a truncated end', [{ payload: bytes(0x61, 0xe2, 0x82) }], 1007],
  ['M2', 'a lone 0xff', [{ payload: bytes(0xff) }], 1007],
  [
    'M2',
    'a bad second fragment',
    [
      { fin: false, payload: 'x' },
      { opcode: 0, payload: bytes(0xff) },
    ],
    1007,
  ],
  ['M2', 'bad UTF-8 in a close reason', [closing(1000, bytes(0xff, 0xfe))], 1007],
  [
    'M2',
    'a code point over two fragments',
    [
      { fin: false, payload: bytes(0xe2, 0x82) },
      { opcode: 0, payload: bytes(0xac) },
    ],
    4400,
  ],
  ['M3', '64 KiB + 1', [{ payload: 'x'.repeat(KIB_64 + 1) }], 1009],
  ['M3', 'exactly 64 KiB, no JSON', [{ payload: 'x'.repeat(KIB_64) }], 4400],
  [
    'M3',
    'fragments summing to 64 KiB + 1',
    [
      { fin: false, payload: 'x'.repeat(KIB_64) },
      { opcode: 0, payload: 'x' },
    ],
    1009,
  ],
  ['M3', 'length 2^63', [{ claims: 2n ** 63n }], 1009],
  ['M3', 'length 2^64 - 1', [{ claims: 2n ** 64n - 1n }], 1009],
  ['M3', 'length 2^53 + 1', [{ claims: 2n ** 53n + 1n }], 1009],
  ['M3', '10 GiB announced, nothing sent', [{ claims: 10n * 2n ** 30n }], 1009],
  ['M3', '64 KiB + 1 announced, nothing sent', [{ claims: 65_537n }], 1009],
  ['M3', '10 GiB of a ping announced', [{ opcode: 9, claims: 10n * 2n ** 30n }], 1002],
  ['M4', '65 fragments', fragments(65, 'x'), 1008],
  ['M4', '65 empty fragments', fragments(65), 1008],
  ['M4', '10,000 one-byte fragments', fragments(10_000, 'x'), 1008],
  ['M6', 'a binary frame', [{ opcode: 2, payload: '{}' }], 1003],
  ['M6', 'an empty binary frame', [{ opcode: 2 }], 1003],
  ['M6', 'no JSON', [text('hello')], 4400],
  ['M6', 'an empty text', [text('')], 4400],
  ['M6', 'array', [text('[]')], 4400],
  ['M6', 'null', [text('null')], 4400],
  ['M6', 'number', [text('1')], 4400],
  ['M6', 'an unknown message', [text('{"subscribe":"*"}')], 4400],
  ['M6', 'a missing field', [text('{"publish":{"type":"tick"}}')], 4400],
  ['M6', 'an extra field', [text('{"publish":{"type":"tick","data":1,"x":1}}')], 4400],
  ['M6', 'an extra field outside', [text('{"publish":{"type":"tick","data":1},"x":1}')], 4400],
  ['M6', 'a wrong type', [text('{"publish":{"type":1,"data":1}}')], 4400],
  ['M6', 'publish is a string', [text('{"publish":"tick"}')], 4400],
  ['M6', '20,000-deep [', [text('['.repeat(20_000))], 4400],
  ['M6', '60,000-deep object', [text('{"publish":'.repeat(5000))], 4400],
  ['M6', '__proto__', [text('{"__proto__":{"publish":{"type":"tick","data":1}}}')], 4400],
  ['M6', '__proto__ beside publish', [text('{"publish":{"type":"tick","data":1},"__proto__":{}}')], 4400],
  ['M6', 'words of the server: an event', [text('{"id":"abcdefgh.1","at":0,"type":"tick","data":1}')], 4400],
  ['M6', 'words of the server: a gap', [text('{"gap":{"reason":"slow","from":"a","to":"b"}}')], 4400],
]

describe('M1–M4, M6 single faults', () => {
  for (const [id, name, frames, code] of cases)
    test(`${id} ${name} → ${code}`, async () => {
      const { tail } = target.lab.feed
      const socket = await openWss(target, { key: true })
      socket.send(...frames)
      expect(await socket.closeCode()).toBe(code)
      expect(target.lab.feed.tail).toBe(tail)
      expect(({} as { publish?: unknown }).publish).toBeUndefined()
      socket.line.end()
    })

  test('M4 200,000 empty fragments → 1008, in < 50 ms, and no memory', async () => {
    const flood = Buffer.concat(Array<Buffer>(200_000).fill(encode({ opcode: 0, fin: false })))
    const socket = await openWss(target)
    await socket.message()
    const before = [residentMiB(), performance.now()] as const
    socket.send({ fin: false }, flood)
    expect(await socket.closeCode()).toBe(1008)
    expect(performance.now() - before[1]).toBeLessThan(50)
    expect(residentMiB() - before[0]).toBeLessThan(64)
    await over(socket)
  })
  test('M3 100 announcements of 60 KiB, nothing sent → no memory, freed when their clients are', async () => {
    const before = residentMiB()
    const sockets = await Promise.all(Array.from({ length: 100 }, () => openWss(target)))
    for (const socket of sockets) socket.send(encode({ claims: 61_440n }))
    expect(residentMiB() - before).toBeLessThan(64)
    for (const { line } of sockets) line.end('reset')
    await idle(target)
  })
  test('M1 a fragmented message with pings between → read as one', async () => {
    const socket = await openWss(target, { key: true })
    await socket.message()
    const draft = '{"publish":{"type":"tick","data":"whole"}}'
    socket.send(
      { fin: false, payload: draft.slice(0, 9) },
      { opcode: 9 },
      { opcode: 0, fin: false, payload: '' },
      { opcode: 10 },
      { opcode: 0, payload: draft.slice(9) },
    )
    const messages = [await socket.message(), await socket.message()]
    expect(messages.map((each) => Object.keys(each)[0]).sort()).toEqual(['ack', 'id'])
    socket.line.end()
  })
})

describe('M5, M6 too much of it', () => {
  test('M5 20,000 pings in one write → closed, by the rate rule or by the unsent pongs', async () => {
    const socket = await openWss(target)
    socket.send(Buffer.concat(Array<Buffer>(20_000).fill(encode({ opcode: 9, payload: 'x'.repeat(100) }))))
    expect([4029, 1006]).toContain(await socket.closeCode())
    await over(socket)
  })
  test('M5 one ping each ms → 4029 within the window', async () => {
    const socket = await openWss(target)
    const timer = setInterval(() => socket.send({ opcode: 9 }), 1)
    expect(await socket.closeCode().finally(() => clearInterval(timer))).toBe(4029)
    await over(socket)
  })
  test('M5 20,000 unsolicited pongs → 4029', async () => {
    const socket = await openWss(target)
    socket.send(Buffer.concat(Array<Buffer>(20_000).fill(encode({ opcode: 10 }))))
    expect(await socket.closeCode()).toBe(4029)
    await over(socket)
  })
  test('M5 300 pings are answered, each with its own words', async () => {
    const socket = await openWss(target)
    await socket.message()
    for (let number = 0; number < 5; number++) socket.send({ opcode: 9, payload: `ping ${number}` })
    await socket.line.until((all) => all.includes('ping 4') || undefined)
    socket.line.end()
  })
  test('M6 30 messages in 10 s are taken; the 31st → 4029', async () => {
    const socket = await openWss(target, { key: true })
    const { tail } = target.lab.feed
    for (let number = 1; number <= 31; number++) socket.send(text({ publish: { type: 'tick', data: number } }))
    expect(await socket.closeCode()).toBe(4029)
    expect(offset(target.lab.feed.tail) - offset(tail)).toBe(30)
    await over(socket)
  })
  const offset = (cursor: string) => Number(cursor.split('.')[1])
})

describe('M8 ends', () => {
  test('M8 frames after close → ignored', async () => {
    const socket = await openWss(target, { key: true })
    const { tail } = target.lab.feed
    const late = text({ publish: { type: 'tick', data: 'late' } })
    socket.send(closing(1000), late, { opcode: 9 }, { opcode: 3 })
    expect(await socket.closeCode()).toBe(1000)
    await over(socket)
    expect(target.lab.feed.tail).toBe(tail)
  })
  test('M8 messages after a bad one → ignored', async () => {
    const socket = await openWss(target, { key: true })
    const { tail } = target.lab.feed
    socket.send({ opcode: 2 }, text({ publish: { type: 'tick', data: 'late' } }))
    expect(await socket.closeCode()).toBe(1003)
    await over(socket)
    expect(target.lab.feed.tail).toBe(tail)
  })
  test.concurrent('M8 never answering close → ended after closeMs', async () => {
    const socket = await openWss(target)
    const before = performance.now()
    socket.send({ opcode: 2 })
    expect(await socket.closeCode()).toBe(1003)
    await socket.line.ended(1500)
    expect(performance.now() - before).toBeGreaterThan(limits.closeMs - 50)
  })
  for (const [name, start] of [
    ['half a frame, then silence', encode(text('hello')).subarray(0, 8)],
    ['half a head, then silence', bytes(0x81)],
    ['silence', bytes()],
  ] as const)
    test.concurrent(`M8 ${name} → ended after pingMs + pongMs`, async () => {
      const socket = await openWss(target)
      socket.send(start)
      await socket.line.ended(limits.pingMs + limits.pongMs + 2500)
      expect(socket.line.rest.includes(bytes(0x89, 0))).toBe(true) // it was asked
    })
  test.concurrent('M8 one byte at a time, pings unanswered → ended after pingMs + pongMs', async () => {
    const socket = await openWss(target)
    const whole = encode(text('x'.repeat(60)))
    let at = 0
    const timer = setInterval(() => socket.send(whole.subarray(at, ++at)), 100)
    await socket.line.ended(limits.pingMs + limits.pongMs + 2500).finally(() => clearInterval(timer))
    expect(at).toBeLessThan(whole.length)
  })
})

/** The server hangs up by itself, and holds nothing of it. */
async function over({ line }: Wss) {
  await line.ended(2000)
  line.end()
}
