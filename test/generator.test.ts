// The load generator's own clients in this process: what senders count, and real clients that are turned away.
import { createSecureContext } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { up } from '../bench/load/own.ts'
import { follow } from '../bench/load/real.ts'
import type { Generator } from '../bench/load/clients.ts'
import { startProxy } from '../bench/network/proxy.ts'
import { ways } from '../bench/senders.ts'
import type { Way } from '../bench/senders.ts'
import { hostClock } from '../src/server/clock.ts'
import { startTestLab } from './lab.ts'

let cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const each of cleanUp.reverse()) await each()
  cleanUp = []
})

async function generator(more: Parameters<typeof startTestLab>[0] = {}, delayMs = 0): Promise<Generator> {
  const lab = await startTestLab(more)
  cleanUp.push(() => lab.close())
  const proxy = await startProxy(() => lab.port, { delayMs })
  cleanUp.push(() => proxy.close())
  const { ca } = lab.authority!
  return {
    clock: hostClock(0),
    secureContext: createSecureContext({ ca }),
    options: {
      ...{ offset: 0, ca, http: '1.1', tls: '1.3', pollMs: 20, lots: [], port: proxy.port },
      publishKey: lab.publishKey,
    },
    lots: [],
  }
}

describe('up', { timeout: 20_000 }, () => {
  test.for(ways)(
    '%s: what was due before the edge counts nowhere, though its answer comes after it',
    async (way: Way) => {
      // A round trip of 80 ms, an event of each in 100: at the edge most senders wait for an answer.
      const own = await generator({}, 40)
      const send = async (warmMs: number) => {
        const from = own.clock() + 2500 // by then all are connected
        const [edge, to] = [from + warmMs, from + warmMs + 400]
        return up(own, { way, clients: 6, rate: 10, payload: 200, seed: 1, from, edge, to })
      }
      const [cold, warm] = [await send(0), await send(400)]
      for (const { due, took, trouble } of [cold, warm]) {
        expect([took.length, trouble]).toEqual([due, []])
        expect(due).toBeGreaterThan(20)
      }
      if (way === 'post')
        for (const direction of ['up', 'down'] as const)
          expect(warm.bytes[direction] / warm.due / (cold.bytes[direction] / cold.due)).toBeCloseTo(1, 1)
    },
  )
})

describe('recover', () => {
  test('a real client that is turned away for good ends the wait at once, with the cause', async () => {
    const own = await generator({ auth: 'required' })
    await expect(follow(own, { name: 'sse', clients: 1 })).rejects.toThrow('sse: closed for good: sse: HTTP 401')
    expect([...own.lots[0]!.trouble]).toEqual([
      expect.stringMatching(/^sse: closed for good: sse: HTTP 401: reading needs a key/),
    ])
  })
})
