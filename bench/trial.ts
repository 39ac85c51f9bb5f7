// One trial: a fresh server process, fresh generator processes, one window; out come plain rows, one for each transport in it.
import { decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import type { Histogram } from 'hdr-histogram-js'
import { canQuoteP999, median } from '../src/core/stats.ts'
import { hostClock } from '../src/server/clock.ts'
import type { Credentials } from '../src/server/https.ts'
import { bytesPerEvent, deliveriesOf } from './bytes.ts'
import type { LoadCommands, LoadReport } from './load.ts'
import { child } from './process.ts'
import { failedRow } from './results.ts'
import type { Prediction, Row } from './results.ts'
import type { Contestant, Scenario } from './scenarios.ts'
import type { TargetCommands, TargetReport } from './target.ts'

export interface TrialOptions {
  scenario: Scenario
  /** More than one only when the scenario runs them together. */
  transports: Contestant[]
  repeat: number
  seed: number
  http: '1.1' | '2'
  tls: Credentials
  ca: string
  /** Between the monotonic clock and wall time: the same for every process. */
  offset: number
  /** Calibration: keep the generator busy for so long, again and again. */
  burnMs?: number
}

export interface TrialResult {
  rows: Row[]
  predictions: Prediction[]
}

const [SETTLE_MS, DRAIN_MS] = [200, 5000]
/** Fewer connections than this drown in the noise of resident memory. */
const RSS_CONNECTIONS = 500

export async function trial(options: TrialOptions): Promise<TrialResult> {
  const { scenario, transports, repeat } = options
  try {
    return await measure(options)
  } catch (error) {
    const why = (error as Error).message
    const { name, clients, rate, seconds } = scenario
    const common = { scenario: name, repeat, clients, rate, seconds }
    return { rows: transports.map((transport) => failedRow({ ...common, transport }, why)), predictions: [] }
  }
}

async function measure({ scenario, transports, seed, http, tls, ca, offset, burnMs = 0, repeat }: TrialOptions) {
  const { clients, rate, seconds, warmSeconds, payload, pollMs, generators } = scenario
  const target = child<TargetCommands>('server', new URL('target.ts', import.meta.url), ['--expose-gc'])
  const loads = Array.from({ length: generators }, () =>
    child<LoadCommands>('generator', new URL('load.ts', import.meta.url)),
  )
  try {
    const connections = clients * transports.length
    const ports = await target.ask('open', { offset, tls, http, lines: connections + 100 })
    const rssBefore = await target.ask('rss', undefined)
    await Promise.all(
      loads.map((load, i) =>
        load.ask(
          'open',
          { ...ports, ...{ offset, ca, http, pollMs }, clients: share(transports, clients, i, generators) },
          120_000,
        ),
      ),
    )
    const rssKb = (await target.ask('rss', undefined)) - rssBefore

    const from = hostClock(offset)() + SETTLE_MS + warmSeconds * 1000
    const window = { from, to: from + seconds * 1000 }
    await Promise.all(loads.map((load) => load.ask('measure', { ...window, burnMs })))
    const server = await target.ask(
      'run',
      { ...window, rate, payload, seed, transports },
      (warmSeconds + seconds) * 1000 + 30_000,
    )
    const { epoch, first, last } = server
    const drainMs = DRAIN_MS + pollMs
    const reports = await Promise.all(
      loads.map((load) => load.ask('finish', { epoch, first, last, drainMs }, drainMs + 30_000)),
    )
    const rss = transports.length === 1 && connections >= RSS_CONNECTIONS ? rssKb / connections : null
    const deliveries = transports.reduce((sum, name) => sum + deliveriesOf(name, clients, server), 0)
    return {
      rows: transports.map((name) => rowOf(name, { scenario, repeat, server, reports, deliveries, rss })),
      predictions: transports
        .filter((name) => name === 'polling')
        .flatMap((transport) => {
          const trip = median(reports.flatMap(({ roundTripMs }) => roundTripMs ?? []))
          return trip === undefined
            ? []
            : [{ scenario: scenario.name, transport, repeat, p50Ms: round(pollMs / 2 + trip / 2) }]
        }),
    }
  } finally {
    await Promise.all([target, ...loads].map((each) => each.end()))
  }
}

/** The clients of generator `i` of `generators`. */
function share(transports: Contestant[], clients: number, i: number, generators: number) {
  const mine = Math.floor(clients / generators) + (i < clients % generators ? 1 : 0)
  return Object.fromEntries(transports.map((name) => [name, mine])) as Partial<Record<Contestant, number>>
}

interface Measured {
  scenario: Scenario
  repeat: number
  server: TargetReport
  reports: LoadReport[]
  /** Of all transports together, between the window's edges. */
  deliveries: number
  rss: number | null
}

function rowOf(transport: Contestant, { scenario, repeat, server, reports, deliveries, rss }: Measured): Row {
  const { clients, rate, seconds } = scenario
  const mine = reports.map((report) => report.transports[transport]!)
  const sum = (pick: (counts: (typeof mine)[number]['counts']) => number) =>
    mine.reduce((total, { counts }) => total + pick(counts), 0)
  const histogram = mine.map(({ histogram }) => decodeFromCompressedBase64(histogram)).reduce(merged)
  const n = histogram.totalCount
  const ms = (percent: number) => (n > 0 ? histogram.getValueAtPercentile(percent) / 1000 : null)
  const deliveriesHere = deliveriesOf(transport, clients, server)
  const bytes = bytesPerEvent(transport, clients, server)
  const unknown = failedRow({ scenario: scenario.name, transport, repeat, clients, rate, seconds }, '')
  const utilisation = Math.max(...reports.map(({ health }) => health.utilisation))
  const delay = Math.max(...reports.map(({ health }) => health.loopDelayP99Ms))
  const counts = {
    expected: (server.last - server.first + 1) * clients,
    delivered: sum(({ received }) => received),
    lost: sum(({ lost }) => lost),
    duplicated: sum(({ duplicated }) => duplicated),
    reordered: sum(({ reordered }) => reordered),
  }
  const why = [
    ...(counts.lost > 0 ? [`${counts.lost} events were lost and no gap was declared`] : []),
    ...(sum((c) => c.undeclaredGaps) > 0 && counts.lost === 0 ? ['events are missing and no gap was declared'] : []),
    ...(sum((c) => c.duplicated + c.reordered + c.falseGaps) > 0
      ? ['events were repeated or out of order, or a gap was false']
      : []),
    ...(utilisation > scenario.maxUtilisation
      ? [`the generator was busy ${percent(utilisation)} of the time (at most ${percent(scenario.maxUtilisation)})`]
      : []),
    ...(delay > scenario.maxGeneratorDelayMs
      ? [`the generator's loop was ${delay} ms late at p99 (at most ${scenario.maxGeneratorDelayMs} ms)`]
      : []),
    ...mine.flatMap(({ trouble }) => trouble),
  ]
  const connects = median(mine.flatMap(({ connectsMs }) => connectsMs))
  const { why: _, ...empty } = unknown
  return {
    ...empty,
    valid: why.length === 0,
    ...(why.length > 0 && { why: why.join('; ') }),
    ...counts,
    latencyMs: {
      p50: ms(50),
      p90: ms(90),
      p99: ms(99),
      p999: canQuoteP999(n) ? ms(99.9) : null,
      max: n > 0 ? histogram.maxValue / 1000 : null,
    },
    histogram: encodeIntoCompressedBase64(histogram),
    connectMs: { full: connects === undefined ? null : round(connects), resumed: null },
    requestsPerEvent: deliveriesHere > 0 ? round(server.traffic[transport]!.requests / deliveriesHere) : null,
    ...(bytes && { bytesPerEvent: bytes }),
    server: {
      cpuUsPerDelivery: deliveries > 0 ? round(server.health.cpuUs / deliveries) : null,
      rssKbPerConnection: rss === null ? null : round(rss),
      loopDelayP99Ms: server.health.loopDelayP99Ms,
    },
    generator: { loopDelayP99Ms: delay, utilisation },
  }
}

function merged(sum: Histogram, one: Histogram): Histogram {
  ;(sum as unknown as { add(other: Histogram): void }).add(one)
  return sum
}

const round = (value: number) => Math.round(value * 1000) / 1000
const percent = (share: number) => `${Math.round(share * 100)} %`
