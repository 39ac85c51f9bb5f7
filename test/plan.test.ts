// The planner: prices that were put in come out of the fit, needs are what one gets by hand, and nobody plans with a file that is broken.
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { calibrationScenarios } from '../bench/planner/calibrate.ts'
import { MEMORY } from '../bench/planner/points.ts'
import { SCHEMA, tested } from '../bench/planner/file.ts'
import type { Tested, Units, UnitsFile } from '../bench/planner/file.ts'
import { choose, fit, priceOf } from '../bench/planner/fit.ts'
import type { Observation } from '../bench/planner/fit.ts'
import { needsOf } from '../bench/planner/needs.ts'
import type { Workload } from '../bench/planner/needs.ts'
import { readUnits } from '../bench/planner/read.ts'
import { planText } from '../bench/planner/text.ts'
import { pointOf } from '../bench/planner/points.ts'
import { FITTED_CLIENTS, unitsOf } from '../bench/planner/units.ts'
import { modelled } from '../bench/model.ts'
import { rssKb } from '../bench/usage.ts'
import { seeded } from '../src/core/random.ts'
import { delayNote } from '../bench/notes.ts'
import { SCHEMA as BENCH_SCHEMA, failedRow } from '../bench/results.ts'
import type { Results, Row } from '../bench/results.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wirelab-plan-'))
  await writeFile(join(folder, 'a-file'), '')
})
afterAll(() => rm(folder, { recursive: true }))

describe('the fit', () => {
  const random = seeded(3)
  const noisy = (share: number) => 1 + share * (2 * random() - 1)
  const trials = (share: number, prices: { seconds: number; deliveries: number }) =>
    Array.from({ length: 12 }, (_, i): Observation<'seconds' | 'deliveries' | 'events'> => {
      const deliveries = 500 * (i + 1)
      const cost = (prices.seconds + prices.deliveries * deliveries) * noisy(share)
      return { counts: { seconds: 1, deliveries, events: 20 + (i % 3) }, cost }
    })

  test('finds the prices that were paid, exactly without noise and nearly with 5 %', () => {
    const exact = fit(trials(0, { seconds: 16_000, deliveries: 9 }), ['seconds', 'deliveries'])!
    expect(exact.seconds).toBeCloseTo(16_000, 3)
    expect(exact.deliveries).toBeCloseTo(9, 6)
    const near = fit(trials(0.05, { seconds: 16_000, deliveries: 9 }), ['seconds', 'deliveries'])!
    expect(Math.abs(near.seconds! / 16_000 - 1)).toBeLessThan(0.15)
    expect(Math.abs(near.deliveries! / 9 - 1)).toBeLessThan(0.05)
  })
  test('has no price below zero: what would be is left out', () => {
    const observations = trials(0, { seconds: -300, deliveries: 9 })
    expect(Object.keys(fit(observations, ['seconds', 'deliveries'])!)).toEqual(['deliveries'])
  })
  test('cannot tell apart what always comes together, and says so', () => {
    const same = trials(0, { seconds: 1, deliveries: 1 }).map((each) => ({ ...each, counts: { a: 2, b: 4 } }))
    expect(fit(same, ['a', 'b'])).toBeUndefined()
    expect(fit(same.slice(1, 2), ['a', 'b'])).toBeUndefined()
    // As questions and deliveries of long polling do: nearly always one for one.
    const nearly = trials(0.05, { seconds: 1, deliveries: 9 }).map((each) => {
      const { deliveries } = each.counts
      return { ...each, counts: { deliveries, requests: deliveries * noisy(0.01) } }
    })
    expect(fit(nearly, ['deliveries', 'requests'])).toBeUndefined()
    expect(choose(same, [['a', 'b'], ['a']])!.prices).toHaveProperty('a')
  })
  test('takes the smallest set of counts that predicts well', () => {
    const sets = [['deliveries'], ['seconds', 'deliveries'], ['seconds', 'deliveries', 'events']] as const
    const names = (prices: { seconds: number; deliveries: number }) =>
      Object.keys(choose(trials(0.03, prices), sets)!.prices)
    expect(names({ seconds: 0, deliveries: 9 })).toEqual(['deliveries'])
    expect(names({ seconds: 16_000, deliveries: 9 })).toEqual(['seconds', 'deliveries'])
  })
  test('a price for each that was counted', () => {
    expect(priceOf<'a' | 'b' | 'c'>({ a: 2, b: 3 }, { a: 10, b: 100, c: 1000 })).toBe(320)
  })
})

