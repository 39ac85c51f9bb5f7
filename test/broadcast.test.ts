// The hub pauses after a round of writing that took long: nothing may be lost, repeated or reordered by that, whoever joins meanwhile.
import { Writable } from 'node:stream'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { defaults } from '../src/core/limits.ts'
import { memoryFeed } from '../src/feeds/memory.ts'
import { broadcast } from '../transports/broadcast.ts'

/** A connection that takes `costMs` of the loop for each write; what came, one list of offsets for each write. */
function line(costMs = 0) {
  const writes: number[][] = []
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      const end = performance.now() + costMs
      while (performance.now() < end);
      writes.push(chunk.toString().trim().split(' ').map(Number))
      done()
    },
  }) as Duplex
  const options = { stream, slow: () => expect.unreachable('nobody is slow here'), goAway: () => undefined }
  return { options, writes, offsets: () => writes.flat() }
}

function hub() {
  const feed = memoryFeed()
  const limits = { ...defaults, heartbeatMs: 3_600_000 }
  const stop = new AbortController()
  const joined = broadcast(feed, limits, stop.signal, {
    event: ({ offset }) => Buffer.from(`${offset} `),
    gap: () => expect.unreachable('there is no gap here'),
    heartbeat: () => expect.unreachable('no heartbeat is due'),
  })
  const publish = async (count: number) => {
    for (let i = 0; i < count; i++) {
      await feed.publish({ type: 'tick', data: 0 })
      await sleep(1)
    }
  }
  return { feed, joined, publish, stop }
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

test('what is published while the hub pauses leaves together, in order, once', async () => {
  const { joined, publish } = hub()
  const slow = line(6)
  joined.join(slow.options, 'now')
  await publish(20)
  await sleep(100)
  expect(slow.offsets()).toEqual(upTo(20))
  expect(slow.writes[0]).toEqual([1]) // the first leaves at once
  expect(slow.writes.length).toBeLessThan(10)
})

test('who joins in the pause gets what was collected before it exactly once', async () => {
  const { feed, joined, publish } = hub()
  const slow = line(6)
  joined.join(slow.options, 'now')
  await publish(4)
  const [fromStart, fromNow] = [line(), line()]
  joined.join(fromStart.options, `${feed.epoch}.0`)
  const tail = Number(feed.tail.split('.')[1])
  joined.join(fromNow.options, 'now')
  await publish(4)
  await sleep(100)
  expect(fromStart.offsets()).toEqual(upTo(8))
  expect(fromNow.offsets()).toEqual(upTo(8, tail + 1))
  expect(slow.offsets()).toEqual(upTo(8))
})

test('the last one leaves in the pause, another comes: nothing old is sent to it', async () => {
  const { joined, publish } = hub()
  const slow = line(6)
  const leave = joined.join(slow.options, 'now')
  await publish(4)
  leave()
  const next = line()
  joined.join(next.options, 'now')
  await publish(2)
  await sleep(100)
  expect(next.offsets()).toEqual([5, 6])
})

test('the server goes away in the pause: what was published is sent first', async () => {
  const { joined, publish, stop } = hub()
  const slow = line(6)
  joined.join(slow.options, 'now')
  await publish(4)
  stop.abort()
  expect(slow.offsets()).toEqual(upTo(4))
})

test('a hub that is quick does not pause', async () => {
  const { joined, publish } = hub()
  const quick = line()
  joined.join(quick.options, 'now')
  await publish(10)
  await sleep(20)
  expect(quick.offsets()).toEqual(upTo(10))
  expect(quick.writes.length).toBeGreaterThan(5)
})
