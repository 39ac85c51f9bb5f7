// The contract, run over every transport and both HTTP versions on real TLS. A new transport is judged by all of it as it is.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cursor, FeedEvent, Json } from '../src/core/event.ts'
import { formatCursor, parseCursor } from '../src/core/event.ts'
import type { After } from '../src/core/feed.ts'
import type { Lab } from '../src/server/start.ts'
import { transportNames } from '../transports/clients.ts'
import { follow, httpVersions, ids, open, publish, startTestLab, text } from './lab.ts'
import type { Follower } from './lab.ts'

let lab: Lab
async function start() {
  lab = await startTestLab()
  await publish(lab, 50)
}
async function stop() {
  expect(await lab.close()).toEqual({ forced: false })
  expect(lab.metrics.uncaught).toBe(0)
}

const lanes = transportNames.flatMap((transport) => httpVersions.map((http) => ({ transport, http })))

describe.each(lanes)('$transport over HTTP/$http', ({ transport, http }) => {
  beforeAll(start)
  afterAll(stop)

  async function following(options: object, use: (follower: Follower) => Promise<void>): Promise<void> {
    const follower = follow(lab, { transport, http, ...options })
    try {
      await use(follower)
    } finally {
      await follower.close()
    }
  }

  test('delivers each event once, in order, with the published bytes', () =>
    following({}, async (follower) => {
      await open(follower)
      const published = await publish(lab, 300)
      await follower.until(() => follower.events.length >= 300, 'all events')
      expect(follower.events.map(text)).toEqual(published.map(text))
      expect(follower.verdict()).toMatchObject({ clean: true, received: 300 })
      expect(follower.states).toEqual(['connecting', 'open'])
    }))

  test('now starts at the next event, earliest at the oldest held', async () => {
    await following({ after: 'earliest' }, async (follower) => {
      await follower.until(() => follower.events.length > 0, 'an event')
      expect(follower.events[0]!.id).toBe(`${lab.feed.epoch}.1`)
      expect(follower.gaps).toEqual([])
    })
    await following({ after: 'now' }, async (follower) => {
      await open(follower)
      const [next] = await publish(lab, 1)
      await follower.until(() => follower.events.length > 0, 'an event')
      expect(follower.events[0]!.id).toBe(next!.id)
    })
  })

  test('after cursor c the next event is c + 1', () =>
    following({ after: `${lab.feed.epoch}.17` }, async (follower) => {
      await follower.until(() => follower.events.length > 2, 'events')
      expect(ids(follower.events).slice(0, 3)).toEqual([18, 19, 20].map((offset) => `${lab.feed.epoch}.${offset}`))
    }))

  test.each([
    ['epoch', (): Cursor => 'zzzzzzzz.5'],
    ['ahead', (): Cursor => formatCursor({ epoch: lab.feed.epoch, offset: parseCursor(lab.feed.tail)!.offset + 1000 })],
  ] as const)('gap %s is declared first, then the oldest event', (reason, after) =>
    following({ after: after() }, async (follower) => {
      await follower.until(() => follower.events.length > 0, 'an event')
      expect(follower.gaps).toMatchObject([{ reason, to: `${lab.feed.epoch}.0` }])
      expect(follower.events[0]!.id).toBe(`${lab.feed.epoch}.1`)
    }),
  )

  test('gap retention is declared once, then the oldest event still held', async () => {
    const small = await startTestLab({ limits: { retentionEvents: 10 } })
    const published = await publish(small, 25)
    const follower = follow(small, { transport, http, after: published[3]!.id })
    await follower.until(() => follower.events.length >= 10, 'what is held')
    expect(follower.gaps).toEqual([{ reason: 'retention', from: published[3]!.id, to: published[14]!.id }])
    expect(ids(follower.events)).toEqual(ids(published.slice(15)))
    await follower.close()
    // Exactly at the edge nothing is missing, and no gap is made up.
    const edge = follow(small, { transport, http, after: published[14]!.id })
    await edge.until(() => edge.events.length >= 10, 'what is held')
    expect(edge.gaps).toEqual([])
    await edge.close()
    expect((await small.close()).forced).toBe(false)
  })

  test('nothing slips between replay and live while 1000 events are published', async () => {
    const from = lab.feed.tail
    const followers: Follower[] = []
    const started: After[] = []
    for (let burst = 0; burst < 20; burst++) {
      started.push(lab.feed.tail)
      followers.push(follow(lab, { transport, http, after: lab.feed.tail }))
      await publish(lab, 50)
      await new Promise((resolve) => setTimeout(resolve, 5)) // real handshakes meet real publishing
    }
    const all = ids(lab.feed.since(from).entries)
    expect(all).toHaveLength(1000)
    for (const [index, follower] of followers.entries()) {
      const expected = all.slice(50 * index)
      await follower.until(() => follower.events.length >= expected.length, `${expected.length} events`)
      expect(started[index]).toBe(index === 0 ? from : all[50 * index - 1])
      expect(ids(follower.events)).toEqual(expected)
      expect(follower.verdict()).toMatchObject({ clean: true, received: expected.length })
    }
    await Promise.all(followers.map((follower) => follower.close()))
  })
})

describe('one feed, four transports', () => {
  beforeAll(start)
  afterAll(stop)

  const awkward: Json[] = [
    'line\nfeed, carriage\rreturn, both\r\n, and a last one\n',
    '\u0000 and \u2028 and \u2029 and \ufeff',
    'data: x\n\nevent: gap\nid: 9\n\n',
    ' leading space, : colon',
    'żółć 漢字 🦆 مرحبا',
    '',
    null,
    { nested: [1, 2.5, -0.1, true, null, { key: 'value' }], '': 'empty key' },
    'x'.repeat(16 * 1024 - 2),
    '漢'.repeat(5460),
  ]

  test('awkward payloads arrive with the same SHA-256 everywhere', async () => {
    const followers = lanes.map((lane) => follow(lab, { ...lane, after: 'now' }))
    await Promise.all(followers.map(open))
    const published: FeedEvent[] = []
    for (const data of awkward) published.push(await lab.feed.publish({ type: 'awkward', data }))
    const sha256 = (events: typeof published) => createHash('sha256').update(events.map(text).join('\n')).digest('hex')
    for (const follower of followers) {
      await follower.until(() => follower.events.length >= awkward.length, 'all payloads')
      expect(follower.events.map(({ data }) => data)).toEqual(awkward)
      expect(sha256(follower.events)).toBe(sha256(published))
      await follower.close()
    }
  })

  const pairs = transportNames.flatMap((first) =>
    transportNames.filter((second) => second !== first).map((second) => [first, second] as const),
  )
  const moves = pairs.flatMap(([first, second]) => httpVersions.map((http) => ({ first, second, http })))

  test.each(moves)(
    'leave $first at c, go on with $second over HTTP/$http: no loss, no repeat',
    async ({ first, second, http }) => {
      const one = follow(lab, { transport: first, http })
      await open(one)
      const before = await publish(lab, 20)
      await one.until(() => one.events.length >= 20, 'the first half')
      await one.close()
      const after = await publish(lab, 20)
      const cursor = one.events.at(-1)!.id
      const two = follow(lab, { transport: second, http, after: cursor })
      await two.until(() => two.events.length >= 20, 'the second half')
      const live = await publish(lab, 5)
      await two.until(() => two.events.length >= 25, 'live events')
      expect([...ids(one.events), ...ids(two.events)]).toEqual(ids([...before, ...after, ...live]))
      expect(two.gaps).toEqual([])
      await two.close()
    },
  )
})