describe('unit costs from rows of the bench', () => {
  const cost = (clients: number, rate: number) => (500 * rate + 8 * clients * rate) / (clients * rate)
  const loads = [60, 150, 300, 1000].map((clients) => ({ clients, rate: 20, cpu: cost(clients, 20) }))
  loads.push({ clients: 100, rate: 80, cpu: cost(100, 80) })

  test('prices, and the trial with most clients only tests them', () => {
    const { cpuUs, heldOut, fitted, rssKbPerConnection } = unitsOf(results('wss', loads)).transports.wss!
    expect(cpuUs.deliveries).toBeCloseTo(8, 6)
    expect(cpuUs.events).toBeCloseTo(500, 3)
    expect(fitted.map(({ clients }) => clients)).toEqual([60, 150, 300, 100])
    expect(heldOut!.cpuUsPerDelivery.predicted).toBeCloseTo(heldOut!.cpuUsPerDelivery.measured, 6)
    expect(heldOut!.bytesPerEvent.measured).toBe(226)
    // Ordered are 200 bytes with a number of three digits; one time in ten ends in a zero that is not written.
    expect(heldOut!.bytesPerEvent.predicted).toBeCloseTo(200 - 0.11 + 4 + 22, 1)
    expect(heldOut!.requestsPerSecond).toEqual({ predicted: 0, measured: 0, error: 0 })
    expect(heldOut!.off).toEqual([])
    expect([rssKbPerConnection, heldOut!.rssKbPerConnection!.predicted]).toEqual([70, 70])
  })
  test('rows of another workload are not fitted: a batching window, a network of the scenario or of --delay', () => {
    const given = results('wss', loads.slice(0, 1))
    const [scenario, row] = [given.scenarios[0]!, given.trials[0]!]
    const of = (change: Partial<Results>, point = {}) => pointOf({ ...row, point }, { ...given, ...change }, '1.1')
    expect(of({})).toMatchObject({ clients: row.clients })
    expect(of({ scenarios: [{ ...scenario, batchMs: 20 }] })).toBeUndefined()
    expect(of({ scenarios: [{ ...scenario, profile: '4g' }] })).toBeUndefined()
    expect([of({}, { batchMs: 5 }), of({}, { profile: 'lan' })]).toEqual([undefined, undefined])
    expect(of({ notes: [delayNote('wss', 50)] })).toBeUndefined()
    expect(of({ notes: [delayNote('sse', 50), delayNote('nchan-wss', 5)] })).toBeDefined()
  })
  test('whatever the held-out trial cost, the prices are the same', () => {
    const odd = loads.map((load) => (load.clients > FITTED_CLIENTS ? { ...load, cpu: load.cpu * 3 } : load))
    const [one, other] = [loads, odd].map((each) => unitsOf(results('wss', each)).transports.wss!)
    expect(other!.cpuUs).toEqual(one!.cpuUs)
    expect(other!.heldOut!.cpuUsPerDelivery.measured / one!.heldOut!.cpuUsPerDelivery.measured).toBeCloseTo(3, 6)
    expect(other!.rssKbPerConnection).toBe(one!.rssKbPerConnection)
  })
  test('nothing else that the held-out trial measured is used to predict it', () => {
    const odd = results('wss', loads)
    odd.trials = odd.trials.map((row) => {
      if (row.clients <= FITTED_CLIENTS) return row
      const bytesPerEvent = { ...row.bytesPerEvent, payload: 300, headers: 50, up: 90, total: 400 }
      const server = { ...row.server, rssKbPerConnection: 140 }
      return { ...row, bytesPerEvent, server, requestsPerEvent: 0.5, generator: { ...row.generator, answerMs: 700 } }
    })
    const [one, other] = [results('wss', loads), odd].map((each) => unitsOf(each).transports.wss!.heldOut!)
    for (const what of Object.keys(tested) as Tested[]) expect(other![what]!.predicted).toBe(one![what]!.predicted)
    expect(other!.off).toEqual(['bytesPerEvent', 'requestsPerSecond', 'rssKbPerConnection'])
  })
  test('memory is the median slope of the fitted trials; one below zero is none', () => {
    const rss = [70, 62, -5, 90, 66]
    const given = results('wss', loads)
    given.trials = given.trials.map((row, i) => ({ ...row, server: { ...row.server, rssKbPerConnection: rss[i]! } }))
    const { rssKbPerConnection, heldOut } = unitsOf(given).transports.wss!
    expect([rssKbPerConnection, heldOut!.rssKbPerConnection!.measured]).toEqual([66, 90])
  })
  test('memory is looked at without what is no connection: large objects of V8 do not count', () => {
    const before = { rss: process.memoryUsage.rss() / 1024, ours: rssKb([process.pid])! }
    const large = new Array<number>(8e6).fill(1.5) // 64 MB, touched
    const grown = { rss: process.memoryUsage.rss() / 1024, ours: rssKb([process.pid])! }
    expect(large.at(-1)).toBe(1.5)
    expect(grown.rss - before.rss).toBeGreaterThan(40_000)
    expect(grown.ours - before.ours).toBeLessThan(20_000)
  })
  test('an error of more than 15 % is stored, and said first thing after the table, in a line of its own', () => {
    const off = (times: number) =>
      unitsOf(
        results(
          'wss',
          loads.map((load) => (load.clients > FITTED_CLIENTS ? { ...load, cpu: load.cpu * times } : load)),
        ),
      )
    const text = (file: UnitsFile) => planText(file, workload, needsOf(file, workload))
    expect(off(2).transports.wss!.heldOut!.cpuUsPerDelivery.error).toBeCloseTo(-0.5, 6)
    expect(off(2).transports.wss!.heldOut!.off).toEqual(['cpuUsPerDelivery'])
    expect(text(off(2))).toMatch(/^OFF: wss, server µs a delivery .* predicted −50\.0 %.* its cores/m)
    expect(text(off(2))).toMatch(/−50\.0 % OFF/)
    expect(text(off(1.1))).not.toContain('OFF')
    expect(text(off(1.1))).toContain('all predictions within 15 %, the worst −9.1 %')
  })
  test('the measured value is the middle of the held-out trials, and their spread is kept', () => {
    const twice = [...loads, { ...loads[3]!, cpu: loads[3]!.cpu * 1.2 }]
    const { heldOut } = unitsOf(results('wss', twice)).transports.wss!
    expect(heldOut!.trials).toBe(2)
    expect(heldOut!.cpuUsPerDelivery.measured).toBeCloseTo(loads[3]!.cpu * 1.1, 6)
    expect(heldOut!.cpuSpread[1] / heldOut!.cpuSpread[0]).toBeCloseTo(1.2, 6)
  })
  test('without a large trial nothing is tested, and the text says so', () => {
    const file = unitsOf(results('sse', loads.slice(0, 3)))
    expect(file.transports.sse!.heldOut).toBeNull()
    expect(planText(file, workload, needsOf(file, workload))).toContain('not tested, for there was no such trial: sse')
  })
  test('an invalid trial counts for nothing, and is named', () => {
    const broken = results('wss', loads)
    broken.trials[0] = { ...broken.trials[0]!, valid: false, why: 'the generator was busy' }
    const file = unitsOf(broken)
    expect(file.transports.wss!.fitted).toHaveLength(3)
    expect(planText(file, workload, needsOf(file, workload))).toContain(
      'INVALID and not used: wss, 60 clients: the gen',
    )
    broken.trials = broken.trials.map((row) => ({ ...row, valid: false, why: 'all of them' }))
    expect(() => unitsOf(broken)).toThrow(/at most 300 clients.*all of them/)
  })
  test('the trials that are fitted have at most 300 clients, the two that are not 1 000', () => {
    for (const name of ['polling', 'long-polling', 'sse', 'wss'] as const) {
      const mine = calibrationScenarios().filter(({ transports }) => transports.includes(name))
      expect(new Set(mine.map((scenario) => scenario.name)).size).toBe(mine.length)
      const clients = mine.map((scenario) => scenario.clients).sort((a, b) => a - b)
      expect(clients.slice(-2)).toEqual([1000, 1000])
      expect(clients.slice(0, -2).every((count) => count <= FITTED_CLIENTS)).toBe(true)
      // Memory is the slope to 300 clients, more than once.
      expect(mine.filter(({ rssFrom }) => rssFrom !== undefined).map((scenario) => scenario.clients)).toEqual([
        ...[300, 300, 300],
      ])
    }
  })
  test('every trial is as warm as the others: as many questions or deliveries before its window', () => {
    for (const { name, clients, rate, pollMs, warmSeconds, transports } of calibrationScenarios()) {
      if (name.startsWith(MEMORY)) continue
      const often = transports[0] === 'polling' ? (clients * 1000) / pollMs : clients * rate
      expect(often * warmSeconds, name).toBeGreaterThanOrEqual(['sse', 'wss'].includes(transports[0]!) ? 11_999 : 5_999)
    }
  })
})

