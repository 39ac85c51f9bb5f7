// The repeats of one scenario and transport, put together: medians and how far the repeats lay apart. It measures nothing.
import { spread } from '../../src/core/stats.ts'
import type { Spread } from '../../src/core/stats.ts'
import type { Results, Row } from '../results.ts'

export interface Summary {
  scenario: string
  transport: string
  rows: Row[]
  valid: Row[]
  /** Of the valid rows; undefined when none has the value. */
  of(pick: (row: Row) => number | null): Spread | undefined
  predictedP50Ms: Spread | undefined
  targetP99Ms: number | undefined
}

export function summarise({ trials, predictions, scenarios }: Results): Summary[] {
  const groups = Map.groupBy(trials, ({ scenario, transport }) => `${scenario} ${transport}`)
  const order = scenarios.flatMap(({ name, transports }) => transports.map((t) => `${name} ${t}`))
  return order.flatMap((key) => {
    const rows = groups.get(key)
    if (!rows) return []
    const { scenario, transport } = rows[0]!
    const valid = rows.filter((row) => row.valid)
    const mine = predictions.filter(
      (each) =>
        each.scenario === scenario &&
        each.transport === transport &&
        valid.some(({ repeat }) => repeat === each.repeat), // beside what is measured stands only what was predicted of it
    )
    return {
      ...{ scenario, transport, rows, valid },
      of: (pick: (row: Row) => number | null) => spread(valid.map(pick).filter((value) => value !== null)),
      predictedP50Ms: spread(mine.flatMap(({ p50Ms }) => p50Ms ?? [])),
      targetP99Ms: scenarios.find(({ name }) => name === scenario)?.targetP99Ms,
    }
  })
}

/** Beyond this the model or the program is wrong (MEASURING). */
const MODEL_TOLERANCE = 0.1

/** @returns the measured median's distance from the predicted one, as a share of it, when it is too far; else undefined. */
export function offModel(summary: Summary): number | undefined {
  const predicted = summary.predictedP50Ms?.median
  const measured = summary.of(metrics.p50)?.median
  if (predicted === undefined || measured === undefined) return undefined
  const off = (measured - predicted) / predicted
  return Math.abs(off) > MODEL_TOLERANCE ? off : undefined
}

export const metrics = {
  p50: (row: Row) => row.latencyMs.p50,
  p90: (row: Row) => row.latencyMs.p90,
  p99: (row: Row) => row.latencyMs.p99,
  p999: (row: Row) => row.latencyMs.p999,
  max: (row: Row) => row.latencyMs.max,
  bytes: (row: Row) => row.bytesPerEvent.total,
  cpu: (row: Row) => row.server.cpuUsPerDelivery,
  connect: (row: Row) => row.connectMs.full,
}
export type MetricName = keyof typeof metrics
export const metricNames = Object.keys(metrics) as MetricName[]

export interface Gate {
  transport: string
  metric: MetricName
  atMost: number
}

/** @returns a line for each gate that does not hold. One without a number behind it does not hold. */
export function failedGates(summaries: Summary[], gates: Gate[]): string[] {
  return gates.flatMap(({ transport, metric, atMost }) =>
    summaries
      .filter((each) => each.transport === transport)
      .flatMap((each) => {
        const measured = each.of(metrics[metric])?.median
        if (measured !== undefined && measured <= atMost) return []
        return `gate ${transport}.${metric}=${atMost}: ${each.scenario} has ${measured ?? 'no valid number'}`
      }),
  )
}
