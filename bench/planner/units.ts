// Unit costs of this machine, from rows of the bench: what a delivery, a question, a connection cost; and how wrong they were where they were not fitted.
import { median } from '../../src/core/stats.ts'
import { counted } from '../layers.ts'
import { modelled, predict, usual } from '../model.ts'
import type { Conditions, Modelled } from '../model.ts'
import type { Results, Row } from '../results.ts'
import { eventBytes } from '../source.ts'
import { SCHEMA, TOLERANCE } from './file.ts'
import type { Compared, Count, Tested, Units, UnitsFile } from './file.ts'
import { choose, priceOf } from './fit.ts'

/** Trials with more clients are never fitted: they are what the unit costs are tested with. */
export const FITTED_CLIENTS = 300

/**
 * What a server does, smallest set first. For each event it wakes, encodes once and walks its list; then something for each delivery, or
 * for each question and each event in an answer; then what goes by size, copying and encrypting. An answer of long polling is one event
 * to everybody who waits: questions and deliveries are one count there. A server without clients does nothing worth a price by second.
 */
const PUSHED: Count[][] = [['deliveries'], ['events', 'deliveries'], ['events', 'deliveries', 'bytes']]
const SETS: Record<Modelled, Count[][]> = {
  polling: [['requests'], ['requests', 'deliveries'], ['requests', 'bytes']],
  'long-polling': [['requests'], ['events', 'requests'], ['events', 'requests', 'bytes']],
  ...{ sse: PUSHED, wss: PUSHED, floor: PUSHED },
}

interface Point {
  clients: number
  rate: number
  payload: number
  pollMs: number
  cpuUsPerDelivery: number
  /** What an event was ordered to weigh, by the number it has in the middle of the window. */
  ordered: number
  cursor: number
  roundTripMs: number
  requestsPerEvent: number
  bytesPerEvent: { up: number; headers: number; total: number }
  /** Of one connection. */
  rssKb: number | null
}

/** @throws Error when no transport has a trial to fit. */
export function unitsOf(results: Results, socketBytes: UnitsFile['socketBytes'] = null): UnitsFile {
  const { startedAt, machine, versions, commit, seed, scenarios, trials } = results
  const { http } = scenarios[0] ?? { http: '1.1' as const }
  const transports: UnitsFile['transports'] = {}
  for (const name of modelled) {
    const points = trials.flatMap((row) => (row.transport === name ? (pointOf(row, results, http) ?? []) : []))
    const units = unitsOfOne(name, points, http)
    if (units) transports[name] = units
  }
  const invalid = trials
    .filter((row) => !row.valid)
    .map((row) => `${row.transport}, ${row.clients} clients: ${row.why}`)
  if (Object.keys(transports).length === 0)
    throw new Error(`expected trials of at most ${FITTED_CLIENTS} clients to fit, found none that is valid; ${invalid[0] ?? 'none at all'}`) // prettier-ignore
  return { schema: SCHEMA, ...{ startedAt, machine, versions, commit, seed, http, socketBytes, transports, invalid } }
}

/** Trials of one transport alone, at a steady rate, over what the file is of; undefined for any other. */
function pointOf(row: Row, results: Results, http: '1.1' | '2'): Point | undefined {
  const found = results.scenarios.find(({ name }) => name === row.scenario)
  const { payload, up, headers, total } = row.bytesPerEvent
  const { cpuUsPerDelivery, rssKbPerConnection } = row.server
  const complete = [payload, up, headers, total, cpuUsPerDelivery, row.requestsPerEvent].every((each) => each !== null)
  if (!row.valid || !found || !complete || found.together || row.series || !(row.rate > 0)) return undefined
  const scenario = { ...found, ...row.point }
  if (scenario.http !== http || scenario.tls !== '1.3') return undefined
  const { pollMs, warmSeconds } = scenario
  // Of an event in the middle of the window; an epoch of eight and a dot stand before it in a cursor.
  const digits = String(Math.ceil(row.rate * (warmSeconds + row.seconds / 2))).length
  return {
    ...{ clients: row.clients, rate: row.rate, payload: payload!, pollMs, cpuUsPerDelivery: cpuUsPerDelivery! },
    ...{ cursor: 9 + digits, ordered: eventBytes(scenario.payload, digits) },
    roundTripMs: roundTripOf(row),
    requestsPerEvent: row.requestsPerEvent!,
    bytesPerEvent: { up: up!, headers: headers!, total: total! },
    rssKb: rssKbPerConnection,
  }
}

/** On loopback a long poll takes as long as the wait: its round trip is too short to matter. */
const roundTripOf = ({ transport, generator }: Row) => (transport === 'polling' ? (generator.answerMs ?? 1) : 1)