describe('the needs, by hand', () => {
  const by = (file: UnitsFile, more: Partial<Workload> = {}) =>
    Object.fromEntries(needsOf(file, { ...workload, ...more }).map((each) => [each.transport, each]))

  /** Of 10 000 lines, at 10 µs: a heartbeat in 15 s, a ping and its pong in 20. */
  const BEATS = 0.1 * (1 / 15 + 2 / 20)

  test('WSS: 10 000 clients, 3 events/s, 10 µs a delivery', () => {
    const { wss } = by(units({ wss: { deliveries: 10 } }))
    expect(wss).toMatchObject({ requestsPerSecond: 0, deliveriesPerSecond: 30_000, processes: 1 })
    expect(wss!.cores).toBeCloseTo((0.3 + BEATS) / 0.5, 9) // half busy
    expect(wss!.gib).toBeCloseTo((10_000 * 64) / 2 ** 20, 9)
    expect(wss!.kernelGib).toBeCloseTo((10_000 * 4096) / 2 ** 30, 9)
    // 226 + 52 bytes down for each of 2.99 writes (two events of 1000 in the same millisecond), a beat in 15 s, a ping in 20.
    const writes = 3 / 1.003
    const down = 3 * 204 + writes * (22 + 52) + (18 + 16 + 22 + 52) / 15 + (2 + 22 + 2 * 52) / 20
    expect(wss!.gbit.down).toBeCloseTo((down * 8 * 10_000) / 1e9, 6)
    // Half a round trip, and half of 10 000 × 10 µs.
    expect(wss!.p50Ms).toBeCloseTo(20 + 50, 6)
    expect(wss!.limit).toEqual({ what: 'processor', machines: wss!.cores / 2 })
  })
  test('polling: a question in i + t from each client, 100 µs each', () => {
    const { polling } = by(units({ polling: { requests: 100 } }))
    expect(polling!.requestsPerSecond).toBeCloseTo(10_000 / 1.04, 6)
    expect(polling!.cores).toBeCloseTo((10_000 / 1.04) * 1e-4 * 2, 6)
    expect(polling!.processes).toBe(2)
    expect(polling!.p50Ms).toBe(540)
  })
  test('what a process costs by itself is paid for each process', () => {
    const one = by(units({ wss: { deliveries: 10, seconds: 20_000 } }))['wss']!
    expect(one.cores).toBeCloseTo((0.3 + BEATS + 0.02) / 0.5, 9)
    const many = by(units({ wss: { deliveries: 10, seconds: 20_000 } }), { clients: 1_000_000 })['wss']!
    expect(many.processes).toBe(Math.ceil((30 + 100 * BEATS) / (0.5 - 0.02)))
    expect(many.cores).toBeCloseTo((30 + 100 * BEATS + 0.02 * many.processes) / 0.5, 9)
    expect(many.cores / many.processes).toBeLessThanOrEqual(1)
  })
  test('silence has its price: without an event a minute, 10 000 lines of WSS still take 17 ms of each second', () => {
    const file = units({ wss: { deliveries: 10 }, sse: { deliveries: 10 } })
    const quiet = by(file, { rate: 1e-9 })
    expect(quiet['wss']!.cores).toBeCloseTo(BEATS / 0.5, 6)
    expect(quiet['sse']!.cores).toBeCloseTo(0.1 / 15 / 0.5, 6)
  })
  test('what runs out first', () => {
    const cheap = units({ wss: { deliveries: 0.001 } })
    expect(by(cheap)['wss']!.limit.what).toBe('memory')
    expect(by(cheap, { linkGbit: 0.01 })['wss']!.limit.what).toBe('network')
  })
  test('more of everything for more clients and for more events', () => {
    const file = units(
      Object.fromEntries(modelled.map((name) => [name, { seconds: 1000, requests: 90, deliveries: 7 }])),
    )
    for (const more of [{ clients: 20_000 }, { rate: 6 }]) {
      const [before, after] = [by(file), by(file, more)]
      for (const name of modelled) {
        const [few, many] = [before[name]!, after[name]!]
        expect(many.cores).toBeGreaterThan(few.cores)
        expect(many.gbit.down).toBeGreaterThan(few.gbit.down)
        expect(many.packetsPerSecond).toBeGreaterThanOrEqual(few.packetsPerSecond)
        expect(many.gib!).toBeGreaterThanOrEqual(few.gib!)
      }
    }
  })
  test('the text has a line for each transport, and says how far it looks', () => {
    const file = units({ sse: { deliveries: 9 }, wss: { deliveries: 10 } })
    const far = { ...workload, clients: 1_000_000, payload: 5000 }
    const text = planText(file, far, needsOf(file, far))
    expect(text).toMatch(/│ sse +│ +0 │/)
    expect(text).toContain('1 000 000 clients are 3 333 times what was measured (300)')
    expect(text).toContain('events of 5000 B are larger than those measured (200 B)')
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
    const near = { ...workload, clients: 500 }
    expect(planText(file, near, needsOf(file, near))).not.toContain('times what was measured')
  })
})

