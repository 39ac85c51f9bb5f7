// Two runs side by side: what differs for certain, what does not, and what cannot be compared at all.
import { differenceOf, estimate, ratioOf } from '../../src/core/stats.ts'
import type { Estimate } from '../../src/core/stats.ts'
import { ALPHA, canTell, chances } from '../../src/core/verdict.ts'
import { seeded } from '../../src/core/random.ts'
import type { Results } from '../results.ts'
import { compared } from './compared.ts'
import { busier, elsewhere, settings, strangers } from './unlike.ts'
import { isKnown, isLowerBound, keyOf, repeatsOf, summarise } from './summary.ts'
import type { Summary } from './summary.ts'

export interface Compared {
  scenario: string
  transport: string
  where: string
  metric: string
  unit: string
  a: Estimate | undefined
  b: Estimate | undefined
  /** B as a multiple of A, and B less A. */
  ratio?: Estimate
  difference?: Estimate
  /** Which run is lower, for certain if not `busy`; undefined: nobody can tell, or `why`. */
  lower?: 'A' | 'B'
  /** Why there is no verdict. */
  why?: string
  /** Which run began on a busy machine: then nothing is for certain. */
  busy?: 'A' | 'B' | 'both'
  /** Without a verdict on either: the smallest change, as a share, that could have been called one, about. */
  seenFrom?: number
  /** There is a change, but the floor shows as much: it is the machine's. */
  floorToo?: true
}

type Draft = Compared & { key: string; one?: Summary; other?: Summary }

export function compare(a: Results, b: Results): Compared[] {
  const everything = strangers(a, b)
  const [ones, others] = [a, b].map((run) => new Map(summarise(run).map((each) => [keyOf(each), each]))) as [
    Map<string, Summary>,
    Map<string, Summary>,
  ]
  const drafts = [...new Set([...ones.keys(), ...others.keys()])].flatMap((key): Draft[] => {
    const [one, other] = [ones.get(key), others.get(key)]
    const { scenario, transport, where } = (one ?? other)!
    const why = everything ?? (one && other ? settings(scenario, a, b, one, other) : `only in ${one ? 'A' : 'B'}`)
    return Object.entries(compared).flatMap(([metric, { pick, unit }]): Draft[] => {
      const [left, right] = [one, other].map((side) => (side?.valid ?? []).map(pick).filter(isKnown)) as [
        number[],
        number[],
      ]
      if (left.length + right.length === 0) return []
      const cell = { key, one, other, scenario, transport, where, metric, unit, a: estimate(left), b: estimate(right) }
      const wrong = why ?? elsewhere(metric, one!, other!) ?? atLeast(metric, one!, other!) ?? unfit(left, right)
      return [
        {
          ...cell,
          ...(wrong ? { why: wrong } : { ratio: ratioOf(left, right), difference: differenceOf(left, right) }),
        },
      ] as Draft[]
    })
  })
  judge(drafts)
  const busy = busier(a, b)
  if (busy) for (const cell of drafts) if (cell.lower) cell.busy = busy
  return drafts.map(({ key: _, one: __, other: ___, ...cell }) => cell)
}

/** Gives each draft that can be compared its verdict, all in one test. */
function judge(drafts: Draft[]): void {
  const fit = drafts.filter(({ why }) => why === undefined)
  if (fit.length === 0) return
  const repeats = Math.max(
    ...fit.flatMap(({ one, other }) => [...one!.rows, ...other!.rows].map(({ repeat }) => repeat)),
  )
  const p = chances(
    fit.map(({ metric, one, other }) => {
      const { pick, relevant } = compared[metric]!
      return { a: repeatsOf(one!, pick, repeats), b: repeatsOf(other!, pick, repeats), relevant }
    }),
    seeded(1),
  )
  for (const [i, cell] of fit.entries()) {
    const { relevant, machine } = compared[cell.metric]!
    const change = Math.log(cell.ratio!.median)
    if (p[i]! > ALPHA || Math.abs(change) <= Math.log(1 + relevant)) cell.seenFrom = leastSeen(cell.ratio!, relevant)
    else if (machine && isFloors(cell, floorOf(cell, fit), relevant)) cell.floorToo = true
    else cell.lower = change > 0 ? 'A' : 'B'
  }
}

/**
 * Half of its interval, or what is worth a word: within that, a change and the scatter of the repeats look the same. Of 40 pairs of made-up
 * runs none showed 0.8 of it, 1 showed all of it, 26 showed 1.5 times as much and 39 twice as much (as logarithms).
 */
function leastSeen({ low, high }: Estimate, relevant: number): number {
  return Math.max(Math.sqrt(high / low) - 1, relevant)
}

/** Whether the floor, in which nothing was changed, moved the same way about as far: then it was the machine. */
function isFloors(cell: Draft, floor: Draft | undefined, relevant: number): boolean {
  if (!floor) return false
  // At 80 %: at 95 % the ends are single repeats of five, and one hiccup would hide any change.
  const [own, its] = [cell, floor].map((each) =>
    ratioOf(numbers(each, each.one!), numbers(each, each.other!), 0.8)!,
  ) as [Estimate, Estimate]
  const up = own.median > 1
  const more = up ? own.median / Math.max(1, its.median) : Math.min(1, its.median) / own.median
  return more <= 1 + relevant || (up ? own.low <= its.high : own.high >= its.low)
}

const numbers = ({ metric }: Draft, side: Summary) => side.valid.map(compared[metric]!.pick).filter(isKnown)

/** At the same point, else at another of the same scenario: what the floor of another one did says nothing of this one. */
function floorOf({ scenario, transport, where, metric }: Draft, fit: Draft[]): Draft | undefined {
  if (transport === 'floor') return undefined
  const near = fit.filter((each) => each.transport === 'floor' && each.metric === metric && each.scenario === scenario)
  return near.find((each) => each.where === where) ?? near[0]
}

/** With fewer on a side, a clear difference and chance look the same. */
const LEAST = 4

/** A knee that no server ended is at least there: which of two is higher cannot be said. */
function atLeast(metric: string, one: Summary, other: Summary): string | undefined {
  if (metric !== 'kneeRate') return undefined
  const [left, right] = [one, other].map(({ valid }) => valid.filter(isLowerBound).length) as [number, number]
  if (left + right === 0) return undefined
  return `a server carries at least so much where the generator or the end of the ladder ended the climb, in ${left} repeats of A and ${right} of B`
}

function unfit(left: number[], right: number[]): string | undefined {
  if (left.length === 0 || right.length === 0) return `no valid number in ${left.length === 0 ? 'A' : 'B'}`
  if (Math.min(left.length, right.length) < LEAST || !canTell(left.length, right.length))
    return `it needs ${LEAST} valid repeats in each run, and A has ${left.length}, B ${right.length}: measure with --repeats ${LEAST + 1}`
  return [...left, ...right].some((value) => value <= 0) ? 'a value is not above zero' : undefined
}
