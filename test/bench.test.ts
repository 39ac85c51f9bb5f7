// The bench is tested like anything else: small real trials, whose rows must be complete, add up, and say so when they are worth nothing.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openAuthority } from '../certs/authority.ts'
import type { Authority } from '../certs/authority.ts'
import { plan } from '../bench/plan.ts'
import { RowSchema } from '../bench/results.ts'
import type { Row } from '../bench/results.ts'
import { contestants } from '../bench/contestants.ts'
import { scenarios } from '../bench/scenarios.ts'
import type { Scenario } from '../bench/scenarios.ts'
import type { TrialOptions } from '../bench/stage.ts'
import { trial } from '../bench/trial.ts'
import { wallOffset } from '../src/server/clock.ts'

// The trials of this test run at the same time, on a machine that is busy with them: only the calibration looks at the limits.
const tiny: Scenario = {
  ...scenarios.steady,
  ...{ name: 'tiny', clients: 5, rate: 20, seconds: 2, pollMs: 200, maxUtilisation: 1, maxGeneratorDelayMs: 10_000 },
}
const offset = wallOffset()
let directory: string
let authority: Authority

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wirelab-test-bench-'))
  authority = await openAuthority(directory, ['localhost', '127.0.0.1'])
})
afterAll(() => rm(directory, { recursive: true }))

const run = (options: Partial<TrialOptions>): Promise<Row[]> =>
  trial({
    ...{ scenario: tiny, transports: ['sse'], repeat: 1, seed: 1, offset, placement: { about: '' } },
    ...{ credentials: authority.leaf, ca: authority.ca, ...options },
  })

