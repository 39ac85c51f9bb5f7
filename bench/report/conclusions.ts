// What a scenario says, in a few lines of words: who can be told apart from whom, and by how much; by ratios within a repeat, nothing else.
import { ENOUGH } from '../../src/core/stats.ts'
import { ALPHA, chances } from '../../src/core/verdict.ts'
import { delaysOf } from '../notes.ts'
import { seeded } from '../../src/core/random.ts'
import type { Results } from '../results.ts'
import { compared } from './compared.ts'
import { cell } from './numbers.ts'
import { isKnown, repeatsOf } from './summary.ts'
import type { Summary } from './summary.ts'

interface Asked {
  what: string
  metric: 'p50' | 'cpu' | 'bytes'
  ofIt: string
}
const asked: Asked[] = [
  { what: 'Latency, p50', metric: 'p50', ofIt: 'the latency' },
  { what: 'Server time per delivery', metric: 'cpu', ofIt: 'the server time' },
  { what: 'Bytes per event', metric: 'bytes', ofIt: 'the bytes' },
]

/** At most four lines; of scenarios with points only where it ran: what they say is their charts. */
export function conclusions(summaries: Summary[], results: Results): string[] {
  const ours = summaries.filter(
    ({ beside, transport }) => beside === undefined && !['floor', 'null'].includes(transport),
  )
  // The time of a process that serves all of them is nobody's own.
  const { together } = results.scenarios.find(({ name }) => name === summaries[0]!.scenario)!
  const known = asked.filter(({ metric }) => !(together && metric === 'cpu'))
  const pairs = ours.every(({ where }) => where === '') ? known.flatMap((each) => pairsOf(ours, each)) : []
  judge(pairs)
  const lines = known.flatMap((each) => {
    const mine = pairs.filter((pair) => pair.asked === each)
    return mine.length > 0 ? [conclusion(mine, each)] : []
  })
  return [placeOf(summaries[0]!.scenario, results), ...lines]
}

/** Where it ran: what a reader must know before any number. */
function placeOf(name: string, results: Results): string {
  const { profile, points = [] } = results.scenarios.find((each) => each.name === name)!
  const networks = [...new Set([profile, ...points.map((point) => point['profile'])])].filter(
    (each) => each !== undefined,
  )
  if (networks.length > 0) return `Everything ran on one machine, behind a made network: ${networks.join(', ')}.`
  return Object.keys(delaysOf(results)).length > 0
    ? 'Everything ran on loopback: no network between, but the delay that was ordered (see the notes).'
    : 'Everything ran on loopback: no network between.'
}

interface Pair {
  asked: Asked
  low: Summary
  high: Summary
  /** Of the same repeat: the median, its interval, and how many there were. */
  ratio: NonNullable<ReturnType<Summary['times']>>
  /** The chance of a ratio this clear, over all pairs and numbers of the scenario, if all were alike. */
  chance: number
}

function pairsOf(ours: Summary[], asked: Asked): Pair[] {
  const { pick } = compared[asked.metric]!
  const isPositive = ({ valid }: Summary) => valid.map(pick).every((value) => !isKnown(value) || value > 0)
  const ranked = ours
    .filter((each) => each.of(pick) && isPositive(each))
    .toSorted((a, b) => a.of(pick)!.median - b.of(pick)!.median)
  return ranked.flatMap((low, i) =>
    ranked.slice(i + 1).flatMap((high) => {
      const ratio = high.times(pick, low.transport)
      return ratio ? [{ asked, low, high, ratio, chance: 1 }] : []
    }),
  )
}

/** All in one test, as two runs are compared: six pairs and three numbers are eighteen chances to be wrong. */
function judge(pairs: Pair[]): void {
  const enough = pairs.filter(({ ratio: { n } }) => n >= ENOUGH)
  if (enough.length === 0) return
  const repeats = Math.max(...enough.flatMap(({ low, high }) => [...low.rows, ...high.rows].map((row) => row.repeat)))
  const cells = enough.map(({ asked, low, high }) => {
    const { pick, relevant } = compared[asked.metric]!
    return { a: repeatsOf(low, pick, repeats), b: repeatsOf(high, pick, repeats), relevant }
  })
  for (const [i, chance] of chances(cells, seeded(1)).entries()) enough[i]!.chance = chance
}

function conclusion(pairs: Pair[], { what, metric, ofIt }: Asked): string {
  const fewest = Math.min(...pairs.map(({ ratio: { n } }) => n))
  if (fewest < ENOUGH) return `${what}: not enough repeats to tell (${fewest}; it takes ${ENOUGH}).`
  const { relevant } = compared[metric]!
  const isSmall = ({ ratio }: Pair) => Math.abs(Math.log(ratio.median)) <= Math.log(1 + relevant)
  const named = ({ low, high }: Pair) => `${low.transport} and ${high.transport}`
  const even = pairs.filter(({ chance }) => chance > ALPHA).map((each) => `${named(each)} cannot be told apart here`)
  const told = pairs.filter(({ chance }) => chance <= ALPHA)
  const near = told.filter(isSmall).map((each) => `${named(each)} differ by less than ${relevant * 100} %`)
  // Of those that are apart the ones from the lowest: the others follow from the table.
  const apart = told
    .filter((each) => each.low === pairs[0]!.low && !isSmall(each))
    .map(({ low, high, ratio }, i) => {
      const times = cell(ratio).replace(' (', '× (')
      return `${high.transport} takes ${times.includes('×') ? times : `${times}×`}${i === 0 ? ` ${ofIt} of ${low.transport}` : ''}`
    })
  return `${what}: ${[...even, ...near, ...apart].join('; ')}.`
}