function unitsOfOne(name: Modelled, points: Point[], http: '1.1' | '2'): Units | undefined {
  const few = points.filter(({ clients }) => clients <= FITTED_CLIENTS)
  const large = points.filter(({ clients }) => clients > FITTED_CLIENTS).toSorted((a, b) => b.clients - a.clients)
  const tests = large.filter((point) => loadOf(point) === loadOf(large[0]!))
  const asked = name === 'polling' || name === 'long-polling'
  const observations = few.map((point) => ({ counts: countsOf(point), cost: point.cpuUsPerDelivery * point.rate * point.clients })) // prettier-ignore
  const found = choose(observations, SETS[name])
  if (!found) return undefined
  const heads = headsOf(few, asked, http)
  const rss = median(known(points.filter((point) => !tests.includes(point))))
  const units: Units = {
    ...{ cpuUs: found.prices, fitError: found.error ?? null, rssKbPerConnection: rss ?? null, heads, heldOut: null },
    fitted: few.map(({ clients, rate, payload, pollMs, cpuUsPerDelivery }) => ({
      clients,
      rate,
      payload,
      pollMs,
      cpuUsPerDelivery,
    })),
  }
  units.heldOut = heldOut(name, units, few, tests, http)
  // Better a slope that was measured and not tested than none.
  units.rssKbPerConnection ??= median(known(tests)) ?? null
  return units
}

/** What would have been said of these trials, knowing what was ordered and the others; and what they measured, in the median. */
function heldOut(name: Modelled, units: Units, few: Point[], tests: Point[], http: '1.1' | '2'): Units['heldOut'] {
  const [test] = tests
  if (!test) return null
  const { clients, rate, payload, pollMs, ordered } = test
  // A round trip is of the trials that are fitted, too.
  const given = { ...test, payload: ordered, roundTripMs: median(few.map(({ roundTripMs }) => roundTripMs))! }
  const { requestsPerEvent, bytesPerEvent } = predict(name, conditionsOf(name, given, units.heads, http))
  const bytes = counted(bytesPerEvent.up) + counted(bytesPerEvent.down)
  const predicted = countsOf({ ...test, requestsPerEvent, bytesPerEvent: { ...test.bytesPerEvent, total: bytes } })
  const measured = (of: (point: Point) => number) => middle(tests.map(of))
  const cpus = tests.map(({ cpuUsPerDelivery }) => cpuUsPerDelivery)
  const rss = known(tests)
  const compared = {
    cpuUsPerDelivery: compare(priceOf(units.cpuUs, predicted) / (rate * clients), middle(cpus)),
    bytesPerEvent: compare(
      bytes,
      measured((point) => point.bytesPerEvent.total),
    ),
    requestsPerSecond: compare(
      requestsPerEvent * rate * clients,
      measured((point) => point.requestsPerEvent * rate * clients),
    ),
    rssKbPerConnection:
      units.rssKbPerConnection === null || rss.length === 0 ? null : compare(units.rssKbPerConnection, middle(rss)),
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

/** Between the two in the middle, when there are two. */
function middle(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}

const mean = (values: number[]) => values.reduce((total, value) => total + value, 0) / values.length
const known = (points: Point[]) => points.flatMap(({ rssKb }) => (rssKb === null ? [] : [rssKb]))

const loadOf = ({ clients, rate, payload, pollMs }: Point) => [clients, rate, Math.round(payload / 10), pollMs].join()

function countsOf({ clients, rate, requestsPerEvent, bytesPerEvent }: Point): Record<Count, number> {
  const deliveries = clients * rate
  return { seconds: 1, events: rate, deliveries, requests: requestsPerEvent * deliveries, bytes: bytesPerEvent.total * deliveries } // prettier-ignore
}

/** What is left of the headers when TLS and frames are taken away; the bench counts an answer's frame headers among its headers. */
function headsOf(points: Point[], asked: boolean, http: '1.1' | '2'): Units['heads'] {
  const frame = http === '2' ? 9 : 0
  const average = (of: (point: Point) => number) => mean(points.map(of))
  const cursor = average((point) => point.cursor)
  if (!asked) return { up: 0, down: 0, cursor }
  const up = average((point) => point.bytesPerEvent.up / point.requestsPerEvent - 22 - frame)
  return { up, down: average((point) => point.bytesPerEvent.headers / point.requestsPerEvent) - up - 3 * frame, cursor }
}

/** A head carries the cursor: in the question's path, and with polling in the answer's ETag. */
export function headsFor(name: Modelled, heads: Units['heads'], cursor: number) {
  if (heads.up === 0) return { headUp: 0, headDown: 0 }
  const longer = cursor - heads.cursor
  return { headUp: heads.up + longer, headDown: heads.down + (name === 'polling' ? longer : 0) }
}

function conditionsOf(name: Modelled, point: Point, heads: Units['heads'], http: '1.1' | '2'): Conditions {
  const { payload, cursor, rate, pollMs, roundTripMs } = point
  const { headUp, headDown } = headsFor(name, heads, cursor)
  return { ...usual, payload, cursor, rate, pollMs, roundTripMs, headUp, headDown, http, arrivals: 'slots', heartbeatSeconds: 0, pingSeconds: 0 } // prettier-ignore
}
