// A long poll that comes in the very turn in which something is published, after it: it has seen that, and waits for the next.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryFeed } from '../src/feeds/memory.ts'
import type { Lab } from '../src/server/start.ts'
import { nodePlatform } from '../transports/platform.ts'
import { startTestLab } from './lab.ts'

const inner = memoryFeed()
let publishesFirst = false
let lab: Lab
beforeAll(async () => {
  const since: typeof inner.since = (...given) => {
    if (publishesFirst) void inner.publish({ type: 'tick', data: 1 })
    publishesFirst = false
    return inner.since(...given)
  }
  lab = await startTestLab({
    feed: {
      ...inner,
      since,
      get tail() {
        return inner.tail
      },
    },
  })
})
afterAll(() => lab.close())

test('it is not forgotten when those before it are answered', async () => {
  const { fetch } = nodePlatform({ ca: lab.authority!.ca, http: '1.1' })
  const ask = async () => {
    const answer = await fetch(`${lab.url}/feed/long-polling?after=now&wait=10`)
    return ((await answer.json()) as { events: { data: number }[] }).events.map(({ data }) => data)
  }
  const first = ask()
  await new Promise((resolve) => setTimeout(resolve, 200))
  publishesFirst = true
  const second = ask()
  expect(await first).toEqual([1])
  await inner.publish({ type: 'tick', data: 2 })
  expect(await second).toEqual([2])
})
