// What two reports, the server's and the generators', make of one transport in one trial: a plain row of SPEC §7, and whether it counts.
import { decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import type { Histogram } from 'hdr-histogram-js'
import { canQuote, median } from '../src/core/stats.ts'
import { bytesPerEvent, deliveriesOf } from './bytes.ts'
import { round } from './health.ts'
import type { LoadReport } from './load.ts'
import { failedRow } from './results.ts'
import type { Row } from './results.ts'
import type { Contestant, Scenario } from './scenarios.ts'
import type { TargetReport } from './target.ts'

export interface Measured {
  scenario: Scenario
  repeat: number
  server: TargetReport
  reports: LoadReport[]
  /** Of all transports together, between the window's edges. */
  deliveries: number
  rss: number | null
}

export function rowOf(transport: Contestant, { scenario, repeat, server, reports, deliveries, rss }: Measured): Row {
  const { clients, rate, seconds } = scenario
  const mine = reports.map((report) => report.transports[transport]!)
  const sum = (pick: (counts: (typeof mine)[number]['counts']) => number) =>
    mine.reduce((total, { counts }) => total + pick(counts), 0)
  const histogram = mine.map(({ histogram }) => decodeFromCompressedBase64(histogram)).reduce(merged)
  const n = histogram.totalCount
  const ms = (percent: number) => histogram.getValueAtPercentile(percent) / 1000
  const quoted = (percent: number) => (canQuote(n, percent) ? ms(percent) : null)
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
    ...(counts.expected === 0 ? ['no event was due in the window: the rate is too low for it'] : []),
    ...(counts.lost > 0 ? [`${counts.lost} events did not come, and no gap was declared`] : []),
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
      p50: n > 0 ? ms(50) : null,
      p90: quoted(90),
      p99: quoted(99),
      p999: quoted(99.9),
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

const percent = (share: number) => `${Math.round(share * 100)} %`
