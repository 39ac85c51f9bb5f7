// FAULTS H12: clients that are slow on purpose are put out in time, fifty of each, while a good client is served as ever. FLOOD=1: a
// thousand of each, against the limits that the lab is started with.
import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { defaults } from '../../src/core/limits.ts'
import { encode, handshake, text } from '../frames.ts'
import { get2, idle, json, labForFile, open, request, residentMiB } from '../raw.ts'
import type { Line } from '../raw.ts'
import { PREFACE, frame, settings } from './http2-frames.ts'

const flood = process.env.FLOOD === '1'
const { headersMs, requestMs, idleMs, handshakeMs, pingMs, pongMs, stallMs } = defaults
const limits = flood
  ? { headersMs, requestMs, idleMs, handshakeMs, pingMs, pongMs, stallMs }
  : { headersMs: 300, requestMs: 600, idleMs: 300, handshakeMs: 300, pingMs: 300, pongMs: 300, stallMs: 500 }
const COUNT = flood ? 1000 : 50
const target = labForFile({ ...limits, linesPerAddress: 20 * COUNT, lines: 20 * COUNT, queueBytes: 64 * 1024 })
/** Node looks at its connections twice a second, our sweep once; a busy machine may be late. */
const SLACK_MS = flood ? 10_000 : 1700
const patience = { timeout: flood ? 120_000 : 30_000 }

/** What each of them does on its connection, and the limit that ends it. */
const slow: [name: string, limitMs: number, act: (line: Line) => void | (() => void)][] = [
  ['a head, one byte each 100 ms', limits.headersMs, (line) => drip(line, request(target, 'GET /healthz'))],
  ['half a head, then silence', limits.headersMs, (line) => line.write('GET /healthz HTTP/1.1\r\nHost: loc')],
  [
    'a body, one byte each 100 ms',
    limits.requestMs,
    (line) => {
      line.write(request(target, 'POST /feed', [...json(target), 'Content-Length: 500']))
      return drip(line, ' '.repeat(500))
    },
  ],
  [
    'half a body, then silence',
    limits.requestMs,
    (line) => line.write(request(target, 'POST /feed', [...json(target), 'Content-Length: 500'], '{')),
  ],
  [
    'half a chunk, then silence',
    limits.requestMs,
    (line) => line.write(request(target, 'POST /feed', [...json(target), 'Transfer-Encoding: chunked'], 'ff\r\n{')),
  ],
  ['no request at all', Math.max(limits.idleMs, limits.headersMs), () => undefined],
  ['a request, then idle', limits.idleMs, (line) => line.write(request(target, 'GET /healthz'))],
  ['blank lines for ever', limits.headersMs, (line) => drip(line, '\r\n'.repeat(100))],
  [
    'a WebSocket and half a frame',
    limits.pingMs + limits.pongMs,
    (line) => line.write(Buffer.concat([Buffer.from(handshake(target)), encode(text('x'.repeat(50))).subarray(0, 9)])),
  ],
  [
    'a WebSocket, a frame byte each 100 ms',
    limits.pingMs + limits.pongMs,
    (line) => {
      line.write(handshake(target))
      return drip(line, encode(text('x'.repeat(300))))
    },
  ],
]
function drip(line: Line, bytes: string | Buffer): () => void {
  let at = 0
  const timer = setInterval(() => (line.over ? clearInterval(timer) : line.write(bytes.slice(at, ++at))), 100)
  return () => clearInterval(timer)
}

