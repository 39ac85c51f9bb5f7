// Made-up results for the tests of the report: every scenario, spread like the real thing, the same for the same seed. Nothing in here was measured.
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { seeded } from '../src/core/random.ts'
import { notes } from '../bench/notes.ts'
import { SCHEMA, checkResults, failedRow } from '../bench/results.ts'
import type { Results, Row } from '../bench/results.ts'
import { contestants as all } from '../bench/contestants.ts'
import { scenarios } from '../bench/scenarios.ts'

export interface MadeUp {
  seed: number
  scenarios?: string[]
  repeats?: number
  /** Without histograms it is quick: percentiles come from formulas then. */
  histograms?: boolean
  /** How far the machine of this run is from its usual self, as the standard deviation of a logarithm. */
  drift?: number
  /** What this run has that the others have not. */
  change?(row: Row): Row
}

/** Median ms, how much longer p99 is, server µs a delivery, bytes up and down beside the payload, KiB a connection. */
const shapes = {
  floor: { p50: 1.5, tail: 3, cpu: 12, framing: 0, headers: [0, 0], tls: 22, rss: 40 },
  wss: { p50: 2, tail: 3.2, cpu: 11, framing: 4, headers: [0, 0], tls: 22, rss: 48 },
  sse: { p50: 2.1, tail: 3.1, cpu: 12.5, framing: 22, headers: [0, 0], tls: 22, rss: 52 },
  'long-polling': { p50: 2.8, tail: 3.5, cpu: 60, framing: 40, headers: [180, 190], tls: 44, rss: 60 },
  polling: { p50: 252, tail: 1.98, cpu: 45, framing: 1, headers: [60, 70], tls: 44, rss: 55 },
  'nchan-wss': { p50: 2.3, tail: 3.4, cpu: 14, framing: 4, headers: [0, 0], tls: 22, rss: 30 },
  'nchan-sse': { p50: 2.5, tail: 3.4, cpu: 15, framing: 26, headers: [0, 0], tls: 22, rss: 31 },
  'socket.io-wss': { p50: 3.1, tail: 4, cpu: 24, framing: 9, headers: [0, 0], tls: 22, rss: 92 },
  'hono-sse': { p50: 4.2, tail: 5, cpu: 48, framing: 22, headers: [0, 0], tls: 40, rss: 110 },
} as const
type Shape = keyof typeof shapes
const beside: Partial<Record<Shape, string>> = {
  ...{ 'nchan-wss': 'wss', 'nchan-sse': 'sse', 'socket.io-wss': 'wss', 'hono-sse': 'sse' },
}
const RATE = 20
const pushing = ['sse', 'wss', 'floor'] as const
const peers = Object.keys(beside) as Shape[]
type Kind = [transport: string, point?: Row['point']]
const across = (names: readonly string[], points: NonNullable<Row['point']>[]): Kind[] =>
  points.flatMap((point) => names.map((name): Kind => [name, point]))
const of = (names: readonly string[]): Kind[] => names.map((name) => [name])

/** The null transport has hardly a number to make up. */
const contestants = all.filter((name) => name !== 'null')

/** What each scenario runs. */
export const kinds: Record<string, Kind[]> = {
  steady: of([...contestants, ...peers]),
  ladder: of([...contestants, 'nchan-wss']),
  idle: of(contestants),
  connect: of(contestants),
  storm: of([...contestants, 'nchan-wss']),
  recover: of(['polling', 'long-polling', 'sse', 'wss']),
  payload: across(
    ['long-polling', ...pushing],
    [16, 256, 1024, 16384].map((payload) => ({ payload })),
  ),
  burst: of(contestants),
  'break-even': [1, 5, 20, 100].flatMap((rate) => [
    ...across(
      ['polling'],
      [100, 250, 1000, 5000].map((pollMs) => ({ rate, pollMs })),
    ),
    ...across(['long-polling', 'sse', 'wss'], [{ rate }]),
  ]),
  network: across(
    ['polling', 'long-polling', 'sse', 'wss'],
    ['lan', '4g', '3g', 'satellite', 'lossy-wifi'].map((profile) => ({ profile })),
  ),
  up: of(['post', 'wss']),
  protocols: across(
    ['polling', 'long-polling', 'sse', 'wss'],
    ['1.1', '2'].flatMap((http) => ['1.2', '1.3'].map((tls) => ({ http, tls }))),
  ),
  batch: across(
    ['sse', 'wss'],
    [0, 5, 20, 50].map((batchMs) => ({ batchMs })),
  ),
  capacity: of(['polling', 'long-polling']),
  fanout: of(['sse', 'wss']),
}

