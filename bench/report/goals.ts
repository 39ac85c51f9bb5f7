// What the product is meant to reach, as data, and the table of what a run reached. The report itself judges nothing; docs/speed.md does.
import type { Estimate } from '../../src/core/stats.ts'
import type { Results } from '../results.ts'
import { NONE, cell, text } from './numbers.ts'
import { boundOf, knee } from './rivals.ts'
import { metrics, summarise } from './summary.ts'
import type { Pick, Summary } from './summary.ts'

interface Goal {
  scenario: string
  what: string
  pick: Pick
  ours: string
  /** The ratio to this one in the same round; without it the number itself. */
  than?: string
  /** Which rows, by their point in words. */
  where?: string
  /** At most; or at least. */
  most?: number
  least?: number
  unit?: string
}

const bytesDown: Pick = (row) => row.bytesPerEvent.down
const aRequest: Pick = ({ server: { cpuUsPerDelivery: us }, requestsPerEvent: asked }) => us !== null && asked ? us / asked : null // prettier-ignore
const [FAST, SLOW, GATHERED] = ['100/s', '20/s', '100/s, window 20 ms']
const cpu = { scenario: 'thousand', what: 'processor time a delivery', pick: metrics.cpu }
const p99 = { scenario: 'thousand', what: 'p99', pick: metrics.p99 }
const down = { scenario: 'thousand', what: 'bytes down an event', pick: bytesDown, where: SLOW, than: 'floor' }
const rate = { scenario: 'ladder', what: 'highest rate with p99 < 100 ms', pick: knee }
// By the slope before the first event: five rounds of it, where `idle` has one.
const memory = {
  scenario: 'thousand',
  what: 'memory of an idle connection',
  pick: metrics.rss,
  where: SLOW,
  than: 'floor',
}
const back = { scenario: 'storm', what: 'p99 until back after a storm', pick: (row) => row.figures?.['backP99Ms'], than: 'floor' } satisfies Partial<Goal> // prettier-ignore

export const goals: Goal[] = [
  { ...p99, ours: 'wss', than: 'floor', where: FAST, most: 1.5 },
  { ...p99, ours: 'sse', than: 'floor', where: FAST, most: 1.5 },
  { ...p99, ours: 'long-polling', than: 'nchan-long-polling', where: SLOW, most: 2 },
  { ...p99, ours: 'polling', where: SLOW, most: 1010, unit: 'ms' },
  { ...cpu, ours: 'wss', than: 'floor', where: FAST, most: 0.75 },
  { ...cpu, ours: 'sse', than: 'floor', where: FAST, most: 0.9 },
  { ...cpu, ours: 'long-polling', than: 'hono-long-polling', where: SLOW, most: 0.7 },
  { ...cpu, what: 'processor time a request', pick: aRequest, ours: 'polling', where: SLOW, most: 50, unit: 'µs' },
  { ...cpu, ours: 'wss', than: 'nchan-wss', where: FAST, most: 0.85 },
  { ...cpu, ours: 'sse', than: 'nchan-sse', where: FAST, most: 0.9 },
  { ...cpu, ours: 'long-polling', than: 'nchan-long-polling', where: SLOW, most: 1.6 },
  { ...cpu, ours: 'wss', than: 'floor', where: GATHERED, most: 0.5 },
  { ...cpu, ours: 'sse', than: 'floor', where: GATHERED, most: 0.5 },
  { ...down, ours: 'wss', most: 1.02 },
  { ...down, ours: 'sse', most: 1.11 },
  { ...down, ours: 'long-polling', most: 1.8 },
  { ...down, ours: 'polling', most: 1 },
  { ...rate, ours: 'wss', than: 'nchan-wss', least: 4 },
  { ...rate, ours: 'wss', than: 'socket.io-wss', least: 2 },
  { ...rate, ours: 'sse', than: 'nchan-sse', least: 3 },
  { ...rate, ours: 'sse', than: 'hono-sse', least: 10 },
  { ...rate, ours: 'long-polling', than: 'nchan-long-polling', least: 4 },
  { ...memory, ours: 'wss', most: 1.2 },
  { ...memory, ours: 'sse', most: 1.15 },
  { ...memory, ours: 'long-polling', most: 1.25 },
  { ...back, ours: 'wss', most: 1.3 },
  { ...back, ours: 'sse', most: 1.3 },
  { ...back, ours: 'long-polling', most: 1.5 },
]

/** A line for each goal of the scenario. @returns undefined when the run lacks one of those who stand in them. */
export function goalsTable(results: Results, scenario: string): string[][] | undefined {
  const shown = summarise(results).filter((each) => each.scenario === scenario)
  const find = (name: string, where = '') => shown.find((each) => each.transport === name && each.where === where)
  const mine = goals.filter((goal) => goal.scenario === scenario)
  if (!mine.every(({ ours, than, where }) => find(ours, where) && (!than || find(than, where)))) return undefined
  return [
    ['', 'goal', 'reached', ''],
    ...mine.map((goal) => {
      const { ours, than, where, what, most, least, unit = '×' } = goal
      const bound = most === undefined ? `≥ ${least} ${unit}` : `≤ ${most} ${unit}`
      const name = `${ours}${than ? ` ÷ ${than}` : ''}: ${what}${where ? `, ${where}` : ''}`
      return [name, bound, ...reached(goal, find(ours, where)!, than === undefined ? undefined : find(than, where)!)]
    }),
  ]
}

const NEAR = ', by the median: the interval holds the goal'

/** The number, and whether it is enough; of a bound only what it says for certain. */
function reached(goal: Goal, ours: Summary, theirs: Summary | undefined): [string, string] {
  const { pick, most = Infinity, least = -Infinity } = goal
  const sign = pick === knee && theirs ? boundOf(ours, theirs) : ''
  if (!theirs) {
    const found = ours.estimate(pick)
    return found ? [cell(found), judged(found)] : [NONE, 'not known']
  }
  if (sign === undefined) {
    const [mine, others] = [ours, theirs].map((each) => each.of(pick)?.median)
    const both = mine !== undefined && others !== undefined ? `≥ ${text(mine)} and ≥ ${text(others)} events/s` : NONE
    return [both, 'not known: the generator ended both']
  }
  const ratio = ours.times(pick, theirs.transport, true)
  if (!ratio) return [NONE, 'not known']
  // At least so much is no proof of missing a least, nor at most so much one of reaching it.
  const isCertain = sign === '' || (sign === '≥ ') === ratio.median >= least
  return [`${sign}${cell(ratio)}`, isCertain ? judged(ratio) : 'not known']

  /** The median decides; a bound within its interval is said. */
  function judged({ median: value, low, high }: Estimate): string {
    const isNear = sign === '' && [most, least].some((bound) => bound > low && bound < high)
    return value <= most && value >= least ? `met${isNear ? NEAR : ''}` : `missed${isNear ? NEAR : ''}`
  }
}
