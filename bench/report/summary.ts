// The repeats of one scenario, transport and point, put together: medians, intervals, ratios to the floor of the same repeat. It measures nothing.
import { estimate, spread } from '../../src/core/stats.ts'
import type { Estimate, Spread } from '../../src/core/stats.ts'
import { pointText } from '../figures.ts'
import type { Results, Row } from '../results.ts'

export type Pick = (row: Row) => number | null | undefined

export interface Summary {
  scenario: string
  transport: string
  beside: string | undefined
  point: NonNullable<Row['point']>
  /** The point in words; empty where the scenario has no variable. */
  where: string
  rows: Row[]
  valid: Row[]
  /** Of the valid rows; undefined when none has the value. */
  of(pick: Pick): Spread | undefined
  /** Median and interval, of the valid rows. */
  estimate(pick: Pick): Estimate | undefined
  /**
   * As a multiple of another row (the floor, or ours beside a peer) of the same repeat and point: the median of the repeats' ratios.
   * What a ladder measured it measured at a rate of its own: only what is `atKnee`, the same whatever the rate, is held against others.
   */
  times(pick: Pick, other: string, atKnee?: boolean): Estimate | undefined
  predicted: { p50: Spread | undefined; bytes: Spread | undefined }
  targetP99Ms: number | undefined
}

export function summarise({ trials, predictions, scenarios }: Results): Summary[] {
  const groups = Map.groupBy(trials, keyOf)
  const order = scenarios.flatMap(({ name, transports, points = [] }) => {
    const mine = [...groups.values()].map(([first]) => first!).filter((row) => row.scenario === name)
    // Ours as the scenario lists them; then peers, those of a transport together, by name.
    const values = (point: Row['point'] = {}) =>
      points.findIndex((each) => Object.entries(point).every(([key, value]) => each[key] === value))
    const place = ({ transport, beside }: Row): [number, string] =>
      beside === undefined
        ? [transports.indexOf(transport), '']
        : [transports.length + transports.indexOf(beside), transport]
    return mine
      .map((row) => ({ row, place: place(row) }))
      .toSorted(
        ({ place: [a, x], row: one }, { place: [b, y], row: other }) =>
          a - b || x.localeCompare(y) || values(one.point) - values(other.point),
      )
  })
  return order.map(({ row: { scenario, transport, beside, point = {} } }) => {
    const rows = groups.get(keyOf({ scenario, transport, point }))!
    const valid = rows.filter((row) => row.valid)
    // Beside what is measured stands only what was predicted of it.
    const mine = predictions.filter((each) => keyOf(each) === keyOf(rows[0]!) && valid.some(isOf(each)))
    const values = (pick: Pick) => valid.map(pick).filter(isKnown)
    return {
      ...{ scenario, transport, beside, point, where: pointText(point), rows, valid },
      of: (pick) => spread(values(pick)),
      estimate: (pick) => estimate(values(pick)),
      times(pick, other, atKnee = false) {
        const others = groups.get(keyOf({ scenario, transport: other, point })) ?? []
        if (!atKnee && [...valid, ...others].some(isAtKnee)) return undefined
        const ratios = valid.map((row) => {
          const [value, against] = [pick(row), others.filter((each) => each.valid).find(isOf(row))]
          const by = against && pick(against)
          return isKnown(value) && isKnown(by) && by > 0 ? value / by : null
        })
        return other === transport ? undefined : estimate(ratios.filter(isKnown))
      },
      predicted: {
        p50: spread(mine.map(({ p50Ms }) => p50Ms).filter(isKnown)),
        bytes: spread(mine.map(({ bytesPerEvent }) => bytesPerEvent).filter(isKnown)),
      },
      targetP99Ms: scenarios.find(({ name }) => name === scenario)?.targetP99Ms,
    }
  })
}

const isAtKnee = ({ figures }: Row) => isKnown(figures?.['kneeRate'])
/** The generator or the end of the ladder ended the climb, not the server (bench/figures.ts): the knee is at least there. */
export const isLowerBound = ({ figures }: Row) =>
  isKnown(figures?.['kneeRate']) && (figures['kneeLimitedBy'] ?? 0) !== 0

export const isKnown = (value: number | null | undefined): value is number => value !== null && value !== undefined
const isOf =
  ({ repeat }: { repeat: number }) =>
  (row: { repeat: number }) =>
    row.repeat === repeat

/** The value of each repeat, the first one first; null where it has none that counts. */
export function repeatsOf({ valid }: Summary, pick: Pick, repeats: number): (number | null)[] {
  return Array.from({ length: repeats }, (_, i) => {
    const row = valid.find(isOf({ repeat: i + 1 }))
    return (row && pick(row)) ?? null
  })
}

/** What makes two rows repeats of each other. */
export function keyOf({
  scenario,
  transport,
  point = {},
}: {
  scenario: string
  transport: string
  point?: Row['point']
}) {
  return JSON.stringify([scenario, transport, Object.entries(point).toSorted(([a], [b]) => (a < b ? -1 : 1))])
}

/** Both must be passed: on loopback a fraction of a millisecond, which is the machine's, is large in per cent. */
const [MODEL_TOLERANCE, MODEL_TOLERANCE_MS] = [0.1, 0.5]

/** @returns the measured median's distance from the predicted one, as a share of it; undefined where either is not known. */
export function modelError(summary: Summary, of: 'p50' | 'bytes'): number | undefined {
  const predicted = summary.predicted[of]?.median
  const measured = summary.of(metrics[of])?.median
  return predicted && isKnown(measured) ? (measured - predicted) / predicted : undefined
}

export const isFar = (error: number | undefined) => error !== undefined && Math.abs(error) > MODEL_TOLERANCE

/** Whether a difference from the model is worth a mark. */
export function isOff(summary: Summary, of: 'p50' | 'bytes'): boolean {
  const error = modelError(summary, of)
  if (error === undefined || !isFar(error)) return false
  return of === 'bytes' || Math.abs(error * summary.predicted.p50!.median) > MODEL_TOLERANCE_MS
}

export const metrics = {
  // Of fewer than ten events a median is one of them (bench/latency.ts): older runs have such numbers.
  p50: (row: Row) =>
    (row.expected ?? Infinity) < 10 * row.clients && row.scenario !== 'up' ? null : row.latencyMs.p50,
  p90: (row: Row) => row.latencyMs.p90,
  p99: (row: Row) => row.latencyMs.p99,
  p999: (row: Row) => row.latencyMs.p999,
  max: (row: Row) => row.latencyMs.max,
  bytes: (row: Row) => row.bytesPerEvent.total,
  // Older runs have a number for servers that could not keep up with what was pushed (bench/row.ts).
  cpu: ({ server, figures, requestsPerEvent }: Row) =>
    requestsPerEvent === 0 && !figures && (server.utilisation ?? 0) > 0.99 ? null : server.cpuUsPerDelivery,
  connect: (row: Row) => row.connectMs.full,
  rss: (row: Row) => row.server.rssKbPerConnection,
  /** The null transport has nobody to ask. */
  requests: (row: Row) => (row.transport === 'null' ? null : row.requestsPerEvent),
}
