// Where events come from: the clock keeps its schedule, the host tells of itself, standard input is read line by line.
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { decodeEvent } from '../src/core/event.ts'
import { memoryFeed } from '../src/feeds/memory.ts'
import { hostClock } from '../src/server/clock.ts'
import { startHost } from '../src/sources/host.ts'
import { startStdin } from '../src/sources/stdin.ts'
import { startTicker } from '../src/sources/ticker.ts'
import { nodePlatform } from '../transports/platform.ts'
import { sleep, startTestLab } from './lab.ts'

const events = (feed: ReturnType<typeof memoryFeed>) =>
  feed.since('earliest').entries.map(({ bytes }) => decodeEvent(Buffer.from(bytes).toString()))

test('the ticker has one event due in each slot, and a stall delays none of the schedule', async () => {
  const feed = memoryFeed()
  const clock = hostClock()
  const start = clock()
  const ticker = startTicker(feed, { perSecond: 100, clock })
  await sleep(200)
  const until = performance.now() + 300
  while (performance.now() < until); // the loop is held up; thirty events fall due meanwhile
  await sleep(200)
  ticker.stop()
  const due = events(feed).map(({ at }) => at)
  expect(due.length).toBeGreaterThan(60)
  // Slot k is [start + 10k, start + 10(k + 1)): no slot is skipped, none has two.
  const slots = due.map((at) => Math.floor((at - due[0]!) / 10 + ((due[0]! - start) % 10) / 10))
  for (const [index, slot] of slots.entries()) expect(Math.abs(slot - index)).toBeLessThanOrEqual(1)
  expect(new Set(due.map((at, index) => Math.round(at - due[0]! - 10 * index) > 20))).toEqual(new Set([false]))
})

test('a new rate is a new schedule; 0 is silence', async () => {
  const feed = memoryFeed()
  const ticker = startTicker(feed, { perSecond: 200, clock: hostClock() })
  await sleep(100)
  ticker.perSecond = 0
  const silent = feed.tail
  await sleep(100)
  expect(feed.tail).toBe(silent)
  ticker.perSecond = 200
  await sleep(100)
  expect(feed.tail).not.toBe(silent)
  ticker.stop()
})

test('events have the size that is asked for, and are still due when they were due', async () => {
  const feed = memoryFeed()
  const clock = hostClock()
  const start = clock()
  const ticker = startTicker(feed, { perSecond: 200, clock })
  for (const bytes of [0, 100, 333, 16_000, 68]) {
    ticker.payloadBytes = bytes
    expect(ticker.payloadBytes).toBe(bytes)
    const { tail } = feed
    await sleep(100)
    const sizes = feed.since(tail).entries.map((entry) => entry.bytes.length)
    expect(sizes.length).toBeGreaterThan(5)
    if (bytes === 0) expect(Math.max(...sizes)).toBeLessThan(100)
    else if (bytes === 68)
      expect(Math.max(...sizes)).toBeLessThanOrEqual(70) // its id alone has grown
    else expect(new Set(sizes)).toEqual(new Set([bytes]))
  }
  ticker.stop()
  for (const [index, { at }] of events(feed).entries())
    expect(Math.floor((at - start) / 5 + 1)).toBeCloseTo(index + 1, -1)
})