describe('a file that is not one', () => {
  test.each([
    ['{', /expected JSON/],
    ['null', /expected schema wirelab\.plan\/2 .* got none/],
    ['{"schema":"wirelab.plan/1"}', /expected schema wirelab\.plan\/2/], // had no errors in it: measure again
    ['{"schema":"other/2"}', /got "other\/2"/],
    ['{"schema":"wirelab.plan/2"}', /not as plan --calibrate writes it: /],
    [`{"schema":"${BENCH_SCHEMA}"}`, /its field startedAt is wrong/],
  ])('%s', (text, why) => {
    expect(() => readUnits(text)).toThrow(why)
  })
  test('a price below zero', () => {
    const file = units({ wss: { deliveries: -1 } })
    expect(() => readUnits(JSON.stringify(file))).toThrow(/transports\.wss\.cpuUs\.deliveries/)
  })
  test('what was written is what is read, and results of the bench do as well', () => {
    const file = units({ wss: { deliveries: 10 } })
    expect(readUnits(JSON.stringify(file))).toEqual(file)
    const bench = results('wss', [{ clients: 50, rate: 20, cpu: 25 }])
    expect(readUnits(JSON.stringify(bench)).transports.wss!.cpuUs).toEqual({ deliveries: 25 })
  })
})

describe('the command', () => {
  test.each([
    [['--clients', '0'], /clients/],
    [['--clients', 'many'], /clients/],
    [['--rate', '0'], /rate/],
    [['--payload', '1.5'], /payload/],
    [['--payload', '10'], /an event has at least \d\d bytes/],
    [['--rate', 'x'], /rate.*from 0\.001 to 100000/],
    [['--busy', '101'], /busy/],
    [['--link', '0'], /link/],
    [['--http', '3'], /1\.1, 2/],
    [['--calibrate', '--from', 'x.json'], /either --calibrate or --from/],
    [['--from', 'no-such.json'], /cannot read no-such\.json: there is no such file; expected what plan --calibrate/],
    [['--from', '.'], /cannot read \.: it is a directory/],
    [[], /not known yet.*about six minutes: npx wirelab plan --calibrate.*--from bench\/out\/results\.json/],
    [['--calibrate', '--out', '.'], /--out \.: expected a file, but it is a directory/],
    [
      ['--calibrate', '--out', 'a-file/plan.json'],
      /--out a-file.*: expected a directory.* a file stands there; choose another/,
    ],
    [
      ['--calibrate', '--out', 'a-file/b/plan.json'],
      /--out a-file.*: expected a directory.* is a file; choose another/,
    ],
  ])('%j is one line and exit 2', async (args, why) => {
    const { code, out, err } = await run(...args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(why)
    expect(err.trim()).not.toContain('\n')
  })
  test('--from prints the plan, with --json as JSON', async () => {
    const path = join(folder, 'units.json')
    await writeFile(path, JSON.stringify(units({ wss: { deliveries: 10 } })))
    const given = ['--clients', '1000000', '--rate', '2', '--from', path]
    const { code, out, err } = await run(...given)
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/│ wss +│ +0 │.*│ +\d[\d. ]* │ +processor │/)
    expect(out).toContain('at 20 events/s')
    const json = JSON.parse((await run(...given, '--json')).out) as {
      needs: { transport: string }[]
      workload: Workload
    }
    expect(json.workload).toMatchObject({ clients: 1_000_000, rate: 2, payload: 200, pollMs: 1000 })
    expect(json.needs.map(({ transport }) => transport)).toEqual(['wss'])
  })
})

