// The wire view tells the truth: what it decrypts from outside is what the two ends wrote and read, byte for byte, under every suite.
import { afterEach, describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { startCapture } from '../src/lab/wire/capture.ts'
import { suites } from '../src/lab/wire/suites.ts'
import type { Lab } from '../src/server/start.ts'
import { transportNames } from '../transports/clients.ts'
import { conversations } from './conversations.ts'
import { follow, publish, sleep, text } from './lab.ts'
import { keep, plainOf, startTapped } from './tapped.ts'
import type { Kept, Tapped } from './tapped.ts'
import { followTls, tsharkVersion } from './tshark.ts'

let cleanUp: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const each of cleanUp.reverse()) await each()
  cleanUp = []
})
async function tapped(options?: Parameters<typeof startTapped>[0]): Promise<Tapped> {
  const target = await startTapped(options)
  cleanUp.push(target.close)
  return target
}

/** OpenSSL's names, which clients offer suites by; for ours the rest of the name follows the rule. */
const only = (name: string): ConnectionOptions =>
  name.includes('_WITH_')
    ? {
        ...{ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' },
        ciphers: name
          .replace('TLS_', '')
          .replace('_WITH', '')
          .replace(/_SHA256$/, name.includes('CHACHA') ? '' : '$&')
          .replace(/AES_(\d+)/, 'AES$1')
          .replaceAll('_', '-')
          .replace('CHACHA20-', 'CHACHA20-'),
      }
    : { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ciphers: name }
const names = [...suites.values()].map(({ name }) => name)
const TLS_13 = 'TLS_AES_128_GCM_SHA256'
const TLS_12 = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'

async function converse(target: Tapped, name: string, options: ConnectionOptions) {
  const kept = await keep(target, { ...options, ALPNProtocols: [name === 'HTTP/2' ? 'h2' : 'http/1.1'] })
  await conversations[name]!(target, kept)
  kept.socket.end()
  if (!kept.socket.closed) await new Promise((resolve) => kept.socket.once('close', resolve))
  await target.quiet()
  return kept
}

/** Records, both ends, and the counters of the server's sockets: one truth. */
function expectTruth(target: Tapped, { sent, got }: Kept) {
  const records = target.capture.records()
  expect(records.filter(({ plain }) => plain === null)).toEqual([])
  expect(plainOf(records, true).equals(Buffer.concat(sent))).toBe(true)
  expect(plainOf(records, false).equals(Buffer.concat(got))).toBe(true)
  const { tls, plain } = target.total()
  for (const direction of ['up', 'down'] as const) {
    const all = records.filter(({ up }) => up === (direction === 'up'))
    expect(all.reduce((sum, { cipherBytes }) => sum + cipherBytes, 0)).toBe(tls[direction])
  }
  expect(target.capture.bytes()).toEqual({ tls, plain, unread: { up: 0, down: 0 } })
}

const tshark = await tsharkVersion()
if (tshark === undefined) console.warn('tshark is not installed: what we decrypt is not compared with what it does')

describe.each(names)('%s', (name) => {
  test.runIf(tshark).each(Object.keys(conversations))('%s: tshark reads the same', async (conversation) => {
    const target = await tapped({ rsa: name.includes('_RSA_') })
    const kept = await converse(target, conversation, only(name))
    const { up, down } = await followTls(target)
    const records = target.capture.records()
    expect(plainOf(records, true).equals(up)).toBe(true)
    expect(plainOf(records, false).equals(down)).toBe(true)
    expect(down.equals(Buffer.concat(kept.got))).toBe(true)
  })

  test.each(Object.keys(conversations))('%s: what is decrypted is what was written and read', async (conversation) => {
    const target = await tapped({ rsa: name.includes('_RSA_') })
    const kept = await converse(target, conversation, only(name))
    expectTruth(target, kept)
    expect(target.capture.connections()).toEqual([
      expect.objectContaining({
        ...{ id: 1, cipher: name, tls: name.includes('_WITH_') ? 'TLSv1.2' : 'TLSv1.3', resumed: false },
        alpn: conversation === 'HTTP/2' ? 'h2' : 'http/1.1',
      }),
    ])
  })
})

describe.each([TLS_13, TLS_12])('%s', (name) => {
  test('the handshake by its messages, in order; then a session that goes on from it', async () => {
    const target = await tapped()
    const first = await keep(target, only(name))
    await conversations.polling!(target, first) // behind the tickets
    const session = first.socket.getSession()!
    first.socket.end()
    await target.quiet()
    expect(messagesOf(target, 1)).toEqual(name === TLS_13 ? FULL_13 : FULL_12)

    const again = await keep(target, { ...only(name), session })
    expect(again.socket.isSessionReused()).toBe(true)
    await conversations.polling!(target, again)
    again.socket.end()
    await target.quiet()
    expect(messagesOf(target, 2)).toEqual(name === TLS_13 ? RESUMED_13 : RESUMED_12)
    expect(target.capture.connections().map(({ resumed }) => resumed)).toEqual([false, true])
    const records = target.capture.records().filter(({ connection }) => connection === 2)
    expect(plainOf(records, true).equals(Buffer.concat(again.sent))).toBe(true)
    expect(plainOf(records, false).equals(Buffer.concat(again.got))).toBe(true)
    expect(target.capture.bytes().tls).toEqual(target.total().tls)
  })

  test('secrets that come last open what was held', async () => {
    const target = await tapped({ late: true })
    const kept = await keep(target, only(name))
    await conversations.sse!(target, kept)
    const before = target.capture.records()
    expect(before.every(({ plain, type }) => plain !== null && type !== 'data')).toBe(true) // hellos, nothing sealed
    for (const line of target.secrets) target.capture.keylog(line)
    const records = target.capture.records()
    expect(records.map(({ n }) => n)).toEqual(records.map((_, index) => index + 1))
    expect(plainOf(records, false).equals(Buffer.concat(kept.got))).toBe(true)
    kept.socket.destroy()
    await target.quiet()
  })

  test('no secrets: the types, the bytes, and no plaintext; the sums still hold', async () => {
    const target = await tapped({ late: true })
    await converse(target, 'sse', only(name))
    const { tls, plain, unread } = target.capture.bytes()
    expect(tls).toEqual(target.total().tls)
    expect(plain).toEqual({ up: 0, down: 0 })
    const sealed = target.capture.records().filter((record) => record.plain === null)
    expect(sealed.length).toBeGreaterThan(3)
    for (const direction of ['up', 'down'] as const) {
      const mine = sealed.filter(({ up }) => up === (direction === 'up'))
      expect(mine.reduce((sum, { cipherBytes }) => sum + cipherBytes, 0)).toBe(unread[direction])
    }
  })

  test('a wrong secret, or a byte that was lost: no plaintext is made up, and nothing throws', async () => {
    const target = await tapped({ late: true })
    const kept = await converse(target, 'polling', only(name))
    const { capture } = target
    const clear = capture.records().length
    for (const [index, { up, bytes }] of target.passed.entries()) {
      const isLast = index > target.passed.length - 5
      capture.tap(7, up, isLast && !up ? Buffer.concat([bytes.subarray(0, -1), Buffer.of(bytes.at(-1)! ^ 1)]) : bytes)
      if (index === 0) for (const line of target.secrets) capture.keylog(line) // behind the ClientHello
    }
    capture.ended(7)
    const records = capture.records(clear).filter(({ connection }) => connection === 7)
    expect(records.some(({ plain }) => plain === null)).toBe(true)
    const read = records.filter(({ plain, type }) => plain !== null && type === 'data')
    expect(Buffer.concat(kept.got).includes(plainOf(read, false))).toBe(true)
  })

  test('secrets are gone with their connection; of one that is only counted none are kept', async () => {
    const target = await tapped({ opened: 1 })
    const opened = await keep(target, only(name))
    const counted = await keep(target, only(name))
    for (const each of [opened, counted]) await conversations.polling!(target, each)
    for (const { socket } of [opened, counted]) socket.end()
    await target.quiet()
    const { capture } = target
    // The same bytes once more: whoever still had the secrets could open them.
    for (const before of [1, 2]) {
      const id = before + 10
      const last = capture.records().at(-1)!.n
      for (const { connection, up, bytes } of [...target.passed]) if (connection === before) capture.tap(id, up, bytes)
      capture.ended(id)
      const data = capture.records(last).filter(({ type }) => type === 'data')
      expect(data.length).toBeGreaterThan(0)
      expect(data.filter(({ plain }) => plain !== null)).toEqual([])
    }
  })

  test('in slices of seven bytes it is the same', async () => {
    const target = await tapped({ sliceBytes: 7 })
    expectTruth(target, await converse(target, 'wss', only(name)))
  })
})

const SERVER_13 = ['server_hello', 'encrypted_extensions']
const TICKETS = ['new_session_ticket', 'new_session_ticket']
const FULL_13 = ['client_hello', ...SERVER_13, 'certificate', 'certificate_verify', 'finished', 'finished', ...TICKETS]
const RESUMED_13 = ['client_hello', ...SERVER_13, 'finished', 'finished']
const SERVER_12 = ['server_hello', 'certificate', 'server_key_exchange', 'server_hello_done']
const FULL_12 = ['client_hello', ...SERVER_12, 'client_key_exchange', 'finished', 'new_session_ticket', 'finished']
const RESUMED_12 = ['client_hello', 'server_hello', 'finished', 'finished']
const messagesOf = ({ capture }: Tapped, id: number) =>
  capture
    .records()
    .flatMap(({ connection, messages = [] }) => (connection === id ? messages : []))
    .map(({ name }) => name)

test('only the last records are kept, the sums are of all; a closed connection is forgotten with its last record', async () => {
  const target = await tapped({ records: 6, plainBytes: 18_000 })
  await converse(target, 'polling', only(TLS_13))
  const kept = await converse(target, 'sse', only(TLS_13))
  const records = target.capture.records()
  expect(records.length).toBeLessThanOrEqual(6)
  expect(records.reduce((sum, { plain }) => sum + Buffer.from(plain!, 'base64').length, 0)).toBeLessThanOrEqual(18_000)
  const last = plainOf(records, false)
  expect(last.length).toBeGreaterThan(0)
  expect(Buffer.concat(kept.got).subarray(-last.length).equals(last)).toBe(true)
  const { tls, plain } = target.total()
  expect(target.capture.bytes()).toMatchObject({ tls, plain })
  const [second, ...others] = target.capture.connections()
  expect(others).toEqual([])
  expect(second!.id).toBe(2)
  expect(Buffer.from(second!.opening.up, 'base64').toString()).toBe(Buffer.concat(kept.sent).toString())
  expect(second!.closedAt).toBeGreaterThan(second!.openedAt)
  expect(target.capture.records(records.at(-2)!.n)).toEqual(records.slice(-1))
})

test('a second ClientHello: the server asks for another key share (HelloRetryRequest)', async () => {
  const target = await tapped()
  const kept = await converse(target, 'polling', { ...only(TLS_13), ecdhCurve: 'P-521:X25519' })
  expectTruth(target, kept)
  expect(messagesOf(target, 1).slice(0, 4)).toEqual([
    ...['client_hello', 'hello_retry_request', 'client_hello', 'server_hello'],
  ])
})

test('new keys in the middle of a connection (KeyUpdate), both ways', async ({ skip }) => {
  const target = await tapped()
  const openssl = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${target.port}`, '-tls1_3', '-alpn', 'http/1.1'])
  const isThere = await new Promise((resolve) =>
    openssl.once('spawn', () => resolve(true)).once('error', () => resolve(false)),
  )
  if (!isThere) return skip('openssl is not installed: KeyUpdate is not tried')
  let shown = ''
  for (const output of [openssl.stdout, openssl.stderr])
    output.on('data', (bytes: Buffer) => (shown += bytes.toString('latin1')))
  const until = async (text: string) => {
    while (!shown.includes(text)) await sleep(5)
  }
  const head = 'GET /feed/sse?after=now HTTP/1.1\r\nHost: localhost\r\n\r\n'
  await until('---\nSSL handshake has read')
  openssl.stdin.write(head)
  await until('hello')
  for (let n = 0; n < 3; n++) {
    openssl.stdin.write('K\n') // s_client: a KeyUpdate that asks for one back, before the next data
    await until('KEYUPDATE')
    shown = ''
    openssl.stdin.write('-\n')
    const event = await target.feed.publish({ type: 'tick', data: n })
    await until(event.id)
  }
  openssl.kill()
  await target.quiet()
  expect(messagesOf(target, 1).filter((name) => name === 'key_update')).toHaveLength(6)
  const records = target.capture.records()
  expect(records.filter(({ plain }) => plain === null)).toEqual([])
  expect(plainOf(records, true).toString()).toBe(`${head}-\n-\n-\n`)
  expect(
    plainOf(records, false)
      .toString()
      .match(/"type":"tick"/g),
  ).toHaveLength(3)
})

test('more connections than are opened at a time are counted', async () => {
  const target = await tapped({ opened: 1 })
  const first = await keep(target, only(TLS_13))
  const second = await keep(target, only(TLS_12))
  for (const each of [first, second]) await conversations.polling!(target, each)
  expect(target.capture.connections().map(({ id }) => id)).toEqual([1])
  expect(plainOf(target.capture.records(), false).equals(Buffer.concat(first.got))).toBe(true)
  for (const { socket } of [first, second]) socket.end()
  await target.quiet()
  expect(target.capture.bytes().tls).toEqual(target.total().tls)
  const third = await converse(target, 'polling', only(TLS_13))
  expect(plainOf(target.capture.records(), true).equals(Buffer.concat([...first.sent, ...third.sent]))).toBe(true)
})

test('what is no TLS is counted, and nothing throws', async () => {
  const target = await tapped()
  const line = connect(target.port, '127.0.0.1')
  const head = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'
  line.end(head).resume()
  line.on('error', () => undefined) // it may be reset
  await new Promise((resolve) => line.once('close', resolve))
  await target.quiet()
  expect(target.capture.bytes().tls).toEqual(target.total().tls)
  expect(target.capture.bytes().unread.up).toBe(head.length)
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 300 }))), (chunks) => {
      const capture = startCapture({ clock: () => 0 })
      let sum = 0
      for (const [up, bytes] of chunks) {
        capture.tap(1, up, Buffer.concat([Buffer.of(22, 3, 3, 0, 40), bytes]))
        sum += bytes.length + 5
      }
      capture.ended(1)
      const { tls } = capture.bytes()
      expect(tls.up + tls.down).toBe(sum)
    }),
  )
})

test.each(transportNames)('%s: the real client through the tap, and no byte is left unexplained', async (transport) => {
  const target = await tapped({ records: 10_000, plainBytes: 2 ** 24 })
  const follower = follow({ feed: target.feed, authority: { ca: target.ca } } as Lab, {
    ...{ transport, port: target.port, after: 'earliest', http: transport === 'sse' ? '2' : '1.1' },
  })
  const events = await publish(target as unknown as Lab, 30)
  await follower.until(() => follower.events.length >= 30, '30 events')
  await follower.close()
  await target.quiet()
  const { tls, plain } = target.total()
  const { unread, ...sums } = target.capture.bytes()
  expect(sums).toEqual({ tls, plain })
  expect(unread).toEqual({ up: 0, down: 0 })
  const down = plainOf(target.capture.records(), false).toString()
  for (const event of events) expect(down).toContain(text(event))
})