test('the page sets rate and size, one of them or both, within bounds', async () => {
  const lab = await startTestLab({ source: 'ticker', perSecond: 5 })
  const platform = nodePlatform({ ca: lab.authority!.ca, headers: { authorization: `Bearer ${lab.publishKey}` } })
  const put = async (body: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const response = await platform.fetch(`${lab.url}/lab/rate`, { method: 'PUT', headers, body: JSON.stringify(body) })
    return [response.status, (await response.json()) as unknown]
  }
  const told = (perSecond: number, payloadBytes: number, changes: number) => ({ perSecond, payloadBytes, changes })
  expect(await put({ payloadBytes: 1000 })).toEqual([200, { ...told(5, 1000, 1), changed: 1 }])
  expect(await put({ perSecond: 50 })).toEqual([200, { ...told(50, 1000, 2), changed: 1 }])
  expect(await put({ perSecond: 50 })).toEqual([200, { ...told(50, 1000, 2), changed: 0 }]) // so it was already
  expect(await (await platform.fetch(`${lab.url}/lab`)).json()).toMatchObject(told(50, 1000, 2))
  expect(await put({ perSecond: 0, payloadBytes: 0 })).toEqual([200, { ...told(0, 0, 4), changed: 2 }])
  for (const wrong of [
    {},
    [],
    { payloadBytes: 67 },
    { payloadBytes: 16_001 },
    { payloadBytes: 100.5 },
    { perSecond: 201 },
  ])
    expect((await put(wrong))[0]).toBe(400)
  await platform.close()
  await lab.close()
})

test('the host tells load, memory and, on Linux, network counters', async () => {
  const feed = memoryFeed()
  const failures: unknown[] = []
  const host = startHost(feed, 20, (error) => failures.push(error))
  while (events(feed).length < 2) await sleep(10)
  host.stop()
  expect(failures).toEqual([])
  const { type, data } = events(feed)[0]!
  expect(type).toBe('host')
  expect(data).toMatchObject({
    load: [expect.any(Number), expect.any(Number), expect.any(Number)],
    memory: { usedBytes: expect.any(Number) as number },
  })
  if (process.platform === 'linux') expect(data).toMatchObject({ network: { bytesIn: expect.any(Number) as number } })
})

/** Feeds the chunks to `--source stdin` and waits for the end of input. */
async function read(chunks: Iterable<Buffer | string>, feed = memoryFeed()) {
  const reports: string[] = []
  const source = startStdin(feed, Readable.from(chunks, { objectMode: false }), (message) => reports.push(message))
  while (!reports.some((line) => line.startsWith('stdin ended'))) await sleep(5)
  source.stop()
  return { reports, texts: events(feed).map(({ data }) => (data as { text: string }).text) }
}

test('stdin: a megabyte without a line end is reported once and not kept; the next line is an event', async () => {
  const endless = Array.from({ length: 16 }, () => 'x'.repeat(65_536))
  const { reports, texts } = await read(['first\r\n', ...endless, '\ngood\n\nlast'])
  expect(texts).toEqual(['first', 'good', '', 'last'])
  expect(reports).toEqual([
    expect.stringMatching(/^stdin line 2: longer than 65536/),
    expect.stringMatching(/^stdin ended after 5 lines/),
  ])
})

test('stdin: a line that never ends is reported before it ends', async () => {
  const reports: string[] = []
  const input = new Readable({ read: () => undefined })
  const source = startStdin(memoryFeed(), input, (message) => reports.push(message))
  input.push('x'.repeat(70_000))
  while (reports.length === 0) await sleep(5)
  source.stop()
  await sleep(20)
  expect(reports).toEqual([expect.stringMatching(/^stdin line 1: longer/)])
})

test('stdin: characters that the chunks cut in two are whole in the event', async () => {
  const bytes = Buffer.from('zażółć 🚀 gęślą\r\njaźń')
  const { texts } = await read([...bytes].map((byte) => Buffer.of(byte)))
  expect(texts).toEqual(['zażółć 🚀 gęślą', 'jaźń'])
})

test('stdin: 50 000 lines at once do not outrun a follower of a feed that holds 1000', async () => {
  const feed = memoryFeed({ events: 1000 })
  const seen: number[] = []
  const gaps: unknown[] = []
  feed.follow('now', ({ entries, gap }) => {
    if (gap) gaps.push(gap)
    for (const { bytes } of entries)
      seen.push((decodeEvent(Buffer.from(bytes).toString()).data as { line: number }).line)
  })
  await read([Array.from({ length: 50_000 }, (_, n) => `line ${n}\n`).join('')], feed)
  await sleep(10)
  expect(gaps).toEqual([])
  expect(seen).toEqual(Array.from({ length: 50_000 }, (_, n) => n + 1))
})
