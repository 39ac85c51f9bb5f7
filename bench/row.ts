// What the reports of a window make of one contestant: a plain row of SPEC §7, and whether it counts.
import { median } from '../src/core/stats.ts'
import { bytesPerEvent, layersOf } from './bytes.ts'
import { asks, peerOf } from './contestants.ts'
import type { Contestant } from './contestants.ts'
import type { FigureName, SeriesName } from './figures.ts'
import { delayP99Of, per, round, tooBusy } from './health.ts'
import { early, joinLatencies, latencyOf, skewOf } from './latency.ts'
import { SHARE } from './generators.ts'
import type { LoadReport, LotReport } from './load/window.ts'
import { failedRow } from './results.ts'
import type { Row } from './results.ts'
import type { Stage } from './stage.ts'
import type { TargetReport } from './target.ts'

export interface Measured {
  /** Of the null transport, which has no server, the schedule alone. */
  server: TargetReport
  reports: LoadReport[]
  figures?: Partial<Record<FigureName, number | null>>
  series?: Partial<Record<SeriesName, [number, number][]>>
  /** More reasons why it does not count. */
  why?: (string | undefined)[]
  /** Nothing was to be delivered. */
  silent?: boolean
  /** The clients were not the generator's own: their sockets were not counted. */
  unseen?: boolean
}

/** A loop that never waits. */
const FULL = 0.99
/** Where a scenario lets it be busier than elsewhere, the row says when it was. */
const LIFTED = `the generator was busy for more than ${SHARE * 100} % of the time, which this scenario allows: its own work is in the times`

