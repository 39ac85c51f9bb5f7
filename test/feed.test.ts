// The feed against a model: whatever is published, expired and read, in whatever order, nothing is lost, repeated or made up.
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeEvent, encodeEvent, formatCursor, isCursor, parseCursor } from '../src/core/event.ts'
import type { FeedEvent, Json } from '../src/core/event.ts'
import { PublishError } from '../src/core/feed.ts'
import type { Page } from '../src/core/feed.ts'
import { memoryFeed } from '../src/feeds/memory.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))
const offsets = (page: Page) => page.entries.map(({ offset }) => offset)

test('when an event was published is known as long as it is held, whoever was told of it and when', async () => {
  let now = 1000
  const feed = memoryFeed({ events: 2, clock: () => now })
  const first = await feed.publish({ type: 'tick', data: 1, at: 900 })
  now = 2000
  feed.follow('now', () => (now = 3000))
  const second = await feed.publish({ type: 'tick', data: 2 })
  await turn()
  expect([first, second].map(({ id }) => feed.publishedAt(id))).toEqual([1000, 2000])
  const third = await feed.publish({ type: 'tick', data: 3 })
  expect([first, second, third].map(({ id }) => feed.publishedAt(id))).toEqual([undefined, 2000, 3000])
  expect(feed.publishedAt(formatCursor({ epoch: feed.epoch, offset: 4 }))).toBe(undefined)
  expect(feed.publishedAt(memoryFeed().tail)).toBe(undefined)
  feed.close()
  expect(feed.publishedAt(third.id)).toBe(undefined)
})

describe('cursor', () => {
  test('reads what it writes, for every epoch and safe offset', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9]{8,16}$/),
        fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
        (epoch, offset) => {
          // 16 digits are the most a cursor holds, and above 2^53 they would not be exact.
          expect(parseCursor(formatCursor({ epoch, offset }))).toEqual({ epoch, offset })
        },
      ),
    )
  })

  test.each([
    '',
    '.',
    'abcdefgh',
    'abcdefgh.',
    '.5',
    'abcdefgh.-1',
    'abcdefgh.01',
    'abcdefgh.1e3',
    'abcdefgh.9007199254740992',
    'ABCDEFGH.1',
    'abcdefg.1',
    'abcdefgh.1\n',
  ])('%j is none', (text) => expect(isCursor(text)).toBe(false))
})

describe('event', () => {
  test('comes out as it went in, in the same bytes', () => {
    const data = fc.jsonValue({ maxDepth: 5 }) as fc.Arbitrary<Json>
    fc.assert(
      fc.property(data, fc.double({ min: 0, max: 1e13, noNaN: true }), (json, at) => {
        const canonical = JSON.parse(JSON.stringify(json)) as Json // -0 and the like are no JSON
        const event: FeedEvent = { id: 'abcdefgh.1', at: at + 0, type: 'tick', data: canonical }
        const bytes = encodeEvent(event)
        expect(decodeEvent(new TextDecoder().decode(bytes))).toEqual(event)
        expect(encodeEvent(decodeEvent(new TextDecoder().decode(bytes)))).toEqual(bytes)
      }),
    )
  })

  test.each([
    '[]',
    'null',
    '7',
    '{}',
    '{"id":"x","at":1,"type":"tick","data":1}',
    '{"id":"abcdefgh.1","at":"1","type":"tick","data":1}',
    '{"id":"abcdefgh.1","at":1,"type":"Tick","data":1}',
    '{"id":"abcdefgh.1","at":1,"type":"tick"}',
  ])('%s is none', (text) => expect(() => decodeEvent(text)).toThrow(SyntaxError))
})