export function madeUpResults({ seed, repeats = 5, histograms = true, drift = 0, change, ...rest }: MadeUp): Results {
  const names = rest.scenarios ?? Object.keys(kinds)
  const random = seeded(seed)
  const run = noise(random, drift)
  const trials = names.flatMap((name) =>
    kinds[name]!.flatMap(([transport, point]) =>
      Array.from({ length: repeats }, (_, i) => rowOf(name, transport, point, i + 1, random, run, histograms)),
    ),
  )
  return checkResults({
    ...{ schema: SCHEMA, startedAt: '2026-01-02T03:04:05.000Z', commit: '0123456789abcdef0123456789abcdef01234567' },
    machine: { cpu: 'Made-up CPU', cores: 2, memoryMiB: 4096, system: 'linux x64 6.1', loadBefore: random() },
    ...{ versions: { node: '24.1.0', wirelab: '0.1.0' }, seed, notes },
    scenarios: names.map((name) => ({
      ...{ ...scenarios.steady, rate: RATE, name, about: `made up: ${name}`, http: '1.1' as const },
      transports: [...new Set(kinds[name]!.map(([transport]) => transport))].filter((t) => !(t in beside)),
      ...(name === 'fanout' && { clients: 1000, rate: 50, seconds: 10, together: true, targetP99Ms: 100 }),
    })),
    predictions: trials.flatMap(({ scenario, transport, repeat, point, bytesPerEvent: { total } }) =>
      scenario === 'steady' && !(transport in beside)
        ? {
            ...{ scenario, transport, repeat, ...(point && { point }) },
            ...(transport === 'polling' && { p50Ms: 251 }),
            bytesPerEvent: Math.round(total! * (transport === 'long-polling' ? 1.2 : 1.01)),
          }
        : [],
    ),
    trials: change ? trials.map((row) => change(row)) : trials,
  })
}

/** Logarithmically normal around 1; Box and Muller. */
function noise(random: () => number, deviation: number): number {
  return Math.exp(deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))
}

/** In one of twenty repeats something else wants the machine. */
const hiccup = (random: () => number) => (random() < 0.05 ? 1.5 + 2 * random() : 1)

function rowOf(
  scenario: string,
  transport: string,
  point: Row['point'] = {},
  repeat: number,
  random: () => number,
  run: number,
  histograms: boolean,
): Row {
  const shape = shapes[transport === 'post' ? 'polling' : (transport as Shape)]
  const settings =
    scenario === 'fanout' ? { clients: 1000, rate: 50, seconds: 10 } : { ...scenarios.steady, rate: RATE }
  const { clients, seconds } = settings
  const rate = Number(point.rate ?? settings.rate)
  const polled = transport === 'polling'
  const pollMs = Number(point.pollMs ?? 500)
  const wait = { lan: 1, '4g': 50, '3g': 200, satellite: 600, 'lossy-wifi': 30 }[String(point.profile)] ?? 0
  const held = Number(point.batchMs ?? 0)
  const middle = (polled ? pollMs / 2 + 2 : shape.p50) + wait + held / 2
  const p50 = middle * (polled ? noise(random, 0.02) : run * noise(random, 0.1) * hiccup(random))
  const tail = shape.tail * (polled ? 1 : noise(random, 0.25) * run * hiccup(random))
  const payload = Number(point.payload ?? 200)
  const asked = polled ? 1000 / pollMs / rate : 1
  const [up, down] = shape.headers.map((bytes) => bytes * asked * noise(random, 0.002)) as [number, number]
  const { framing } = shape
  const tls = shape.tls * asked
  const cpu = (polled ? 4 + 41 * asked : shape.cpu) * run * noise(random, 0.04) * hiccup(random) * (1 - held / 100)
  const { latencyMs, histogram } = histograms
    ? recorded(p50, tail, random)
    : {
        latencyMs: { p50, p90: p50 * (1 + tail) * 0.4, p99: p50 * tail, p999: null, max: p50 * tail * 2 },
        histogram: null,
      }
  const expected = clients * rate * seconds
  const silent = ['idle', 'connect', 'capacity', 'storm', 'recover'].includes(scenario)
  const { why: _, ...empty } = failedRow({ scenario, transport, repeat, clients, rate, seconds }, '')
  return {
    ...empty,
    ...(beside[transport as Shape] && { beside: beside[transport as Shape] }),
    ...(Object.keys(point).length > 0 && { point }),
    valid: true,
    ...(!silent && {
      ...{ expected, delivered: expected, lost: 0, duplicated: 0, reordered: 0 },
      ...{ latencyMs, histogram },
      skewMs: {
        first: { p50: p50 * 0.6, p99: p50 * tail * 0.7 },
        median: { p50, p99: p50 * tail },
        last: { p50: p50 * 1.5, p99: p50 * tail * 1.3 },
      },
      requestsPerEvent: shape.headers[0] > 0 ? asked : 0,
    }),
    connectMs: { full: 9 * run * noise(random, 0.15) * hiccup(random), resumed: 5 * run * noise(random, 0.15) },
    bytesPerEvent: {
      ...{ payload, framing, headers: up + down, tls },
      ...{ total: payload + framing + up + down + tls, up: up + 1, down: payload + framing + down + tls - 1 },
    },
    layers: {
      up: { payload: 0, framing: 0, headers: up, tls: 1, tcpip: 20 * asked },
      down: { payload, framing, headers: down, tls: tls - 1, tcpip: 52 * asked },
    },
    server: {
      cpuUsPerDelivery: silent ? null : cpu,
      rssKbPerConnection: scenario === 'idle' ? shape.rss * noise(random, 0.03) : null,
      ...{ loopDelayP99Ms: 11 + random(), utilisation: 0.3, gcMaxMs: 3 * noise(random, 0.3), gcShare: 0.01 },
    },
    generator: { loopDelayP99Ms: 12, utilisation: 0.4, gcMaxMs: 2 },
    ...special(scenario, shape, cpu, random),
  }
}

