// Trials of the bench as the planner looks at them: what was counted, what it cost, and what the model is told of it.
import { usual } from '../model.ts'
import type { Conditions, Modelled } from '../model.ts'
import { delaysOf } from '../notes.ts'
import type { Results, Row } from '../results.ts'
import { eventBytes } from '../source.ts'
import type { Count, Units } from './file.ts'

export interface Point {
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
  /** Only its memory counts: it is too short for anything else. */
  isMemory: boolean
}
/** What the names of such trials begin with. */
export const MEMORY = 'plan-memory-'

/** Trials of one transport alone, at a steady rate, on loopback, over what the file is of; undefined for any other. */
export function pointOf(row: Row, results: Results, http: '1.1' | '2'): Point | undefined {
  const found = results.scenarios.find(({ name }) => name === row.scenario)
  const { payload, up, headers, total } = row.bytesPerEvent
  const { cpuUsPerDelivery, rssKbPerConnection } = row.server
  const complete = [payload, up, headers, total, cpuUsPerDelivery, row.requestsPerEvent].every((each) => each !== null)
  if (!row.valid || !found || !complete || found.together || row.series || !(row.rate > 0)) return undefined
  const scenario = { ...found, ...row.point }
  if (scenario.http !== http || scenario.tls !== '1.3') return undefined
  // Gathered into one write, or behind a network, a delivery has another price.
  if (scenario.batchMs > 0 || scenario.profile !== undefined || row.transport in delaysOf(results)) return undefined
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
    isMemory: scenario.name.startsWith(MEMORY),
  }
}

/** On loopback a long poll takes as long as the wait: its round trip is too short to matter. */
const roundTripOf = ({ transport, generator }: Row) => (transport === 'polling' ? (generator.answerMs ?? 1) : 1)

export const loadOf = ({ clients, rate, payload, pollMs }: Point) =>
  [clients, rate, Math.round(payload / 10), pollMs].join()

export function countsOf({ clients, rate, requestsPerEvent, bytesPerEvent }: Point): Record<Count, number> {
  const deliveries = clients * rate
  return { seconds: 1, events: rate, deliveries, requests: requestsPerEvent * deliveries, bytes: bytesPerEvent.total * deliveries } // prettier-ignore
}

/** What is left of the headers when TLS and frames are taken away; the bench counts an answer's frame headers among its headers. */
export function headsOf(points: Point[], asked: boolean, http: '1.1' | '2'): Units['heads'] {
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

export function conditionsOf(name: Modelled, point: Point, heads: Units['heads'], http: '1.1' | '2'): Conditions {
  const { payload, cursor, rate, pollMs, roundTripMs } = point
  const { headUp, headDown } = headsFor(name, heads, cursor)
  return { ...usual, payload, cursor, rate, pollMs, roundTripMs, headUp, headDown, http, arrivals: 'slots', heartbeatSeconds: 0, pingSeconds: 0 } // prettier-ignore
}

const mean = (values: number[]) => values.reduce((total, value) => total + value, 0) / values.length
/** Of few connections the slope may be lost in what else a process does: below zero it is not a price. */
export const rssOf = (points: Point[]) => points.flatMap(({ rssKb }) => (rssKb !== null && rssKb > 0 ? [rssKb] : []))
