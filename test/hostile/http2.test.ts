// FAULTS H17: an HTTP/2 client that makes work: resets, pings, settings, header floods, a window of zero.
import { connect as connectHttp2 } from 'node:http2'
import type { ClientHttp2Session, SecureClientSessionOptions } from 'node:http2'
import { expect, test } from 'vitest'
import { encode } from '../frames.ts'
import { get2, idle, labForFile, open, residentMiB } from '../raw.ts'
import type { Line } from '../raw.ts'
import { PREFACE, frame, get, settings, settingsOf } from './http2-frames.ts'

const target = labForFile({ linesPerAddress: 1000, idleMs: 500, stallMs: 500 })
/** FLOOD=1: a million of each. */
const TIMES = process.env.FLOOD === '1' ? 10 : 1
function session(options: SecureClientSessionOptions = {}): ClientHttp2Session {
  const { lab } = target
  const client = connectHttp2(`https://localhost:${lab.port}`, { ca: lab.authority!.ca, ...options })
  return client.on('error', () => undefined)
}
const opened = (stream: number) => get(target.host, stream)
const openedAndReset = (count: number) =>
  Array.from({ length: count }, (_, index) => [opened(index * 2 + 1), frame(3, 0, index * 2 + 1, [0, 0, 0, 8])]).flat()

/** So many fields of 16 kB, each in a CONTINUATION of its own; the length of the value is 127 + 1 + 124 · 128 (RFC 7541 §5.1). */
function fields(count: number): Buffer {
  const field = Buffer.concat([Buffer.of(0, 1, 0x78, 0x7f, 0x81, 124), Buffer.alloc(16_000, 0x79)])
  const more = Array.from({ length: count }, (_, n) => frame(9, n === count - 1 ? 4 : 0, 1, field))
  return Buffer.concat([frame(1, 1, 1, [0x82, 0x87, 0x84]), ...more])
}

/** As bytes, after an honest start; the server ends the connection, or has read it all and lives. */
const floods: [name: string, bytes: () => Buffer][] = [
  [`${TIMES}00,000 SETTINGS`, () => Buffer.concat(Array<Buffer>(TIMES * 100_000).fill(settings))],
  [`${TIMES}00,000 PINGs`, () => Buffer.concat(Array<Buffer>(TIMES * 100_000).fill(frame(6, 0, 0, Buffer.alloc(8))))],
  ['10,000 streams opened and reset', () => Buffer.concat(openedAndReset(10_000))],
  [
    '10,000 streams opened and kept',
    () => Buffer.concat(Array.from({ length: 10_000 }, (_, index) => opened(index * 2 + 1))),
  ],
  ['10,000 RST_STREAM of no stream', () => Buffer.concat(Array<Buffer>(10_000).fill(frame(3, 0, 1, [0, 0, 0, 8])))],
  [
    '1,000 CONTINUATIONs without an end',
    () =>
      Buffer.concat([frame(1, 0, 1, [0x82]), ...Array<Buffer>(1000).fill(frame(9, 0, 1, Buffer.alloc(16_000, 0x82)))]),
  ],
  ['1 MB of header fields', () => fields(60)],
  ['a frame of 16 MiB announced', () => Buffer.of(0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1)],
  ['DATA on stream 0', () => frame(0, 0, 0, [1])],
  ['HEADERS of nonsense', () => frame(1, 4, 1, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
  ['a WebSocket frame', () => encode({ payload: 'x'.repeat(100) })],
  ['WINDOW_UPDATE of 0', () => frame(8, 0, 0, [0, 0, 0, 0])],
  ['a window beyond 2^31', () => Buffer.concat(Array<Buffer>(3).fill(frame(8, 0, 0, [0x7f, 0xff, 0xff, 0xff])))],
  ['nothing more', () => Buffer.alloc(0)],
]
for (const [name, bytes] of floods)
  test(`H17 ${name} → the connection ends, memory is bounded`, async () => {
    const before = residentMiB()
    const line = await open(target, { ALPNProtocols: ['h2'] })
    line.socket.on('error', () => undefined)
    line.write(Buffer.concat([Buffer.from(PREFACE), settings]))
    line.write(bytes())
    await line.ended(4000)
    expect(residentMiB() - before).toBeLessThan(64)
    line.end()
  })

/** A server of Node has then ended its side, and would wait for the client's for ever. */
const leave = frame(7, 0, 0, Buffer.alloc(8))
const leaves: [when: string, (line: Line) => unknown][] = [
  ['at once', (line) => line.write(leave)],
  ['after a request', (line) => line.write(Buffer.concat([opened(1), leave]))],
  [
    'when the server does',
    (line) =>
      line.until((bytes) => bytes.includes(Buffer.of(0, 0, 8, 7, 0)) || undefined).then(() => line.write(leave)),
  ],
]
for (const [when, say] of leaves)
  test(`H17 a client takes leave (GOAWAY) ${when}, and stays → put out after idleMs, nothing thrown`, async () => {
    const line = await open(target, { ALPNProtocols: ['h2'] })
    line.write(Buffer.concat([Buffer.from(PREFACE), settings]))
    await say(line)
    line.socket.pause() // so that it does not notice the end, as behind a dead line
    expect(target.lab.wire.open).toBeGreaterThan(0)
    await expect.poll(() => target.lab.wire.open, { timeout: 10_000 }).toBe(0)
    line.end()
  })

test('H17 a client reads no more in the middle of a stream, and stays → put out, though a write of ours is under way', async () => {
  const { feed } = target.lab
  while (Number(feed.tail.split('.')[1]) < 1500) await feed.publish({ type: 'tick', data: 'x'.repeat(16_000) })
  const line = await open(target, { ALPNProtocols: ['h2'] })
  const path = '/feed/sse?after=earliest'
  const [widest, wider] = [settingsOf([[4, 2 ** 31 - 1]]), frame(8, 0, 0, [0x7f, 0xff, 0, 0])]
  line.write(Buffer.concat([Buffer.from(PREFACE), widest, wider, get(target.host, 1, path)]))
  await line.until((bytes) => bytes.length > 100_000 || undefined)
  line.socket.pause() // the kernels' buffers fill, and then the server's
  expect(target.lab.wire.open).toBeGreaterThan(0)
  await expect.poll(() => target.lab.wire.open, { timeout: 15_000 }).toBe(0)
  line.end()
})

test('H17 a header list of 60 kB → 431', async () => {
  const failure = await get2(target, { ':path': '/', x: 'y'.repeat(60_000) }).catch((error: unknown) => error)
  expect(failure).toMatchObject({ status: 431 })
})
test('H17 200 headers → refused', async () => {
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`x-${index}`, '1']))
  const failure = await get2(target, { ':path': '/', ...many }).catch((error: unknown) => error)
  expect(failure).toSatisfy((answer) => answer instanceof Error || (answer as { status: number }).status === 431)
})
for (const path of ['/feed/polling?after=earliest&limit=1000', '/feed/sse?after=earliest', '/vendor/uplot.js'])
  test(`H17 100 streams and a window of zero on ${path} → given up after stallMs, nothing held`, async () => {
    const { feed } = target.lab
    while (Number(feed.tail.split('.')[1]) < 500) await feed.publish({ type: 'tick', data: 'x'.repeat(16_000) })
    const before = residentMiB()
    const client = session({ settings: { initialWindowSize: 0 } })
    for (let number = 0; number < 100; number++) client.request({ ':path': path }).on('error', () => undefined)
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(residentMiB() - before).toBeLessThan(200) // both ends are in this process
    await idle(target, 4000)
    client.destroy()
  })