const workload: Workload = {
  ...{ clients: 10_000, rate: 3, payload: 200, pollMs: 1000, roundTripMs: 40, busyPercent: 50, linkGbit: 10 },
}

function units(prices: Record<string, Units['cpuUs']>): UnitsFile {
  const one = (cpuUs: Units['cpuUs']): Units => ({
    ...{ cpuUs, fitError: 0.05, rssKbPerConnection: 64, heads: { up: 70, down: 340, cursor: 12 }, heldOut: null },
    fitted: [{ clients: 300, rate: 20, payload: 200, pollMs: 500, cpuUsPerDelivery: 10 }],
  })
  return {
    ...{
      schema: SCHEMA,
      startedAt: '2026-11-22T07:00:00.000Z',
      commit: null,
      seed: 1,
      http: '1.1',
      invalid: [],
    },
    ...{ machine: { cpu: 'a processor', cores: 2, memoryMiB: 20_480 }, versions: {} },
    socketBytes: { structures: 4000, buffers: 96 },
    transports: Object.fromEntries(Object.entries(prices).map(([name, cpuUs]) => [name, one(cpuUs)])),
  }
}

/** As the bench writes them: events of 200 bytes, 70 KiB a connection. */
function results(transport: 'sse' | 'wss', loads: { clients: number; rate: number; cpu: number }[]): Results {
  const bytes = { payload: 200, framing: 4, headers: 0, tls: 22, total: 226, up: 0, down: 226 }
  const scenario = (load: (typeof loads)[number], i: number) => ({
    ...calibrationScenarios().find(
      ({ name, transports }) => !name.startsWith(MEMORY) && transports.includes(transport),
    )!,
    ...{ name: `load-${i}`, clients: load.clients, rate: load.rate, transports: [transport], http: '1.1' as const },
  })
  return {
    ...{
      schema: BENCH_SCHEMA,
      startedAt: '2026-11-22T07:00:00.000Z',
      machine: {},
      versions: {},
      commit: null,
      seed: 1,
    },
    ...{ predictions: [], notes: [], scenarios: loads.map(scenario) },
    trials: loads.map(({ clients, rate, cpu }, i): Row => {
      const { why: _, ...row } = failedRow(
        { scenario: `load-${i}`, transport, repeat: 1, clients, rate, seconds: 2.5 },
        '',
      )
      const server = { ...row.server, cpuUsPerDelivery: cpu, rssKbPerConnection: 70 }
      return { ...row, valid: true, requestsPerEvent: 0, bytesPerEvent: bytes, server }
    }),
  }
}

/** In a folder without measurements. */
function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const bin = join(import.meta.dirname, '../src/cli/bin.js')
  const child = spawn(process.execPath, [bin, 'plan', ...args], { cwd: folder })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })))
}