describe.concurrent('one small trial', () => {
  test.for(contestants)('%s: a whole row, its layers as the formats say', { timeout: 60_000 }, async (name) => {
    const rows = await run({ transports: [name] })
    expect(rows).toHaveLength(1)
    const row = v.parse(RowSchema, rows[0])
    expect(row).toMatchObject({ transport: name, valid: true, lost: 0, duplicated: 0, reordered: 0 })
    expect(row.delivered).toBe(row.expected)
    // 20 events a second for 2 s; at each edge one slot of the schedule may fall either way.
    expect(Math.abs(row.expected! - 5 * 40)).toBeLessThanOrEqual(5)
    expect(decodeFromCompressedBase64(row.histogram!).totalCount).toBe(row.delivered)

    const { p50, p90, p99, p999, max } = row.latencyMs
    // The median delivery is not before that of the first receivers, nor after that of the last; a histogram has three digits, and microseconds.
    const near = (ms: number | null) => ms! * 0.002 + 0.002
    expect(row.skewMs!.first.p50).toBeLessThanOrEqual(p50! + near(p50))
    expect(row.skewMs!.last.p50).toBeGreaterThanOrEqual(p50! - near(p50))
    expect(row.skewMs!.last.p50).toBeLessThanOrEqual(max! + near(max))

    if (name === 'null') return expect([row.bytesPerEvent.total, row.server.cpuUsPerDelivery]).toEqual([null, null])
    const { payload, framing, headers, tls, up, down } = row.bytesPerEvent
    // What the formats say, not what is left: 4 bytes before an event (floor; RFC 6455 §5.2), `id: …`, `data: ` and line ends (SSE).
    const frame: Record<string, [least: number, most: number]> = { floor: [4, 4], wss: [4, 4], sse: [21, 23] }
    const [least, most] = frame[name] ?? [1, 60]
    expect(framing).toBeGreaterThan(least - 0.5)
    expect(framing).toBeLessThan(most + 0.5)
    // A record of TLS 1.3 adds 22 bytes (RFC 8446 §5.2); several events of a busy machine may leave in one.
    expect(tls).toBeGreaterThan(0)
    expect(tls).toBeLessThan(name in frame ? 22.5 : 70)
    expect([up! > 0, down! > payload!]).toEqual([!(name in frame), true])
    expect(payload).toBeGreaterThan(190)
    expect(payload).toBeLessThan(210)
    const asked = name === 'polling' || name === 'long-polling'
    expect(headers! > 0).toBe(asked)
    expect(row.requestsPerEvent! > 0).toBe(asked)
    expect([p50, p90, max]).toEqual([p50, p90, max].toSorted((a, b) => a! - b!))
    expect(p50).toBeGreaterThan(0)
    expect([p99, p999]).toEqual([null, null]) // 200 samples say nothing about them
    expect(p90).not.toBeNull()
    if (name !== 'polling') return
    // An event waits for the next question, between nothing and the interval: half of it, if nothing keeps step.
    expect(p50).toBeGreaterThan(tiny.pollMs / 4)
    expect(p50).toBeLessThan(tiny.pollMs * 1.5)
    expect(row.generator.answerMs).toBeGreaterThan(0)
  })

  test('several transports against one server: a row each, counted apart', { timeout: 60_000 }, async () => {
    const rows = await run({ transports: ['sse', 'wss'], scenario: { ...tiny, together: true, generators: 2 } }) // each generator has a share
    expect(rows.map(({ transport, valid, clients }) => [transport, valid, clients])).toEqual([
      ['sse', true, 5],
      ['wss', true, 5],
    ])
    // WSS: payload, 4 bytes of frame and 22 of TLS; SSE: 22 of framing. Mixed up, neither could come out.
    expect(rows[1]!.bytesPerEvent.framing).toBeLessThan(8)
    expect(rows[0]!.bytesPerEvent.framing).toBeGreaterThan(15)
  })

  test('p99 is quoted when enough samples lie beyond it', { timeout: 60_000 }, async () => {
    const rows = await run({ scenario: { ...tiny, clients: 10, rate: 100 } }) // 2 000 of them
    const { p50, p90, p99, p999, max } = rows[0]!.latencyMs
    expect([p50, p90, p99, max]).toEqual([p50, p90, p99, max].toSorted((a, b) => a! - b!))
    expect(p99).toBeGreaterThan(0)
    expect(p999).toBeNull()
  })

  test('over HTTP/2 too', { timeout: 60_000 }, async () => {
    const rows = await run({ transports: ['long-polling'], scenario: { ...tiny, http: '2' } })
    expect(rows[0]).toMatchObject({ valid: true, lost: 0, delivered: rows[0]!.expected })
  })

  test(
    'calibration: a generator that is too busy makes the trial invalid, and it says so',
    { timeout: 60_000 },
    async () => {
      const rows = await run({ burnMs: 60, scenario: { ...tiny, maxUtilisation: 0.85, maxGeneratorDelayMs: 25 } })
      expect(rows[0]!.valid).toBe(false)
      expect(rows[0]!.why).toMatch(/generator was busy .* generator's loop was .* late/)
      expect(rows[0]!.generator.loopDelayP99Ms).toBeGreaterThan(40)
    },
  )

  test('a trial that breaks is a row that says why, without one number', { timeout: 60_000 }, async () => {
    const rows = await run({ ca: (await openAuthority(join(directory, 'other'), ['localhost'])).ca })
    const row = v.parse(RowSchema, rows[0])
    expect(row).toMatchObject({ valid: false, expected: null, delivered: null, histogram: null })
    expect(row.why).toMatch(/generator failed at "open": sse: .*certificate/)
  })
})

describe('the plan', () => {
  const options = { scenarios: [scenarios.steady, scenarios.fanout], repeats: 3, seed: 7 }
  const text = (seed: number) =>
    plan({ ...options, seed }).map((each) => `${each.scenario.name} ${each.transports.join()}`)

  test('each repeat has every trial once, in an order of its own', () => {
    const order = text(7)
    const size = contestants.length + 1
    expect(order).toHaveLength(3 * size)
    const repeats = [0, 1, 2].map((i) => order.slice(i * size, (i + 1) * size))
    for (const each of repeats) expect(each.toSorted()).toEqual(repeats[0]!.toSorted())
    expect(new Set(repeats.map(String)).size).toBeGreaterThan(1)
  })
  test('in one repeat all transports get the same schedule of events, in the next another', () => {
    const plans = plan(options)
    const seeds = [1, 2, 3].map((repeat) => new Set(plans.filter((p) => p.repeat === repeat).map(({ seed }) => seed)))
    expect(seeds.map(({ size }) => size)).toEqual([1, 1, 1])
    expect(new Set(seeds.flatMap((each) => [...each])).size).toBe(3)
  })
  test('the same seed, the same order', () => {
    expect(text(7)).toEqual(text(7))
    expect(text(7)).not.toEqual(text(8))
  })
})

describe.concurrent('wirelab bench', () => {
  const line = (...parts: string[]) => new RegExp(`^ *${parts.map((part) => RegExp.escape(part)).join(' +')}$`, 'm')
  const cli = (...args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const path = join(import.meta.dirname, '../src/cli/bin.js')
      execFile(process.execPath, [path, 'bench', ...args], (error, out, err) =>
        resolve({ code: error ? Number(error.code) : 0, out, err }),
      )
    })

  test('--help', async () => {
    const { code, out } = await cli('--help')
    expect(code).toBe(0)
    for (const flag of [
      'scenario',
      'transports',
      'peers',
      'repeats',
      'out',
      'seed',
      'full',
      'calibrate',
      'delay',
      'gate',
      'tls',
      'fail',
    ])
      expect(out).toContain(`--${flag}`)
    for (const { name, about } of Object.values(scenarios)) expect(out).toMatch(line(name, about))
  })
  test.for([
    ['--nonsense'],
    ['--scenario', 'nothing'],
    ['--transports', 'sse,pigeons'],
    ['--repeats', '0'],
    ['--gate', 'sse.p99'],
    ['--gate', 'sse.speed=4'],
    ['--gate', 'wss.p99=4', '--transports', 'sse'],
    ['--scenario', 'fanout', '--transports', 'floor'],
    ['--http', '3'],
    ['--seconds', '0'],
    ['--scenario', 'storm,connect', '--seconds', '5'],
    ['--delay', 'wss'],
    ['--delay', 'null=5'],
    ['--peers', 'kafka'],
    ['--tls', '1.1'],
    ['--scenario', 'capacity', '--tls', '1.2'],
    ['--scenario', 'thousand', '--rate', '50'],
    ['--delay', 'sse=5', '--scenario', 'fanout'],
    ['--delay', 'wss=5', '--scenario', 'network'],
    ['--delay', 'wss=5', '--full'],
    ['--delay', 'sse=5', '--delay', 'wss=5', '--transports', 'sse'],
    ['--peers', '--scenario', 'fanout,connect'],
    ['--peers', 'ws-wss', '--http', '2'],
    ['--fail'],
    ['--out', import.meta.filename],
    ['--out', join(import.meta.filename, 'below')],
    ['--calibrate', '--transports', 'sse'],
    ['--calibrate', '--gate', 'sse.p99=50'],
    ['--calibrate', '--out', 'there'],
    ['--calibrate', '--peers'],
    ['--compare', 'a.json', 'b.json', '--clients', '5'],
    ['--readme', 'a.json', '--gate', 'sse.p99=50'],
    ['--readme', 'a.json', '--compare', 'a.json', 'b.json'],
  ])('%j is one line and exit 2', async (args) => {
    const { code, out, err } = await cli(...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^[^\n]{10,300}\n$/)
    expect(err).not.toMatch(/a\.json/) // nothing was read
  })
})