describe('memory feed', () => {
  test('since and follow agree with a model through publishing, turns and retention', async () => {
    const command = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ do: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 30 }) }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant('follow' as const), back: fc.integer({ min: 0, max: 60 }) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('since' as const),
          back: fc.integer({ min: -3, max: 60 }),
          limit: fc.integer({ min: 1, max: 40 }),
        }),
      },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(command, { maxLength: 40 }),
        fc.integer({ min: 1, max: 50 }),
        async (commands, events) => {
          const feed = memoryFeed({ events })
          const at = (offset: number) => formatCursor({ epoch: feed.epoch, offset })
          let tail = 0
          const followers: { next: number; seen: number[]; gapTo: number }[] = []

          for (const command of commands) {
            const oldest = Math.max(1, tail - events + 1)
            if (command.do === 'publish')
              for (let n = 0; n < command.count; n++)
                expect((await feed.publish({ type: 'tick', data: n })).id).toBe(at(++tail))
            if (command.do === 'turn') await turn()
            if (command.do === 'since') {
              const from = Math.max(0, tail - command.back)
              const page = feed.since(at(from), command.limit)
              const expectGap = from > tail || from + 1 < oldest
              expect(page.gap !== undefined).toBe(expectGap)
              const start = expectGap ? oldest : from + 1
              const count = Math.min(command.limit, tail - start + 1)
              expect(offsets(page)).toEqual(Array.from({ length: count }, (_, n) => start + n))
              expect(page.cursor).toBe(at(start - 1 + count))
            }
            if (command.do === 'follow') {
              const follower = { next: Math.max(0, tail - command.back) + 1, seen: [] as number[], gapTo: 0 }
              followers.push(follower)
              feed.follow(at(follower.next - 1), (page) => {
                const first = offsets(page)[0]
                if (page.gap) follower.gapTo = parseCursor(page.gap.to)!.offset
                else if (first !== undefined) expect(first).toBe(follower.next) // nothing skipped without a gap
                follower.seen.push(...offsets(page))
                follower.next = parseCursor(page.cursor)!.offset + 1
              })
            }
          }
          await turn()
          for (const { next, seen } of followers) {
            expect(next).toBe(tail + 1) // everybody got to the end
            expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b)) // once, in order
          }
          feed.close()
        },
      ),
      { numRuns: 300 },
    )
  })

  test('forgets by count, by bytes and by age, whichever comes first', async () => {
    let now = 0
    const feed = memoryFeed({ events: 5, bytes: 950, ageMs: 60_000, monotonic: () => now })
    for (let n = 0; n < 8; n++) await feed.publish({ type: 'tick', data: n })
    expect(offsets(feed.since('earliest'))).toEqual([4, 5, 6, 7, 8])
    await feed.publish({ type: 'big', data: 'x'.repeat(800) })
    expect(offsets(feed.since('earliest'))).toEqual([8, 9])
    now = 61_000
    const page = feed.since(formatCursor({ epoch: feed.epoch, offset: 8 }))
    expect(page).toMatchObject({
      entries: [],
      gap: { reason: 'retention', to: `${feed.epoch}.9` },
      cursor: `${feed.epoch}.9`,
    })
  })

  test('holds what it was told to, after a hundred times as much', async () => {
    const feed = memoryFeed({ events: 100, keys: 100 })
    for (let n = 0; n < 10_000; n++) await feed.publish({ type: 'tick', data: n }, `key-${n}`)
    expect(feed.since('earliest').entries).toHaveLength(100)
  })

  test('16 KiB of tiny objects, four thousand times, fit into a small heap: the log holds bytes', () => {
    const script = `
      import { memoryFeed } from ${JSON.stringify(new URL('../src/feeds/memory.ts', import.meta.url).href)}
      const feed = memoryFeed()
      for (let n = 0; n < 4000; n++) {
        await feed.publish({ type: 'tiny', data: Array.from({ length: 5400 }, () => ({})) }, 'key-' + n)
        if (n % 100 === 0) await new Promise(setImmediate)
      }
      console.log(feed.tail.split('.')[1])`
    const { stdout, status } = spawnSync(process.execPath, [
      '--max-old-space-size=96',
      '--input-type=module',
      '-e',
      script,
    ])
    expect([status, stdout.toString().trim()]).toEqual([0, '4000'])
  })

  test('a burst larger than its retention is a declared gap for a live follower, not a hole', async () => {
    const feed = memoryFeed({ events: 10 })
    const pages: Page[] = []
    feed.follow('now', (page) => pages.push(page))
    for (let n = 0; n < 25; n++) await feed.publish({ type: 'tick', data: n })
    await turn()
    expect(pages.map((page) => [page.gap?.to, offsets(page)])).toEqual([
      [`${feed.epoch}.15`, [16, 17, 18, 19, 20, 21, 22, 23, 24, 25]],
    ])
  })

  test('events of one turn come as one batch, and who was first is last next time', async () => {
    const feed = memoryFeed()
    const order: string[] = []
    for (const name of ['a', 'b', 'c']) feed.follow('now', (page) => order.push(`${name}${page.entries.length}`))
    for (let round = 0; round < 3; round++) {
      await feed.publish({ type: 'tick', data: 1 })
      await feed.publish({ type: 'tick', data: 2 })
      await turn()
    }
    expect(order).toEqual(['a2', 'b2', 'c2', 'b2', 'c2', 'a2', 'c2', 'a2', 'b2'])
  })

  test('a key publishes once, answers the same, and refuses another body', async () => {
    const feed = memoryFeed()
    const first = await feed.publish({ type: 'note', data: { a: 1 } }, 'k')
    expect(await feed.publish({ type: 'note', data: { a: 1 } }, 'k')).toEqual(first)
    await expect(feed.publish({ type: 'note', data: { a: 2 } }, 'k')).rejects.toMatchObject({ code: 'key_reused' })
    expect(feed.tail).toBe(first.id)
  })

  test.each<[string, unknown, string, string]>([
    ['a number JSON cannot carry', 1e999, 'tick', 'bad_data'],
    ['half a surrogate pair', '\ud800', 'tick', 'bad_data'],
    ['half a pair in a key', { '\udc00': 1 }, 'tick', 'bad_data'],
    ['no data', undefined, 'tick', 'bad_data'],
    ['100 levels of nesting', JSON.parse('['.repeat(100) + ']'.repeat(100)), 'tick', 'bad_data'],
    ['16 KiB and a byte', 'x'.repeat(16 * 1024 - 1), 'tick', 'too_large'],
    ['a reserved type', 1, 'hello', 'bad_type'],
    ['a type in upper case', 1, 'Tick', 'bad_type'],
    ['no type', 1, '', 'bad_type'],
  ])('refuses %s', async (_, data, type, code) => {
    const feed = memoryFeed()
    const refused = feed.publish({ type, data: data as Json })
    await expect(refused).rejects.toBeInstanceOf(PublishError)
    await expect(refused).rejects.toMatchObject({ code })
    expect(feed.tail).toBe(`${feed.epoch}.0`)
  })

  test('a follower that throws does not cost the others their events', async () => {
    const feed = memoryFeed()
    const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve))
    const listeners = process.listeners('uncaughtException').filter((listener) => listener.name !== 'bound resolve')
    const seen: number[][] = []
    feed.follow('now', () => {
      throw new Error('a bug in one follower')
    })
    feed.follow('now', (page) => seen.push(offsets(page)))
    // The runner would take it for its own failure: only our listener may see this one.
    const runners = listeners.slice(0, -1)
    for (const listener of runners) process.off('uncaughtException', listener)
    await feed.publish({ type: 'tick', data: 1 })
    expect(await uncaught).toMatchObject({ message: 'a bug in one follower' })
    for (const listener of runners) process.on('uncaughtException', listener)
    expect(seen).toEqual([[1]])
  })
})
