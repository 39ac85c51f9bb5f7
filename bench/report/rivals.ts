// Against the floor and against peers: ours as a multiple of theirs, round by round. Ratios only; what is good enough is for the reader to say.
import type { Results, Row } from '../results.ts'
import { NONE, cell } from './numbers.ts'
import { isLowerBound, summarise } from './summary.ts'
import type { Pick, Summary } from './summary.ts'

interface Metric {
  head: string
  pick: Pick
  /** A ladder measures it too, and not at the rate of its knee. */
  atKnee?: true
  /** Where only the floor stands beside ours: what the other tables do not show as a multiple of it (×floor). */
  alone?: Pick
}

export const knee: Pick = (row) => row.figures?.['kneeRate']
const backOf: Pick = (row) => row.figures?.['backP99Ms']
// In silence there are no events to share them.
const silentOf: Pick = (row) => (row.bytesPerEvent.down === null ? downOf(row) : null)
const metrics: Metric[] = [
  { head: 'p50', pick: (row) => row.latencyMs.p50 },
  { head: 'p99', pick: (row) => row.latencyMs.p99 },
  { head: 'server µs\nper delivery', pick: (row) => row.server.cpuUsPerDelivery },
  { head: 'bytes\nper event', pick: (row) => row.bytesPerEvent.total },
  { head: 'bytes down\nper event', pick: (row) => row.bytesPerEvent.down },
  { head: 'bytes down\nper minute', pick: silentOf, alone: silentOf },
  { head: 'KiB per\nconnection', pick: (row) => row.server.rssKbPerConnection, atKnee: true },
  { head: 'connect', pick: (row) => row.connectMs.full, atKnee: true, alone: connectOf },
  { head: 'highest rate\n(more is better)', pick: knee, atKnee: true, alone: knee },
  { head: 'back after\na storm, p99', pick: backOf, alone: backOf },
]
/** Where it is what the scenario measures. */
function connectOf({ connectMs, figures }: Row) {
  return figures && 'firstEventFullMs' in figures ? connectMs.full : null
}
const downOf = ({ layers }: Row) => {
  const { payload, framing, headers, tls } = layers?.down ?? {}
  return payload == null || framing == null || headers == null || tls == null ? null : payload + framing + headers + tls
}

export const rivalsTitle = 'Against the floor and against peers'
export const rivalsWords = [
  'Each number is ours as a multiple of theirs in the same round: 1 is the same, 0.5 is half as much. Below 1 ours is quicker, cheaper or smaller.',
  'The median of the ratios of all rounds, in brackets its 95 % bootstrap interval over them (of five that is their range, and 93.75 %); with fewer than five rounds there is none, and it is their range. Where a number has fewer rounds than its line, it says how many.',
  'A climb that the generator or the end of the ladder ended says that a server carries at least so much: then the ratio is at least (≥) or at most (≤) what stands there, and there is none where neither climb was ended by its server. What else a ladder measures it measures at its knee, at another rate for each, and is not set against anything.',
  'Theirs is set up as its own documentation shows. The processor time of nginx and of the broker is theirs alone: who publishes into them is not in it.',
]

export interface Rivals {
  scenario: string
  /** The first row is the head; then a line for each of ours against the floor and each of its rivals. */
  table: string[][]
}

/** Of each scenario in which peers were measured; of others what no other table says of ours and the floor. */
export function rivals(results: Results): Rivals[] {
  return [...Map.groupBy(summarise(results), ({ scenario }) => scenario)].flatMap(([scenario, summaries]) => {
    const hasPeers = summaries.some(({ beside }) => beside !== undefined)
    const pairs = summaries.filter(isOurs).flatMap((ours) => {
      const theirs = summaries.filter(({ where, transport, beside }) => {
        return where === ours.where && (transport === 'floor' || beside === ours.transport)
      })
      return theirs.map((other) => ({
        ours,
        other,
        found: metrics.map(({ pick, atKnee, alone }) => {
          const chosen = hasPeers ? pick : alone
          const least = pick === knee ? boundOf(ours, other) : ''
          return least === undefined || !chosen
            ? undefined
            : { least, ratio: ours.times(chosen, other.transport, atKnee) }
        }),
      }))
    })
    const shown = metrics.map((_, i) => pairs.some(({ found }) => found[i]?.ratio))
    const rows = pairs.map(({ ours, other, found }) => {
      const rounds = Math.max(0, ...found.map((each) => each?.ratio?.n ?? 0))
      const cells = found.map((each) =>
        each?.ratio
          ? `${each.least}${cell(each.ratio)}${each.ratio.n < rounds ? `, ${each.ratio.n} rounds` : ''}`
          : NONE,
      )
      const name = `${ours.transport} ÷ ${other.transport}`
      return [ours.where ? `${name}, ${ours.where}` : name, String(rounds), ...cells.filter((_, i) => shown[i])]
    })
    const head = metrics.filter((_, i) => shown[i]).map(({ head }) => head)
    return rows.length > 0 && head.length > 0
      ? [{ scenario, table: [['ours ÷ theirs', 'rounds', ...head], ...rows] }]
      : []
  })
}

/** What stands before a ratio of knees; undefined where nothing is known of it: both are at least somewhere. */
export function boundOf(ours: Summary, theirs: Summary): '' | '≥ ' | '≤ ' | undefined {
  const [mine, others] = [ours, theirs].map(({ valid }) => valid.some(isLowerBound))
  if (mine && others) return undefined
  return mine ? '≥ ' : others ? '≤ ' : ''
}

const isOurs = ({ transport, beside }: Summary) => beside === undefined && transport !== 'floor' && transport !== 'null'