function recorded(p50: number, tail: number, random: () => number) {
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60_000_000,
    numberOfSignificantValueDigits: 3,
  })
  const deviation = Math.log(tail) / 2.33
  for (let i = 0; i < 4000; i++) histogram.recordValue(Math.max(1, Math.round(1000 * p50 * noise(random, deviation))))
  const ms = (percent: number) => histogram.getValueAtPercentile(percent) / 1000
  return {
    latencyMs: { p50: ms(50), p90: ms(90), p99: ms(99), p999: null, max: histogram.maxValue / 1000 },
    histogram: encodeIntoCompressedBase64(histogram),
  }
}

/** The figures and curves that only this scenario has. */
function special(
  scenario: string,
  { p50, cpu: usual, rss }: (typeof shapes)[Shape],
  cpu: number,
  random: () => number,
) {
  const near = (value: number) => value * noise(random, 0.08)
  const slow = near(usual * 12)
  const rates = [10, 20, 50, 100, 200, 400, 800, 1600, 3200].filter((rate) => rate * cpu < 24_000)
  const made: Record<string, Pick<Row, 'figures' | 'series'>> = {
    ladder: {
      figures: { kneeRate: rates.at(-2) ?? null, kneeLimitedBy: 0 },
      series: {
        p99: rates.map((rate) => [rate, near(p50 * 3 + 90 * ((rate * cpu) / 16_000) ** 3)]),
        utilisation: rates.map((rate) => [rate, Math.min(1, (rate * cpu) / 20_000)]),
      },
    },
    idle: { figures: { wakeupsPerMinute: near(usual * 20), cpuMsPerMinute: near(usual * 3) } },
    connect: { figures: { firstEventFullMs: near(12), firstEventResumedMs: near(7), cpuMsPerConnect: near(rss / 40) } },
    burst: { figures: { burstFirstMs: near(usual * 4), burstLastMs: near(usual * 9) } },
    capacity: { figures: { requestsPerSecond: near(90_000 / usual) } },
  }
  const back: Pick<Row, 'figures' | 'series'> = {
    figures: { backP50Ms: slow, backP99Ms: slow * 2, backAllMs: slow * 2.2, cpuMsPerConnect: near(1.2) },
    series: {
      back: Array.from({ length: 23 }, (_, i) => [
        (slow * i) / 10,
        Math.min(1, 1 / (1 + Math.exp(7 - i * 0.7)) + (i > 21 ? 1 : 0)),
      ]),
    },
  }
  return scenario === 'storm' || scenario === 'recover' ? back : (made[scenario] ?? {})
}
