// What a scenario says, in a few lines of words: who can be told apart from whom, and by how much; by ratios within a repeat, nothing else.
import { ENOUGH } from '../../src/core/stats.ts'
import type { Results } from '../results.ts'
import { cell } from './numbers.ts'
import { metrics } from './summary.ts'
import type { Pick, Summary } from './summary.ts'

const asked: { what: string; pick: Pick; ofIt: string }[] = [
  { what: 'Latency, p50', pick: metrics.p50, ofIt: 'the latency' },
  { what: 'Server time per delivery', pick: metrics.cpu, ofIt: 'the server time' },
  { what: 'Bytes per event', pick: metrics.bytes, ofIt: 'the bytes' },
]

/** At most four lines; of scenarios with points only where it ran: what they say is their charts. */
export function conclusions(summaries: Summary[], results: Results): string[] {
  const ours = summaries.filter(
    ({ beside, transport }) => beside === undefined && !['floor', 'null'].includes(transport),
  )
  // The time of a process that serves all of them is nobody's own.
  const { together } = results.scenarios.find(({ name }) => name === summaries[0]!.scenario)!
  const known = asked.filter(({ pick }) => !(together && pick === metrics.cpu))
  const lines = ours.every(({ where }) => where === '') ? known.flatMap((each) => conclusion(ours, each)) : []
  return [placeOf(summaries[0]!.scenario, results), ...lines]
}

/** Where it ran: what a reader must know before any number. */
function placeOf(name: string, { scenarios, notes }: Results): string {
  const { profile, points = [] } = scenarios.find((each) => each.name === name)!
  const networks = [...new Set([profile, ...points.map((point) => point['profile'])])].filter(
    (each) => each !== undefined,
  )
  if (networks.length > 0) return `Everything ran on one machine, behind a made network: ${networks.join(', ')}.`
  const delayed = notes.some((note) => / stood before .*\(--delay\)$/.test(note))
  return delayed
    ? 'Everything ran on loopback: no network between, but the delay that was ordered (see the notes).'
    : 'Everything ran on loopback: no network between.'
}

function conclusion(ours: Summary[], { what, pick, ofIt }: (typeof asked)[number]): string[] {
  const ranked = ours.filter((each) => each.of(pick)).toSorted((a, b) => a.of(pick)!.median - b.of(pick)!.median)
  const pairs = ranked.flatMap((low, i) =>
    ranked.slice(i + 1).flatMap((high) => {
      const ratio = high.times(pick, low.transport)
      return ratio ? [{ low, high, ratio }] : []
    }),
  )
  if (pairs.length === 0) return []
  const fewest = Math.min(...pairs.map(({ ratio: { n } }) => n))
  if (fewest < ENOUGH) return [`${what}: not enough repeats to tell (${fewest}; it takes ${ENOUGH}).`]
  const isEven = ({ ratio }: (typeof pairs)[number]) => ratio.low <= 1 && ratio.high >= 1
  const even = pairs
    .filter(isEven)
    .map(({ low, high }) => `${low.transport} and ${high.transport} cannot be told apart here`)
  // Of all pairs that can be told apart those with the lowest: the others follow from the table.
  const told = pairs
    .filter((each) => each.low === ranked[0] && !isEven(each))
    .map(({ high, ratio }, i) => {
      const times = cell(ratio).replace(' (', '× (')
      return `${high.transport} takes ${times.includes('×') ? times : `${times}×`}${i === 0 ? ` ${ofIt} of ${ranked[0]!.transport}` : ''}`
    })
  return [`${what}: ${[...even, ...told].join('; ')}.`]
}
