// FAULTS F24: cuts, silences, half-open lines, slices, slow links and refusals at random, on all transports at once, and nothing is lost.
// CHAOS=1: ten minutes, fifty clients a transport.
import { expect, test } from 'vitest'
import { startProxy } from '../bench/network/proxy.ts'
import type { Proxy } from '../bench/network/proxy.ts'
import { seeded } from '../src/core/random.ts'
import { transportNames } from '../transports/clients.ts'
import { follow, httpVersions, publish, sleep, startTestLab } from './lab.ts'

const long = process.env.CHAOS === '1'
const FOR_MS = long ? 600_000 : 10_000
const CLIENTS = long ? 50 : 3
const PER_SECOND = long ? 200 : 100
const SEED = Number(process.env.SEED ?? 20_260_101)

/** Each is done to one proxy; what it returns heals it. */
const faults: ((proxy: Proxy, random: () => number) => void | (() => void))[] = [
  (proxy, random) => proxy.cutAfter(Math.floor(random() * 3000)),
  (proxy) => proxy.cutAfter(0),
  (proxy) => {
    proxy.blackhole(true)
    return () => proxy.blackhole(false)
  },
  (proxy, random) => proxy.vanish(random() < 0.5 ? 'up' : 'down'),
  (proxy, random) => proxy.stall(200 + random() * 800),
  (proxy, random) => {
    proxy.slice(1 + Math.floor(random() * 64))
    return () => proxy.slice(Infinity)
  },
  (proxy) => {
    proxy.throttle(20_000)
    return () => proxy.throttle(Infinity)
  },
  (proxy, random) => {
    proxy.set({ delayMs: random() * 200, jitterMs: random() * 50 })
    return () => proxy.set({ delayMs: 0, jitterMs: 0 })
  },
  (proxy) => {
    proxy.refuse(true)
    proxy.cutAfter(0)
    return () => proxy.refuse(false)
  },
]

test(
  `F24 ${FOR_MS / 1000} s of faults at random, ${CLIENTS} clients a transport, ${PER_SECOND} events/s → 0 lost, 0 twice`,
  { timeout: FOR_MS + 120_000 },
  async () => {
    const random = seeded(SEED)
    const limits = { heartbeatMs: 400, pingMs: 400, pongMs: 400, retryMs: 20, linesPerAddress: 1000 }
    const lab = await startTestLab({ limits: { ...limits, retentionEvents: 200_000, retentionBytes: 2 ** 30 } })
    await publish(lab, 1)
    const proxies = await Promise.all(transportNames.map((_, n) => startProxy(() => lab.port, {}, { seed: SEED + n })))
    const followers = transportNames.flatMap((transport, n) =>
      Array.from({ length: CLIENTS }, (_, k) =>
        follow(lab, {
          transport,
          http: httpVersions[k % 2]!,
          port: proxies[n]!.port,
          after: lab.feed.tail,
          pollMs: 50,
        }),
      ),
    )

    let isOver = false
    const publishing = (async () => {
      for (let n = 0; !isOver; n++) {
        await lab.feed.publish({ type: 'tick', data: { n, filling: 'x'.repeat(Math.floor(random() * 500)) } })
        await sleep(1000 / PER_SECOND)
      }
    })()
    const until = performance.now() + FOR_MS
    const done: string[] = []
    while (performance.now() < until) {
      const [proxy, fault] = [Math.floor(random() * proxies.length), Math.floor(random() * faults.length)]
      const heal = faults[fault]!(proxies[proxy]!, random)
      done.push(`${transportNames[proxy]}:${fault}`)
      await sleep(100 + random() * 400)
      heal?.()
    }
    isOver = true
    await publishing
    await publish(lab, 1)

    for (const follower of followers)
      await follower.until(
        () => follower.events.at(-1)?.id === lab.feed.tail,
        `the last event (seed ${SEED}; ${done.join(' ')})`,
        60_000,
      )
    const all = Number(lab.feed.tail.split('.')[1]) - 1 // the first was there before them
    for (const follower of followers) {
      expect(follower.verdict()).toMatchObject({ clean: true, declared: 0 })
      expect(follower.events).toHaveLength(all)
    }
    expect(lab.metrics.uncaught).toBe(0)
    await Promise.all(followers.map((follower) => follower.close()))
    await Promise.all(proxies.map((proxy) => proxy.close()))
    await lab.close()
  },
)
