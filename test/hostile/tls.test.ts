// FAULTS T1, T5, T6: names, extensions and compression that a ClientHello may offer, downgrades, half handshakes, and no early data.
import { connect as connectTcp } from 'node:net'
import { describe, expect, test } from 'vitest'
import { get, idle, labForFile, open, request } from '../raw.ts'
import { clientHello, hello, serverHello, vector } from './hello.ts'
import type { Extension } from './hello.ts'

const target = labForFile({ handshakeMs: 500 })
const TLS_12 = 0x0303
const AES_GCM = 0xc02b
const bytesOf = (text: string) => [...Buffer.from(text, 'latin1')]

/** RFC 6066 §3 */
const name = (text: string, type = 0) => [type, ...vector(bytesOf(text))]
const sni = (...names: number[][]): Extension => ({ type: 0, body: vector(names.flat()) })

describe('T1 server names', () => {
  const cases: [name: string, extension: Extension, answer: string][] = [
    ['ours', sni(name('localhost')), 'hello'],
    ['another', sni(name('evil.example')), 'hello'],
    ['a..b', sni(name('a..b')), 'hello'],
    ['an IP address', sni(name('127.0.0.1')), 'hello'],
    ['255 bytes', sni(name('x'.repeat(255))), 'hello'],
    ['300 bytes', sni(name('x'.repeat(300))), 'alert 112'],
    ['NUL inside', sni(name('localhost\0.evil.example')), 'alert 112'],
    ['8-bit', sni(name('\xff\xfe')), 'hello'],
    ['CR LF', sni(name('localhost\r\nHost: evil')), 'hello'],
    ['no name in the list', sni(), 'alert 50'],
    ['a name of another kind', sni(name('localhost', 7)), 'alert 50'],
    ['a length beyond the end', { type: 0, body: [0, 200, 0, 0, 9, ...bytesOf('localhost')] }, 'alert 50'],
  ]
  for (const [what, extension, expected] of cases)
    test(`T1 SNI: ${what} → ${expected}`, async () => {
      expect(await hello(target, clientHello(TLS_12, [AES_GCM], { extensions: [extension] }))).toBe(expected)
    })
})

describe('T1 what is offered and not taken', () => {
  test('T1 compression beside none → none (CRIME)', async () => {
    const { compression } = await serverHello(target, clientHello(TLS_12, [AES_GCM], { compressions: [1, 0] }))
    expect(compression).toBe(0)
  })
  test('T1 compression alone → alert', async () => {
    expect(await hello(target, clientHello(TLS_12, [AES_GCM], { compressions: [1] }))).toMatch(/^alert (47|50)$/)
  })
  test('T1 heartbeats (Heartbleed) → not taken', async () => {
    const extensions = [{ type: 15, body: [1] }]
    expect((await serverHello(target, clientHello(TLS_12, [AES_GCM], { extensions }))).extensions).not.toContain(15)
  })
  test('T1 extended master secret (RFC 7627) → taken', async () => {
    const extensions = [{ type: 23, body: [] }]
    expect((await serverHello(target, clientHello(TLS_12, [AES_GCM], { extensions }))).extensions).toContain(23)
  })
  test('T1 GREASE extensions → passed over', async () => {
    const extensions = [0x0a0a, 0x1a1a, 0xfafa].map((type) => ({ type, body: [1, 2, 3] }))
    expect(await hello(target, clientHello(TLS_12, [AES_GCM], { extensions }))).toBe('hello')
  })
  test('T1 records of 512 bytes at most (RFC 6066 §4) → spoken', async () => {
    const extensions = [{ type: 1, body: [1] }]
    expect(await hello(target, clientHello(TLS_12, [AES_GCM], { extensions }))).toBe('hello')
  })
  test('T1 an extension twice → alert', async () => {
    const extensions = [sni(name('localhost')), sni(name('localhost'))]
    expect(await hello(target, clientHello(TLS_12, [AES_GCM], { extensions }))).toMatch(/^alert (47|50)$/)
  })
  test('T1 our suite behind weak ones → ours, not the first', async () => {
    const { suite } = await serverHello(target, clientHello(TLS_12, [0x000a, 0x002f, 0xc009, AES_GCM]))
    expect(suite).toBe(AES_GCM)
  })
})

const [major = 0, minor = 0] = process.versions.openssl.split('.').map(Number)
test.runIf(major > 3 || (major === 3 && minor >= 5))(
  'T1 a key exchange that withstands quantum computers (X25519MLKEM768) → spoken where OpenSSL has it',
  async () => {
    const line = await open(target, { ecdhCurve: 'X25519MLKEM768', minVersion: 'TLSv1.3' })
    line.write(request(target, 'GET /healthz'))
    expect((await line.answer()).status).toBe(200)
    line.end()
  },
)

describe('T5 downgrades', () => {
  test('T5 TLS 1.2 from a client that could more (TLS_FALLBACK_SCSV, RFC 7507) → alert 86', async () => {
    expect(await hello(target, clientHello(TLS_12, [AES_GCM, 0x5600]))).toBe('alert 86')
  })
  test('T5 TLS 1.2 → the random says that 1.3 was to be had (RFC 8446 §4.1.3)', async () => {
    const { random, version } = await serverHello(target, clientHello(TLS_12, [AES_GCM]))
    expect([version, random.subarray(24).toString('latin1')]).toEqual([TLS_12, 'DOWNGRD\x01'])
  })
})

test('T6 a ticket of TLS 1.3 → without early data (0-RTT)', async () => {
  const line = await open(target, { minVersion: 'TLSv1.3' })
  const session = new Promise<Buffer>((resolve) => line.socket.once('session', resolve))
  line.write(request(target, 'GET /healthz'))
  const kept = await session // Node's own words come before OpenSSL's
  const fields = fieldsOf(kept.subarray(kept.indexOf(Buffer.of(0x30, 0x82))))
  expect(fields).toContain(10) // the ticket itself: it is a session that could be resumed
  expect(fields).not.toContain(15) // max_early_data, left out when it is zero
  line.end()
})

test('T1 200 half handshakes → ended after handshakeMs, and a good client meanwhile is served', async () => {
  const half = clientHello(TLS_12, [AES_GCM])
  const sockets = Array.from({ length: 200 }, () => {
    const socket = connectTcp(target.lab.port, '127.0.0.1').on('error', () => undefined)
    socket.resume().write(half)
    return socket
  })
  const closed = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))))
  expect((await get(target, '/healthz')).status).toBe(200)
  await closed
  await idle(target)
})

/** The tags of the optional fields in OpenSSL's encoding of a session: a SEQUENCE whose fields are tagged by their number. */
function fieldsOf(der: Buffer): number[] {
  const lengthAt = (at: number) => {
    const first = der[at]!
    return first < 128
      ? { length: first, next: at + 1 }
      : { length: der.readUIntBE(at + 1, first & 127), next: at + 1 + (first & 127) }
  }
  const fields: number[] = []
  for (let { next } = lengthAt(1); next < der.length;) {
    const tag = der[next]!
    const { length, next: body } = lengthAt(next + 1)
    if ((tag & 0xe0) === 0xa0) fields.push(tag & 31)
    next = body + length
  }
  return fields
}
