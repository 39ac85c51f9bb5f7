// The test of unit costs: what would have been said of trials that were not fitted, beside what they measured.
import { median } from '../../src/core/stats.ts'
import { counted } from '../layers.ts'
import { predict } from '../model.ts'
import type { Modelled } from '../model.ts'
import { TOLERANCE } from './file.ts'
import type { Compared, Tested, Units } from './file.ts'
import { priceOf } from './fit.ts'
import { conditionsOf, countsOf, rssOf } from './points.ts'
import type { Point } from './points.ts'

/** What would have been said of these trials, knowing what was ordered and the others; and what they measured, in the median. */
export function heldOut(
  name: Modelled,
  units: Units,
  few: Point[],
  tests: Point[],
  http: '1.1' | '2',
): Units['heldOut'] {
  const [test] = tests
  if (!test) return null
  const { clients, rate, payload, pollMs, ordered } = test
  // A round trip is of the trials that are fitted, too.
  const given = { ...test, payload: ordered, roundTripMs: median(few.map(({ roundTripMs }) => roundTripMs))! }
  const { requestsPerEvent, bytesPerEvent } = predict(name, conditionsOf(name, given, units.heads, http))
  const bytes = counted(bytesPerEvent.up) + counted(bytesPerEvent.down)
  const predicted = countsOf({ ...test, requestsPerEvent, bytesPerEvent: { ...test.bytesPerEvent, total: bytes } })
  const measured = (of: (point: Point) => number) => median(tests.map(of))!
  const cpus = tests.map(({ cpuUsPerDelivery }) => cpuUsPerDelivery)
  const rss = rssOf(tests)
  const compared = {
    cpuUsPerDelivery: compare(priceOf(units.cpuUs, predicted) / (rate * clients), median(cpus)!),
    bytesPerEvent: compare(
      bytes,
      measured((point) => point.bytesPerEvent.total),
    ),
    requestsPerSecond: compare(
      requestsPerEvent * rate * clients,
      measured((point) => point.requestsPerEvent * rate * clients),
    ),
    rssKbPerConnection:
      units.rssKbPerConnection === null || rss.length === 0 ? null : compare(units.rssKbPerConnection, median(rss)!),
  }
  const off = (Object.keys(compared) as Tested[]).filter((key) => Math.abs(compared[key]?.error ?? 0) > TOLERANCE)
  const cpuSpread: [number, number] = [Math.min(...cpus), Math.max(...cpus)]
  return { ...{ clients, rate, payload, pollMs, trials: tests.length }, ...compared, cpuSpread, off }
}

function compare(predicted: number, measured: number): Compared {
  // Nothing of nothing is no error; something of nothing is all of it.
  const error = measured > 0 ? (predicted - measured) / measured : predicted > 0 ? 1 : 0
  return { predicted, measured, error }
}
