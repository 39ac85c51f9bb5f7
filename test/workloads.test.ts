// What a trial is given before it starts: cores, limits, numbers that mean something to it; and how the knee is looked for.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { climb } from '../bench/kinds/climb.ts'
import { generatorsOf } from '../bench/generators.ts'
import { secondsOf } from '../bench/estimate.ts'
import { coresIn, freeCores, placementOf } from '../bench/pin.ts'
import { plan } from '../bench/plan.ts'
import { watchServer } from '../bench/health.ts'
import { cpuUs, rssKb, wakeups } from '../bench/usage.ts'
import { pointsOf, scenarios, takes } from '../bench/scenarios.ts'
import { GENERATOR, SERVER, judge } from '../bench/kinds/judge.ts'
import { limitsOf } from '../bench/limits.ts'
import { defaults } from '../src/core/limits.ts'

describe('cores', () => {
  const pairs = (core: number) => [core & ~1, core | 1] // 0 and 1 are threads of one core, 2 and 3 of another
  const alone = (core: number) => [core]

  test('as the kernel lists them', () => {
    expect(coresIn('0-1,8')).toEqual([0, 1, 8])
    expect(coresIn('3')).toEqual([3])
  })
  test('two cores: one for each end, and it is said that a network shares the one', () => {
    expect(placementOf([0, 1], alone)).toEqual({
      ...{ server: '0', generators: '1', all: '0,1' },
      about: "server on core 0, generators on 1; a network, where there is one, shares the generators' core",
    })
  })
  test("the generators are kept from the other thread of the server's core, and a network has one of their cores", () => {
    expect(placementOf([0, 1, 2, 3], pairs)).toMatchObject({
      ...{ server: '0', generators: '2,3', network: '3', all: '0,1,2,3' },
      about: expect.stringContaining(
        "nothing on 1, the server's other thread; a network, where there is one, on 3",
      ) as string,
    })
  })
  test('where there is no other core, it is said', () => {
    const { generators, about } = placementOf([0, 1], pairs)
    expect(generators).toBe('1')
    expect(about).toMatch(/a thread of the server's core too \(SMT\)/)
  })
  test('one core is not shared out', () => {
    expect(placementOf([5], alone)).toEqual({ about: 'not pinned: there is one core only' })
  })
})

describe('limits', () => {
  test('a stream is not too old before a long window is over', () => {
    const { sseAgeMs } = limitsOf({ ...scenarios.steady, seconds: 600 })
    expect(sseAgeMs! * 0.9).toBeGreaterThan(600_000 + 60_000) // ± 10 %, and the time to connect
  })
  test('of a short one all ages are the defaults', () => {
    const given = limitsOf(scenarios.steady)
    expect({ ...defaults, ...given }).toMatchObject({ sseAgeMs: defaults.sseAgeMs, batchMs: 0 })
  })
})

describe('flags', () => {
  test('each kind takes what means something to it', () => {
    expect(takes(scenarios.steady)).toEqual(['clients', 'rate', 'seconds', 'payload', 'pollMs', 'http', 'tls'])
    expect(takes(scenarios.connect)).toEqual(['clients', 'payload', 'http'])
    expect(takes(scenarios.storm)).not.toContain('seconds')
    expect(takes(scenarios.idle)).not.toContain('rate')
  })
  test('what the points of a scenario set is not to be set', () => {
    expect(takes(scenarios['break-even'])).toEqual(['clients', 'seconds', 'payload', 'http', 'tls'])
    expect(takes(scenarios.protocols)).not.toContain('http')
    expect(takes(scenarios.protocols)).not.toContain('tls')
    expect(takes(scenarios.thousand)).toEqual(['clients', 'seconds', 'payload', 'pollMs', 'http', 'tls'])
  })
})

test('docs/measuring.md says where the floor stands, where it does not, and where null does', async () => {
  const text = await readFile(join(import.meta.dirname, '../docs/measuring.md'), 'utf8')
  const [, stands, not, nobody] = /^- The floor stands in ([^]*?)\.\n +It does not stand in ([^]*?)\.\n- null stands in ([^]*?) alone\./m.exec(text)! // prettier-ignore
  const names = (words: string) => [...words.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name!)
  const having = (control: string) => Object.values(scenarios).filter(({ transports }) => transports.includes(control)).map(({ name }) => name) // prettier-ignore
  expect(names(stands!)).toEqual(having('floor'))
  expect([...names(stands!), ...names(not!)].toSorted()).toEqual(Object.keys(scenarios).toSorted())
  expect(names(nobody!)).toEqual(having('null'))
})

describe('peers', () => {
  test('stand where their clients are read as ours are: not in what only our own do, and not all on one server', () => {
    const takers = Object.values(scenarios).flatMap(({ name, peers }) => (peers ? [name] : []))
    expect(takers).toEqual(['steady', 'thousand', 'ladder', 'idle', 'storm', 'burst'])
    const storms = plan({ scenarios: [scenarios.storm], transports: ['wss'], peers: ['ws-wss'], repeats: 1, seed: 1 })
    expect(storms.flatMap(({ transports }) => transports).toSorted()).toEqual(['ws-wss', 'wss'])
  })
})

describe('what processes have used', () => {
  afterEach(() => vi.unstubAllGlobals())
  const elsewhere = () => vi.stubGlobal('process', Object.create(process, { platform: { value: 'darwin' } }))

  test('off Linux another program is not known, and is never taken for this one', () => {
    elsewhere()
    expect([cpuUs([process.ppid]), rssKb([process.ppid]), wakeups([process.ppid])]).toEqual([null, null, null])
    expect(watchServer([process.ppid], 0)()).toMatchObject({ cpuUs: null, wakeups: null, utilisation: null })
  })
  test('off Linux this program is', () => {
    elsewhere()
    expect(cpuUs([process.pid])).toBeGreaterThan(0)
    expect(rssKb([process.pid])).toBeGreaterThan(0)
  })
  test.runIf(process.platform === 'linux')('on Linux both are', () => {
    expect(cpuUs([process.ppid])).toBeGreaterThan(0)
    expect(rssKb([process.ppid])).toBeGreaterThan(0)
  })
})

describe('a thousand clients', () => {
  const of = (name: string) => pointsOf(scenarios.thousand, name)
  test('20 events a second for all, 100 and a window for what is pushed', () => {
    const pushed = [{ rate: 20 }, { rate: 100 }, { rate: 100, batchMs: 20 }]
    for (const name of ['sse', 'wss', 'floor', 'ws-wss', 'nchan-sse']) expect([name, of(name)]).toEqual([name, pushed])
    for (const name of ['polling', 'long-polling', 'nchan-long-polling', 'socket.io-polling'])
      expect([name, of(name)]).toEqual([name, [{ rate: 20 }]])
  })
  test('its windows have the hundred events of a p99', () => {
    const trials = plan({ scenarios: [scenarios.thousand], seed: 1 })
    expect(trials).toHaveLength(5 * (2 + 3 * 3))
    expect(Math.min(...trials.map(({ scenario: { rate, seconds } }) => rate * seconds))).toBeGreaterThan(100)
  })
})

describe('TLS as a variable', () => {
  test('connecting: TLS 1.2, an RSA key and certificates of both sides, for all alike', () => {
    const points = [{}, { tls: '1.2' }, { key: 'rsa' }, { clientCert: 'require' }]
    for (const name of scenarios.connect.transports) expect(pointsOf(scenarios.connect, name)).toEqual(points)
  })
  test('protocols: a connection for each question is polling’s alone', () => {
    const versions = pointsOf(scenarios.protocols, 'sse')
    expect(versions).toHaveLength(4)
    expect(pointsOf(scenarios.protocols, 'polling')).toEqual([
      ...versions,
      { http: '1.1', tls: '1.3', connection: 'resumed' },
      { http: '1.1', tls: '1.3', connection: 'new' },
    ])
  })
  test('every scenario together stays under an hour', () => {
    const plans = plan({ scenarios: Object.values(scenarios), seed: 1 })
    expect(plans.reduce((sum, each) => sum + secondsOf(each), 0)).toBeLessThan(3600)
  })
})

describe('generators', () => {
  const { steady, thousand, fanout, connect, ladder, network } = scenarios
  test('on two cores there is one, whatever the load', () => {
    for (const scenario of [steady, thousand, ladder, connect]) expect(generatorsOf(scenario, 1)).toBe(1)
  })
  test('with more cores, as many as keep each under 60 % of its own, by clients × rate', () => {
    expect(generatorsOf(steady, 15)).toBe(1)
    expect(generatorsOf(thousand, 15)).toBe(2)
    expect(generatorsOf({ ...thousand, clients: 3000 }, 15)).toBe(5)
    expect(generatorsOf({ ...thousand, clients: 3000 }, 3)).toBe(3)
    expect(generatorsOf({ ...steady, transports: ['polling'], clients: 4000, rate: 1, pollMs: 100 }, 15)).toBe(3)
  })
  test('a ladder, whose end is not known, takes what there is; one after the other needs one', () => {
    expect([generatorsOf(ladder, 3), generatorsOf(ladder, 63), generatorsOf(connect, 63)]).toEqual([3, 4, 1])
  })
  test('what the scenario says counts', () => {
    expect(generatorsOf(fanout, 1)).toBe(2)
  })
  test('free are the cores of the generators but the one of a network; unpinned, all but one', () => {
    const placement = { generators: '2,3,4', network: '4', about: '' }
    expect([freeCores(placement, false, 8), freeCores(placement, true, 8)]).toEqual([3, 2])
    expect(freeCores({ generators: '1', about: '' }, true, 2)).toBe(1)
    expect([freeCores({ about: '' }, false, 8), freeCores({ about: '' }, false, 1)]).toEqual([7, 1])
    expect(network.points!.every(({ profile }) => profile !== undefined)).toBe(true)
  })
})

describe('a step of the ladder', () => {
  const calm = { ...{ cpuUs: 1, wakeups: 1, utilisation: 0.3, loopDelayP99Ms: 5, loopDelayMaxMs: 20, looks: 200 }, gcMaxMs: 1, gcShare: 0 } // prettier-ignore
  const limits = { clients: 10, maxUtilisation: 0.6, maxGeneratorDelayMs: 25 }
  const counts = {
    received: 1100,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    declared: 0,
    undeclaredGaps: 0,
    falseGaps: 0,
    corrupt: 0,
  }
  const windowed = (health = calm, ms = 50, received = 1100) => ({
    server: { epoch: '', first: 1, last: 110, sums: [], health: calm },
    reports: [
      {
        health,
        lots: {
          sse: {
            counts: { ...counts, received },
            latencies: new Map(Array.from({ length: 110 }, (_, i) => [i, new Float32Array(10).fill(ms)])),
            ...{ edges: undefined as never, trouble: [] as string[] },
          },
        },
      },
    ],
    why: [],
  })
  const judged = (of: ReturnType<typeof windowed>) => judge(of, 'sse', limits, 100)

  test('is carried in time by a generator that had time', () => {
    expect(judged(windowed())).toEqual({ p99: expect.closeTo(50, 0) as number })
  })
  test.for([
    [{ utilisation: 0.61 }, 'the generator was busy 61 % of the time (at most 60 %)'],
    [{ loopDelayP99Ms: 26 }, "the generator's loop was 26 ms late at p99 (at most 25 ms)"],
    [{ loopDelayMaxMs: 201 }, "the generator's loop stood still for 201 ms (at most 200 ms)"],
  ] as const)('fails by the generator by all that voids a row: %j', ([change, why]) => {
    const found = judged(windowed({ ...calm, ...change }))
    expect(found).toMatchObject({ limit: GENERATOR, why })
  })
  test('fails by the server that is late, or leaves something out', () => {
    expect(judged(windowed(calm, 150))).toMatchObject({
      limit: SERVER,
      why: expect.stringMatching(/over 100 ms/) as string,
    })
    expect(judged(windowed(calm, 50, 1099))).toMatchObject({ limit: SERVER, why: '1 events did not come in time' })
  })
})

describe('the knee', () => {
  /** A server that carries so many events a second; `luck` once more than that, the first time it is asked. */
  const server = (most: number, luck = 0) => {
    const asked: number[] = []
    const step = (rate: number) => {
      const isGood = rate <= most || (rate <= luck && !asked.includes(rate))
      asked.push(rate)
      return Promise.resolve({ measured: asked.length, ...(!isGood && { limit: 'server', why: 'too late' }) })
    }
    return { asked, step }
  }

  test('doubled, then halved three times between the last good rate and the first bad one, then met again', async () => {
    const { asked, step } = server(450)
    expect(await climb(100, step)).toEqual({ rate: 436, limit: 'server', measured: 11 })
    expect(asked).toEqual([100, 200, 400, 800, 800, 566, 566, 476, 476, 436, 436])
  })
  test('luck is not a knee: the next lower rate is met again', async () => {
    const { asked, step } = server(300, 430)
    expect(await climb(100, step)).toMatchObject({ rate: 200 })
    expect(asked).toEqual([100, 200, 400, 800, 800, 566, 566, 476, 476, 436, 436, 400, 200])
  })
  test('a stall at one step is no knee either: it is asked again before the climb ends', async () => {
    const { asked, step } = server(450)
    const stalled = async (rate: number) => {
      const isFirst = rate === 200 && !asked.includes(rate)
      const found = await step(rate)
      return isFirst ? { ...found, limit: 'server' } : found
    }
    expect(await climb(100, stalled)).toMatchObject({ rate: 436, limit: 'server' })
    expect(asked.slice(0, 4)).toEqual([100, 200, 200, 400])
  })
  test('nor is a stall at a half step: the knee would be the rate below it', async () => {
    const { asked, step } = server(600)
    const stalled = async (rate: number) => {
      const isFirst = rate === 566 && !asked.includes(rate)
      const found = await step(rate)
      return isFirst ? { ...found, limit: 'generator' } : found
    }
    expect(await climb(100, stalled)).toMatchObject({ rate: 566, limit: 'server' })
    expect(asked).toEqual([100, 200, 400, 800, 800, 566, 566, 673, 673, 617, 617, 566])
  })
  test('the end of the ladder is no limit', async () => {
    const { asked, step } = server(Infinity)
    expect(await climb(100, step)).toEqual({ rate: 51_200, measured: 11 })
    expect(asked.slice(-2)).toEqual([51_200, 51_200])
  })
  test('says what was too much at the first step, or that no rate was carried twice', async () => {
    await expect(climb(100, server(50).step)).rejects.toThrow('too late, at the first step of 100 events/s')
    await expect(climb(100, server(50, 150).step)).rejects.toThrow('no rate was carried twice')
  })
})
