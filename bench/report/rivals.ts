// Against the floor and against peers: ours as a multiple of theirs, round by round. Ratios only; what is good enough is for the reader to say.
import type { Results, Row } from '../results.ts'
import { NONE, cell } from './numbers.ts'
import { summarise } from './summary.ts'
import type { Pick, Summary } from './summary.ts'

const metrics: { head: string; pick: Pick }[] = [
  { head: 'p50', pick: (row) => row.latencyMs.p50 },
  { head: 'p99', pick: (row) => row.latencyMs.p99 },
  { head: 'server µs\nper delivery', pick: (row) => row.server.cpuUsPerDelivery },
  { head: 'bytes\nper event', pick: (row) => row.bytesPerEvent.total },
  { head: 'bytes down\nper event', pick: (row) => row.bytesPerEvent.down },
  // In silence there are no events to share them.
  { head: 'bytes down\nper minute', pick: (row) => (row.bytesPerEvent.down === null ? downOf(row) : null) },
  { head: 'KiB per\nconnection', pick: (row) => row.server.rssKbPerConnection },
  { head: 'connect', pick: (row) => row.connectMs.full },
  { head: 'highest rate\n(more is better)', pick: (row) => row.figures?.kneeRate },
  { head: 'back after\na storm, p99', pick: (row) => row.figures?.backP99Ms },
]
const downOf = ({ layers }: Row) => {
  const { payload, framing, headers, tls } = layers?.down ?? {}
  return payload == null || framing == null || headers == null || tls == null ? null : payload + framing + headers + tls
}

export const rivalsTitle = 'Against the floor and against peers'
export const rivalsWords = [
  'Each number is ours as a multiple of theirs in the same round: 1 is the same, 0.5 is half as much. Below 1 ours is quicker, cheaper or smaller.',
  'The median of the ratios of all rounds, in brackets its 95 % bootstrap interval over them; with fewer than five rounds that is their range at most. Where a number has fewer rounds than its line, it says how many.',
  'Theirs is set up as its own documentation shows. The processor time of nginx and of the broker is theirs alone: who publishes into them is not in it.',
]

export interface Rivals {
  scenario: string
  /** The first row is the head; then a line for each of ours against the floor and each of its rivals. */
  table: string[][]
}

/** Of each scenario in which peers were measured. */
export function rivals(results: Results): Rivals[] {
  return [...Map.groupBy(summarise(results), ({ scenario }) => scenario)].flatMap(([scenario, summaries]) => {
    if (!summaries.some(({ beside }) => beside !== undefined)) return []
    const pairs = summaries.filter(isOurs).flatMap((ours) => {
      const theirs = summaries.filter(({ where, transport, beside }) => {
        return where === ours.where && (transport === 'floor' || beside === ours.transport)
      })
      return theirs.map((other) => ({
        ours,
        other,
        found: metrics.map(({ pick }) => ours.times(pick, other.transport)),
      }))
    })
    const shown = metrics.map((_, i) => pairs.some(({ found }) => found[i]))
    const rows = pairs.map(({ ours, other, found }) => {
      const rounds = Math.max(0, ...found.map((each) => each?.n ?? 0))
      const cells = found.map((each) => (each ? `${cell(each)}${each.n < rounds ? `, ${each.n} rounds` : ''}` : NONE))
      const name = `${ours.transport} ÷ ${other.transport}`
      return [ours.where ? `${name}, ${ours.where}` : name, String(rounds), ...cells.filter((_, i) => shown[i])]
    })
    const head = metrics.filter((_, i) => shown[i]).map(({ head }) => head)
    return rows.length > 0 && head.length > 0
      ? [{ scenario, table: [['ours ÷ theirs', 'rounds', ...head], ...rows] }]
      : []
  })
}

const isOurs = ({ transport, beside }: Summary) => beside === undefined && transport !== 'floor' && transport !== 'null'
