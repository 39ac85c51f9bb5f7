// The workload in words: what a trial does to each transport, by its kind; above the tables of a scenario, and below those that are quoted.
import { spread } from '../../src/core/stats.ts'
import type { Results, Row } from '../results.ts'

type Given = Results['scenarios'][number]

export function heading(name: string, { scenarios, seed, trials }: Results): string {
  const given = scenarios.find((each) => each.name === name)!
  const rows = trials.filter(({ scenario }) => scenario === name)
  return `${name}: ${[...workload(given, rows), ...distinct(given, rows)].join(', ')}, seed ${seed}`
}

/** Part by part. What the points of a scenario set is said by its rows, and is not here. */
export function workload(given: Given, rows: Pick<Row, 'transport'>[]): string[] {
  const { kind, together, profile, pollMs, points = [], pushPoints = [] } = given
  const set = new Set([...points, ...pushPoints].flatMap((point) => Object.keys(point)))
  const polls = POLLED.includes(kind) && !set.has('pollMs') && rows.some(({ transport }) => transport === 'polling')
  return [
    ...done(given, set),
    ...(together ? ['all of one server process'] : []),
    ...(polls ? [`polling every ${pollMs} ms`] : []),
    ...protocols(given, set),
    ...(profile === undefined ? [] : [`behind the network ${profile}`]),
  ]
}

/** Kinds in which the poll interval means something. */
const POLLED = ['window', 'ladder', 'idle', 'storm', 'recover', 'burst', 'browser']

function done({ kind, clients, rate, seconds, payload }: Given, set: Set<string>): string[] {
  const each = clients === 1 ? '1 client each' : `${clients} clients each`
  const span = set.has('rate') ? `${seconds} s` : `${rate} events/s for ${seconds} s`
  const size = set.has('payload') ? [] : [`${payload} B an event`]
  const kinds: Record<string, string[]> = {
    ladder: [each, `from ${rate} events/s on, ${seconds} s a step`, ...size],
    idle: [each, `silence for ${seconds} s`],
    connect: [`${clients} connections in full and ${clients} resumed each, one after the other`],
    storm: [each, `dropped at once while there are ${rate} events/s`, ...size],
    recover: [each, 'cut off once', span, ...size],
    burst: [each, 'all events at once', ...size],
    up: [`${clients} senders`, `${rate} events/s from each for ${seconds} s`, ...size],
    capacity: [each, `asking again as soon as there is an answer, for ${seconds} s`, ...size],
  }
  return kinds[kind] ?? [each, span, ...size]
}

function protocols({ http, tls }: Given, set: Set<string>): string[] {
  const version = set.has('http') ? '' : `HTTP/${http}`
  const over = set.has('tls') || tls === '1.3' ? '' : `TLS ${tls}`
  return version || over ? [[version, over].filter(Boolean).join(' over ')] : []
}

/** Kinds whose events are what is measured; of a storm it is the way back. */
const MEASURED = ['window', 'ladder', 'burst', 'up', 'browser']

/** A delivery to each client is a sample, but an event that is late is late for all: this is the number of independent ones. */
function distinct({ kind }: Given, rows: Row[]): string[] {
  if (!MEASURED.includes(kind)) return []
  const found = spread(rows.flatMap((row) => (row.valid && row.expected ? eventsOf(row, kind) : [])))
  if (!found) return []
  const { min, max } = found
  return [`${min === max ? min : `${min}–${max}`} distinct events measured a trial`]
}

/** What goes up is received once; what comes down, by each client. */
export const eventsOf = ({ expected, clients }: Row, kind: string | undefined) =>
  (expected ?? 0) / (kind === 'up' ? 1 : clients)
