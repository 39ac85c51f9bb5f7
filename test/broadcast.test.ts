// The hub by itself: one write for each turn of the loop, each event once for whoever joins when.
import { Writable } from 'node:stream'
import type { Duplex } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { defaults } from '../src/core/limits.ts'
import type { Limits } from '../src/core/limits.ts'
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

function hub(limits: Partial<Limits> = {}) {
  const feed = memoryFeed()
  const stop = new AbortController()
  let framed = 0
  const joined = broadcast(feed, { ...defaults, heartbeatMs: 3_600_000, ...limits }, stop.signal, {
    event: ({ offset }) => (framed++, Buffer.from(`${offset} `)),
    gap: () => expect.unreachable('there is no gap here'),
    heartbeat: (tail) => Buffer.from(tail.split('.')[1]!),
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

describe('with a batching window', () => {
  const BATCH_MS = 400 // so long that no pause of a busy machine ends it between two lines of a test

  test('all that is due in it leaves in one write, and the next event opens another', async () => {
    const { joined, publish, framed } = hub({ batchMs: BATCH_MS })
    const lines = Array.from({ length: 10 }, line)
    for (const each of lines) joined.join(each.options, 'now')
    await publish(1)
    await turn()
    await publish(2)
    await turn()
    expect(lines[0]!.writes).toEqual([])
    await vi.waitFor(() => expect(lines[0]!.writes).toHaveLength(1), 5000)
    await publish(1)
    await turn()
    expect(lines[0]!.writes).toHaveLength(1)
    await vi.waitFor(() => expect(lines[0]!.writes).toHaveLength(2), 5000)
    for (const { writes } of lines) expect(writes).toEqual([[1, 2, 3], [4]])
    expect(framed()).toBe(4)
  })

  test('who joins while it is open gets each event once', async () => {
    const { feed, joined, publish } = hub({ batchMs: BATCH_MS })
    const [early, fromStart, fromNow] = [line(), line(), line()]
    joined.join(early.options, 'now')
    await publish(2)
    await turn()
    joined.join(fromStart.options, `${feed.epoch}.0`)
    joined.join(fromNow.options, 'now')
    expect(fromStart.writes.flat()).toEqual([1, 2]) // what is in the log waits for no window
    await publish(2)
    await vi.waitFor(() => expect(early.writes).toEqual([[1, 2, 3, 4]]), 5000)
    await turn()
    expect(fromStart.writes.flat()).toEqual([1, 2, 3, 4])
    expect(fromNow.writes.flat()).toEqual([3, 4])
  })

  test('the last one leaves while it is open, another comes: nothing old is sent to it', async () => {
    const { joined, publish } = hub({ batchMs: BATCH_MS })
    const leave = joined.join(line().options, 'now')
    await publish(2)
    await turn()
    leave()
    const next = line()
    joined.join(next.options, 'now')
    await publish(1)
    await vi.waitFor(() => expect(next.writes).toEqual([[3]]), 5000)
  })

  test('the server goes away while it is open: what waits in it is sent first', async () => {
    const { joined, publish, stop } = hub({ batchMs: BATCH_MS })
    const last = line()
    joined.join(last.options, 'now')
    await publish(1)
    await turn()
    await publish(1)
    stop.abort()
    expect(last.writes).toEqual([[1, 2]])
  })

  test('a heartbeat in it names what was sent, not what waits', async () => {
    const { joined, publish } = hub({ batchMs: 1000, heartbeatMs: 100 })
    const only = line()
    joined.join(only.options, 'now')
    await publish(1)
    await vi.waitFor(() => expect(only.writes.flat()).toContain(1), 5000)
    expect(only.writes[0]).toEqual([0])
  })
})
