// What proves who asks is not told by the wire view: in HTTP/1.1 and in HPACK, wherever the network cuts, and everything else is.
import { afterEach, describe, expect, test } from 'vitest'
import { bytesOf } from '../public/wire/capture.ts'
import { readHttp2 } from '../public/wire/http2.ts'
import { unpack } from '../public/wire/huffman.ts'
import { hideSecrets } from '../src/lab/wire/hidden.ts'
import { FIELDS } from '../src/lab/wire/packed.ts'
import { keep, keptSession, plainOf, startTapped } from './tapped.ts'
import type { Tapped } from './tapped.ts'

let target: Tapped | undefined
afterEach(() => target?.close())

/** Cut in two at each place, and into single bytes: always the same. */
function expectHidden(alpn: string, up: boolean, plain: Buffer, expected: Buffer) {
  const cuts = Array.from({ length: plain.length }, (_, at) => [plain.subarray(0, at), plain.subarray(at)])
  for (const parts of [[plain], ...cuts, Array.from(plain, (byte) => Buffer.of(byte))]) {
    const hide = hideSecrets(alpn, up)
    expect(Buffer.concat(parts.map(hide)).toString('latin1')).toBe(expected.toString('latin1'))
  }
}

describe('HTTP/1.1', () => {
  const body = '{"text":"Cookie: not a line"}'
  const cases: [string, boolean, string, string][] = [
    ['a request', true, 'GET / HTTP/1.1\r\nCookie: a=b; c\r\nHost: x\r\n\r\n', 'Cookie: ******\r\nHost: x\r\n\r\n'],
    ['no blank', true, 'GET / HTTP/1.1\r\nAUTHORIZATION:Bearer k\r\n\r\n', 'AUTHORIZATION:********\r\n\r\n'],
    ['an answer', false, 'HTTP/1.1 200 OK\r\nset-cookie:  s=1\r\n\r\n', 'set-cookie:  ***\r\n\r\n'],
    ['a value of two lines', true, 'GET / HTTP/1.1\r\nCookie: a\r\n b\r\nB: c\r\n', 'Cookie: *\r\n *\r\nB: c\r\n'],
    ['behind a body', true, `POST / HTTP/1.1\r\n\r\n${body}\r\nproxy-authorization: k`, 'proxy-authorization: *'],
    ['no such field', true, 'GET / HTTP/1.1\r\nCookies: a\r\nX-Cookie: b\r\n\r\nd', 'X-Cookie: b\r\n\r\nd'],
  ]
  test.each(cases)('%s', (_, up, plain, end) => {
    const expected = plain.slice(0, plain.length - end.length) + end
    expectHidden('http/1.1', up, Buffer.from(plain), Buffer.from(expected))
  })
})