export function rowOf(transport: Contestant, stage: Stage, measured: Measured): Row {
  const { scenario, transports, connects, rssKbPerConnection } = stage
  const { server, reports, silent = false, unseen = false } = measured
  const { clients, seconds, kind } = scenario
  const mine = reports.map(({ lots }) => lots[transport]!)
  const sum = (pick: (lot: LotReport) => number) => mine.reduce((total, lot) => total + pick(lot), 0)
  const hasServer = transport !== 'null'
  /** Of nginx or a broker only the system knows something; the loop in the server process is that of the publisher. */
  const inside = hasServer && !stage.external && !silent
  const edges = mine.map((lot) => lot.edges).reduce(added)
  const everything = reports.flatMap(({ lots }) => transports.map((name) => lots[name]!.edges.deliveries))
  const read = everything.reduce((total, each) => total + each, 0)

  const count = Math.max(0, server.last - server.first + 1)
  // What is pushed is the server's work when it is due, however late a generator reads it; an answer is work when it is asked for.
  const pushes = (kind === 'window' || kind === 'ladder') && !transports.some(asks)
  const deliveries = pushes ? count * clients * transports.length : read
  // And of a server that cannot keep up nobody knows how much of what was due it has done.
  const isFull = pushes && (server.health.utilisation ?? 0) > FULL
  const counts = {
    expected: count * clients,
    delivered: sum((lot) => lot.counts.received),
    lost: sum((lot) => lot.counts.lost),
    duplicated: sum((lot) => lot.counts.duplicated),
    reordered: sum((lot) => lot.counts.reordered),
    corrupt: sum((lot) => lot.counts.corrupt),
  }
  const utilisation = Math.max(...reports.map(({ health }) => health.utilisation))
  const delay = Math.max(...reports.map(({ health }) => health.loopDelayP99Ms))
  const worst = Math.max(...reports.map(({ health }) => health.loopDelayMaxMs))
  const rows = joinLatencies(mine.map(({ latencies }) => latencies))
  const why = [...faults(), ...(measured.why ?? [])].filter((text) => text !== undefined)
  const minutes = seconds / 60
  const asked = asks(transport)
  const layers = unseen ? undefined : layersOf(edges, asked, silent ? clients * minutes : edges.deliveries)
  const opened = median(connects[transport] ?? [])
  const empty = blank(transport, stage)
  return {
    ...empty,
    valid: why.length === 0,
    ...(why.length > 0 ? { why: why.join('; ') } : utilisation > SHARE && { remark: LIFTED }),
    ...counts,
    ...(silent ? {} : { ...latencyOf(rows), skewMs: skewOf(rows) }),
    connectMs: { full: opened === undefined ? null : round(opened), resumed: null },
    requestsPerEvent: edges.deliveries > 0 && !unseen ? round(asked ? edges.sent / edges.deliveries : 0) : null,
    ...(hasServer && layers && { layers, ...(!silent && { bytesPerEvent: bytesPerEvent(layers) }) }),
    server: {
      cpuUsPerDelivery: hasServer && !isFull ? per(server.health.cpuUs, deliveries) : null,
      rssKbPerConnection: rssKbPerConnection === null ? null : round(rssKbPerConnection),
      loopDelayP99Ms: inside ? delayP99Of(server.health) : null,
      utilisation: hasServer ? server.health.utilisation : null,
      gcMaxMs: inside ? server.health.gcMaxMs : null,
      gcShare: inside ? server.health.gcShare : null,
    },
    generator: {
      ...(edges.answers > 0 && { answerMs: round(edges.answersMs / edges.answers) }),
      loopDelayP99Ms: delay,
      loopDelayMaxMs: worst,
      utilisation,
      // One after the other: the last receiver of an event waits so long for the generator, whoever serves it.
      ...(pushes && hasServer && count > 0 && { readMs: round((utilisation * seconds * 1000) / count) }),
      gcMaxMs: Math.max(...reports.map(({ health }) => health.gcMaxMs)),
    },
    ...(measured.figures && { figures: measured.figures }),
    ...(measured.series && { series: measured.series }),
  }

  function faults(): string[] {
    return [
      ...(counts.expected === 0 && !silent ? ['no event was due in the window: the rate is too low for it'] : []),
      ...(counts.lost > 0 ? [`${counts.lost} events did not come, and no gap was declared`] : []),
      ...(sum((lot) => lot.counts.undeclaredGaps) > 0 && counts.lost === 0
        ? ['events are missing and no gap was declared']
        : []),
      ...(sum((lot) => lot.counts.duplicated + lot.counts.reordered + lot.counts.falseGaps) > 0
        ? ['events were repeated or out of order, or a gap was false']
        : []),
      ...(counts.corrupt > 0 ? [`${counts.corrupt} deliveries had other bytes than were published`] : []),
      ...(early(rows) > 0
        ? [`${early(rows)} deliveries came before their time: the clocks of the processes differ`]
        : []),
      ...tooBusy(
        reports.map(({ health }) => health),
        scenario,
      ),
      ...mine.flatMap(({ trouble }) => trouble),
    ]
  }
}

/** A row that says who, what and where, and nothing else yet. */
export function blank(transport: Contestant, { scenario, point, repeat }: Stage): Row {
  const { name, clients, rate, seconds } = scenario
  const beside = peerOf(transport)?.beside
  const { why: _, ...empty } = failedRow(
    {
      scenario: name,
      transport,
      repeat,
      clients,
      rate,
      seconds,
      ...(point && { point: point }),
    },
    '',
  )
  return { ...empty, ...(beside && { beside }) }
}

function added(a: LotReport['edges'], b: LotReport['edges']): LotReport['edges'] {
  const both = (x: { up: number; down: number }, y: { up: number; down: number }) => ({
    up: x.up + y.up,
    down: x.down + y.down,
  })
  const { bytes: _, ...sums } = a
  const keys = Object.keys(sums) as (keyof typeof sums)[]
  return {
    ...(Object.fromEntries(keys.map((key) => [key, a[key] + b[key]])) as unknown as typeof sums),
    bytes: { tls: both(a.bytes.tls, b.bytes.tls), plain: both(a.bytes.plain, b.bytes.plain) },
  }
}