describe.concurrent('H12 out in time', patience, () => {
  for (const [name, limitMs, act] of slow)
    test(`H12 ${COUNT} × ${name} → out after ${limitMs} ms`, async () => {
      const lines = await Promise.all(Array.from({ length: COUNT }, () => open(target)))
      const stops = lines.map((line) => act(line))
      await Promise.all(lines.map((line) => line.ended(limitMs + SLACK_MS)))
      for (const stop of stops) stop?.()
      for (const line of lines) line.end()
    })
  for (const [name, first] of [
    ['TCP silence', Buffer.alloc(0)],
    ['half a TLS hello', Buffer.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc)],
  ] as const)
    test(`H12 ${COUNT} × ${name} → out after ${limits.handshakeMs} ms`, async () => {
      await Promise.all(
        Array.from({ length: COUNT }, async () => {
          const socket = connectTcp(target.lab.port, '127.0.0.1')
          socket.write(first)
          await closed(socket, limits.handshakeMs + SLACK_MS)
        }),
      )
    })
  test('H12 an idle HTTP/2 connection → out after idleMs', async () => {
    await get2(target, { ':path': '/healthz' })
    const session = target.http2
    const before = performance.now()
    await new Promise((resolve) => session.once('close', resolve))
    expect(performance.now() - before).toBeLessThan(limits.idleMs + SLACK_MS)
  })
  test('H12 an HTTP/2 client that says GOAWAY and then hears nothing → out after idleMs', async () => {
    const line = await open(target, { ALPNProtocols: ['h2'] })
    line.write(Buffer.concat([Buffer.from(PREFACE), settings]))
    await new Promise((resolve) => line.socket.once('data', resolve))
    line.socket.pause() // not even that the server leaves, and so it does not leave either
    line.write(frame(7, 0, 0, Buffer.alloc(8)))
    const before = performance.now()
    const knocking = setInterval(() => line.write(settings), 50) // a line that is gone answers by a reset
    await new Promise((resolve) => line.socket.once('close', resolve))
    clearInterval(knocking)
    expect(performance.now() - before).toBeLessThan(limits.idleMs + SLACK_MS)
  })
  // Not in a flood: both ends are in this process, and thousands of our own handshakes would be what is measured.
  test.skipIf(flood)('H12 a good client meanwhile → p99 < 100 ms', async () => {
    const times: number[] = []
    const until = performance.now() + 2000
    const line = await open(target)
    while (performance.now() < until) {
      const before = performance.now()
      line.write(request(target, 'GET /healthz'))
      await line.answer()
      times.push(performance.now() - before)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    line.end()
    expect(times.sort((one, other) => one - other)[Math.floor(times.length * 0.99)]).toBeLessThan(100)
  })
})

describe('H12, I11 readers that stop reading', patience, () => {
  for (const [name, path] of [
    ['SSE', '/feed/sse?after=earliest'],
    ['polling', '/feed/polling?after=earliest&limit=1000'],
    ['long-polling', '/feed/long-polling?after=earliest&limit=1000'],
  ] as const)
    for (const repeat of [1, 20])
      test(`H12 20 × ${name}, ${repeat} requests in one write, nothing read → out after ${limits.stallMs} ms`, async () => {
        await fill()
        const before = residentMiB()
        const lines = await Promise.all(Array.from({ length: 20 }, () => open(target)))
        for (const line of lines) {
          line.socket.pause()
          line.write(request(target, `GET ${path}`).repeat(repeat))
        }
        await new Promise((resolve) => setTimeout(resolve, 300))
        expect(residentMiB() - before).toBeLessThan(200) // both ends are in this process; 400 more when pages pile up
        await idle(target, limits.stallMs + SLACK_MS)
        for (const line of lines) line.end()
      })
  test.for(['one after the other', 'in one write'])(
    'I14 a page, then a wait longer than stallMs, %s → both answered',
    async (how) => {
      await fill()
      const [page, wait] = ['polling?after=earliest&limit=1', 'long-polling?wait=1'].map((path) =>
        request(target, `GET /feed/${path}`),
      )
      const line = await open(target)
      line.write(how === 'in one write' ? page! + wait! : page!)
      expect((await line.answer()).status).toBe(200)
      if (how !== 'in one write') line.write(wait!)
      expect((await line.answer()).status).toBe(200)
      line.end()
    },
  )
  test('I12 an upgrade behind an unanswered request → closed, nothing thrown', async () => {
    const line = await open(target)
    line.write(request(target, 'GET /feed/long-polling') + handshake(target))
    await line.ended()
    await idle(target)
  })

  /** 8 MiB in the log: more than the buffers of a connection take. */
  async function fill() {
    const { feed } = target.lab
    while (Number(feed.tail.split('.')[1]) < 500) await feed.publish({ type: 'tick', data: 'x'.repeat(16_000) })
  }
})

test('H12 nothing is held after all of it', () => idle(target))

function closed(socket: Socket, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`still open after ${ms} ms`)), ms)
    socket.on('error', () => undefined).resume()
    socket.once('close', () => resolve(clearTimeout(timer)))
  }).then(() => void socket.destroy())
}