describe('HPACK', () => {
  const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  const frame = (type: number, flags: number, ...parts: (number[] | string | Buffer)[]) => {
    const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)))
    return Buffer.concat([Buffer.of(0, body.length >> 8, body.length & 255, type, flags, 0, 0, 0, 1), body])
  }
  const [DATA, HEADERS, CONTINUATION] = [0, 1, 9]
  const [END_HEADERS, PADDED_WITH_PRIORITY] = [4, 4 | 8 | 32]
  const long = 'x'.repeat(300) // its length takes three bytes: 127, then 173 in two
  const literal = (name: string) => [0, name.length, ...Buffer.from(name)]

  // Each: frames with a value in, and the same frames with what may be shown of it.
  const cases: [string, (value: string) => Buffer[], string][] = [
    ['a name by its number, not kept', (value) => [frame(HEADERS, END_HEADERS, [0x0f, 17, 3], value)], 'a=b'],
    ['a name by its number, kept', (value) => [frame(HEADERS, END_HEADERS, [0x40 | 23, 3], value)], 'key'],
    ['never to be kept', (value) => [frame(HEADERS, END_HEADERS, [0x1f, 40, 3], value)], 's=1'],
    ['a name in letters', (value) => [frame(HEADERS, END_HEADERS, literal('proxy-authorization'), [3], value)], 'abc'],
    ['a long value', (value) => [frame(HEADERS, END_HEADERS, [0x82, 0x60, 127, 173, 1], value, [0x84])], long],
    [
      'a name by its number in the dynamic table, behind others',
      (value) => [
        frame(HEADERS, END_HEADERS, [0x40, 6], 'cookie', [1], value[0]!, [0x40, 1], 'b', [1], 'c'),
        frame(HEADERS, END_HEADERS, [0x7f, 0, 1], value[1]!, [0x7f, 0, 1], 'd', [0x7f, 0, 1], value[2]!),
      ],
      'uvw',
    ],
    [
      'in two frames, with padding and priority, and DATA around',
      (value) => [
        frame(DATA, 0, 'cookie: is here'),
        frame(HEADERS, PADDED_WITH_PRIORITY & ~END_HEADERS, [2, 0, 0, 0, 0, 0, 0x60, 3], value.slice(0, 1), [0, 0]),
        frame(CONTINUATION, END_HEADERS, value.slice(1)),
        frame(DATA, 0, 'set-cookie: too'),
      ],
      'xyz',
    ],
    ['another field', () => [frame(HEADERS, END_HEADERS, literal('cookies'), [3], 'abc')], 'abc'],
  ]
  test.each(cases)('%s', (_, frames, value) => {
    for (const up of [true, false]) {
      const whole = (text: string) => Buffer.concat([...(up ? [PREFACE] : []), ...frames(text)])
      expectHidden('h2', up, whole(value), whole('*'.repeat(value.length)))
    }
  })

  test.each(FIELDS)('$name in Huffman code: its name is known, its value still can be unpacked', ({ name, packed }) => {
    const code = Buffer.from(packed, 'hex')
    expect(Buffer.from(unpack(code)).toString()).toBe(name)
    const whole = (value: number[]) => frame(HEADERS, END_HEADERS, [0, 0x80 | code.length], code, [0x80 | 4], value)
    expectHidden('h2', false, whole([0x21, 0xcf, 0xd4, 0xc5]), whole([0xf9, 0xf9, 0xf9, 0xf9]))
    expect(Buffer.from(unpack(Buffer.of(0xf9, 0xf9))).toString()).toBe('**')
  })
})

test('a real HTTP/2 client: its secrets are in no record and no opening; what else it says, is', async () => {
  target = await startTapped({ hide: hideSecrets, sliceBytes: 50 })
  const kept = await keep(target, { ALPNProtocols: ['h2'] })
  const session = keptSession(kept, target.port)
  const secrets = { cookie: 'a=abcdef; b=ghijkl', authorization: 'Bearer qrstuvwxyz', 'proxy-authorization': 'zyxwvu' }
  for (let n = 0; n < 3; n++) {
    const path = { ':path': '/feed/polling', ':authority': 'localhost' }
    const asked = session.request({ ...path, ...secrets, 'x-note': `told ${n}` })
    await new Promise((resolve) => asked.on('close', resolve).resume())
  }
  session.destroy()
  await target.quiet()
  const [connection] = target.capture.connections()
  const told = plainOf(target.capture.records(), true)
  const words = readHttp2(told, true, new Map()).map(({ says = '' }) => says)
  for (const name of Object.keys(secrets)) expect(words).toContainEqual(expect.stringMatching(`^${name}: [*]+$`))
  const opening = readHttp2(bytesOf(connection!.opening.up), true, new Map()).map(({ says = '' }) => says)
  for (const secret of Object.values(secrets)) expect([...words, ...opening].join('\n')).not.toContain(secret)
  for (const n of [0, 1, 2]) expect(words).toContain(`x-note: told ${n}`)
  expect(told.length).toBe(Buffer.concat(kept.sent).length)
})
