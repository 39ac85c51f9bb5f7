// From every latency of every client to what can be said of them: percentiles, the histogram, and the skew of the fan-out.
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { canQuote, percentile } from '../src/core/stats.ts'
import { round } from './health.ts'

/** Microseconds in the histogram, up to ten minutes, to three significant digits. */
const highestTrackableValue = 600e6

/** Rows of several generators: the clients of one event beside each other. */
export function joinLatencies(maps: Map<number, Float32Array>[]): Float32Array[] {
  const offsets = [...new Set(maps.flatMap((map) => [...map.keys()]))].toSorted((a, b) => a - b)
  return offsets.map((offset) => {
    const rows = maps.flatMap((map) => map.get(offset) ?? [])
    const row = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const each of rows) {
      row.set(each, at)
      at += each.length
    }
    return row.filter((ms) => !Number.isNaN(ms)).sort() // ascending
  })
}

/**
 * `rows`: of each event the latencies of its receivers, ascending. Percentiles that so many samples, of so many events, cannot carry are
 * null: an event that is late is late for all its receivers, so p99 of fewer than 100 events would be one event at most.
 */
export function latencyOf(rows: Float32Array[], events = rows.length) {
  const histogram = build({ bitBucketSize: 32, highestTrackableValue, numberOfSignificantValueDigits: 3 })
  for (const row of rows) for (const ms of row) histogram.recordValue(Math.max(1, Math.round(ms * 1000)))
  const n = histogram.totalCount
  const ms = (percent: number) =>
    n > 0 && (percent === 50 ? events >= MEDIAN_EVENTS : canQuote(n, percent) && canCarry(events, percent))
      ? histogram.getValueAtPercentile(percent) / 1000
      : null
  return {
    latencyMs: { p50: ms(50), p90: ms(90), p99: ms(99), p999: ms(99.9), max: n > 0 ? histogram.maxValue / 1000 : null },
    histogram: encodeIntoCompressedBase64(histogram),
  }
}

/** A median of two events is either of them. */
const MEDIAN_EVENTS = 10

/** At least one event must lie beyond a percentile: p99 wants 100, p99.9 wants 1 000. */
export const canCarry = (events: number, percent: number) => events >= Math.round(100 / (100 - percent))

/** Deliveries before their time: no event is handed over before it is due, so a clock is wrong. */
export const early = (rows: Float32Array[]): number =>
  rows.reduce((sum, row) => sum + row.filter((ms) => ms < 0).length, 0)

/** The first, the median and the last receiver of each event: their p50, and over 100 events and more their p99. */
export function skewOf(rows: Float32Array[]) {
  const received = rows.filter(({ length }) => length > 0)
  const of = (pick: (row: Float32Array) => number) => {
    const values = received.map(pick)
    const at = (percent: number) => {
      const value = percentile(values, percent)
      return value === undefined || (percent > 50 && !canCarry(values.length, percent)) ? null : round(value)
    }
    return { p50: at(50), p99: at(99) }
  }
  return {
    first: of((row) => row[0]!),
    median: of((row) => row[Math.ceil(row.length / 2) - 1]!),
    last: of((row) => row.at(-1)!),
  }
}
