// Where events come from: the clock keeps its schedule, the host tells of itself.
import { expect, test } from 'vitest'
import { decodeEvent } from '../src/core/event.ts'
import { memoryFeed } from '../src/feeds/memory.ts'
import { hostClock } from '../src/server/clock.ts'
import { startHost } from '../src/sources/host.ts'
import { startTicker } from '../src/sources/ticker.ts'
import { sleep } from './lab.ts'

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
