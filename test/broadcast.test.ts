// The hub by itself: one write for each turn of the loop, each event once for whoever joins when.
import { Writable } from 'node:stream'
import type { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { defaults } from '../src/core/limits.ts'
import { memoryFeed } from '../src/feeds/memory.ts'
import { broadcast } from '../transports/broadcast.ts'

/** A connection; what came, one list of offsets for each write. */
function line() {
  const writes: number[][] = []
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      writes.push(chunk.toString().trim().split(' ').map(Number))
      done()
    },
  }) as Duplex
  const options = { stream, slow: () => expect.unreachable('nobody is slow here'), goAway: () => undefined }
  return { options, writes }
}

function hub() {
  const feed = memoryFeed()
  const stop = new AbortController()
  let framed = 0
  const joined = broadcast(feed, { ...defaults, heartbeatMs: 3_600_000 }, stop.signal, {
    event: ({ offset }) => (framed++, Buffer.from(`${offset} `)),
    gap: () => expect.unreachable('there is no gap here'),
    heartbeat: () => expect.unreachable('no heartbeat is due'),
  })
  const publish = async (count: number) => {
    for (let n = 0; n < count; n++) await feed.publish({ type: 'tick', data: n })
  }
  return { feed, joined, publish, stop, framed: () => framed }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('events of one turn leave in one write, framed once however many lines there are', async () => {
  const { joined, publish, framed } = hub()
  const lines = Array.from({ length: 100 }, line)
  for (const each of lines) joined.join(each.options, 'now')
  await publish(3)
  await turn()
  await publish(1)
  await turn()
  for (const { writes } of lines) expect(writes).toEqual([[1, 2, 3], [4]])
  expect(framed()).toBe(4)
})

test('who joins between publishing and writing gets each event once', async () => {
  const { feed, joined, publish } = hub()
  const [early, fromStart, fromNow] = [line(), line(), line()]
  joined.join(early.options, 'now')
  await publish(2)
  joined.join(fromStart.options, `${feed.epoch}.0`)
  joined.join(fromNow.options, 'now')
  await publish(2)
  await turn()
  await turn()
  expect(early.writes.flat()).toEqual([1, 2, 3, 4])
  expect(fromStart.writes.flat()).toEqual([1, 2, 3, 4])
  expect(fromNow.writes.flat()).toEqual([3, 4])
})

test('the last one leaves, another comes: nothing old is sent to it', async () => {
  const { joined, publish } = hub()
  const leave = joined.join(line().options, 'now')
  await publish(2)
  leave()
  const next = line()
  joined.join(next.options, 'now')
  await publish(1)
  await turn()
  expect(next.writes).toEqual([[3]])
  expect(joined.size).toBe(1)
})

test('the server goes away: what was published in this very turn is sent first', async () => {
  const { joined, publish, stop } = hub()
  const last = line()
  joined.join(last.options, 'now')
  await publish(2)
  stop.abort()
  expect(last.writes).toEqual([[1, 2]])
  expect(joined.size).toBe(0)
})
