// FAULTS F24, of F5 and F7 to F10: cuts, silences, half-open lines, slices, slow links and refusals at random, several at once, and nothing is
// lost. No restarts (F1, F2) and half-closes (F6): those with an empty log (F3) are in lanes.test.ts and benches.test.ts.
// CHAOS=1: ten minutes, fifty clients a transport, a fault every one to five seconds. Feed, proxies and clients are one process, so that an
// event has that many readers at one core: what it cannot carry is not published, and the run prints how much was.
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
/** A machine that carries fewer shows nothing. */
const LEAST_PER_SECOND = 10
/** A fault so long after the one before, ms. */
const [SOONEST_MS, LATEST_MS] = long ? [1000, 5000] : [100, 500]
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

interface Data {
  n: number
  filling: string
}
/** Of up to 500 characters, another one for each of 500 events: a reader knows it from the number. */
const fillingOf = (n: number) => 'x'.repeat((n * 89) % 500)

test(
  `F24 ${FOR_MS / 1000} s of faults at random, ${CLIENTS} clients a transport, up to ${PER_SECOND} events/s → 0 lost, 0 twice`,
  { timeout: FOR_MS + 300_000 },
  async () => {
    const random = seeded(SEED)
    const limits = { heartbeatMs: 400, pingMs: 400, pongMs: 400, retryMs: 20, linesPerAddress: 1000 }
    const lab = await startTestLab({ limits: { ...limits, retentionEvents: 200_000, retentionBytes: 2 ** 30 } })
    await publish(lab, 1)
    const proxies = await Promise.all(transportNames.map((_, n) => startProxy(() => lab.port, {}, { seed: SEED + n })))
    const readers = transportNames.flatMap((transport, n) =>
      Array.from({ length: CLIENTS }, (_, k) => {
        const reader = { seen: 0, altered: 0, last: lab.feed.tail }
        const follower = follow(lab, {
          ...{ transport, http: httpVersions[k % 2]!, port: proxies[n]!.port, after: lab.feed.tail },
          ...{ pollMs: 50, keep: false },
          onEvent({ id, data }) {
            const { n, filling } = data as unknown as Data
            if (n !== reader.seen++ || filling !== fillingOf(n)) reader.altered++
            reader.last = id
          },
        })
        return { reader, follower }
      }),
    )

    let [isOver, published] = [false, 0]
    const publishing = (async () => {
      for (let n = 0; !isOver; n++) {
        await lab.feed.publish({ type: 'tick', data: { n, filling: fillingOf(n) } })
        published++
        await sleep(1000 / PER_SECOND)
      }
    })()
    const until = performance.now() + FOR_MS
    const done: string[] = []
    const healing: Promise<void>[] = []
    while (performance.now() < until) {
      const [proxy, fault] = [Math.floor(random() * proxies.length), Math.floor(random() * faults.length)]
      const heal = faults[fault]!(proxies[proxy]!, random)
      done.push(`${transportNames[proxy]}:${fault}`)
      if (heal) healing.push(sleep(2 * random() * LATEST_MS).then(heal))
      await sleep(SOONEST_MS + random() * (LATEST_MS - SOONEST_MS))
    }
    await Promise.all(healing)
    isOver = true
    await publishing
    if (long) console.log(`${published} events, ${(published / (FOR_MS / 1000)).toFixed(0)} a second`)

    expect(published).toBeGreaterThan((LEAST_PER_SECOND * FOR_MS) / 1000)

    for (const { reader, follower } of readers)
      await follower.until(
        () => reader.last === lab.feed.tail,
        `the last event (seed ${SEED}; ${done.join(' ')})`,
        60_000,
      )
    for (const { reader, follower } of readers) {
      expect(follower.verdict()).toMatchObject({ clean: true, declared: 0 })
      expect(reader).toMatchObject({ seen: published, altered: 0 })
    }
    expect(lab.metrics.uncaught).toBe(0)
    await Promise.all(readers.map(({ follower }) => follower.close()))
    await Promise.all(proxies.map((proxy) => proxy.close()))
    await lab.close()
  },
)
