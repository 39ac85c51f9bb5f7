// How far the axis of bytes reaches, in steps of 1, 2 and 5, and which of them it names.
import { clamped } from './clamped.ts'

export type Range = readonly [low: number, high: number]

const STEPS = [1, 2, 3, 4, 5].flatMap((decade) => [1, 2, 5].map((step) => step * 10 ** decade)).concat(1e6)
const LAST = STEPS.length - 1
const [LEAST, MOST] = [STEPS[0]!, STEPS[LAST]!]
/** A decade: what differs by little is not drawn as if it were much. */
const FEWEST = 3
/** An axis that is so much longer than it has to be stays as it is: it is to change seldom. */
const SPARE = 2
/** Of a longer axis only decades are named. */
const NAMED = 4
/** A dot is not cut by the edge; and at one it does not make the axis jump to and fro. */
const MARGIN = 1.2
const TOUCH = 1.05

const inReach = (value: number) => clamped(value, LEAST, MOST)

/** `had`: what it was. It stays while all is well inside. */
export function rangeAround(values: readonly number[], had?: Range): Range {
  const known = values.filter((value) => Number.isFinite(value)).map(inReach)
  if (known.length === 0) return had ?? [LEAST, STEPS[FEWEST]!]
  const [least, most] = [Math.min(...known), Math.max(...known)]
  const [low, high] = [inReach(least / MARGIN), inReach(most * MARGIN)]
  let from = STEPS.findLastIndex((step) => step <= low)
  let to = STEPS.findIndex((step) => step >= high)
  // More is added at the side that is nearer.
  while (to - from < FEWEST)
    if ((low / STEPS[from]! <= STEPS[to]! / high && from > 0) || to === LAST) from--
    else to++
  return had && isWell(had, [least, most], to - from) ? had : [STEPS[from]!, STEPS[to]!]
}

function isWell(had: Range, [least, most]: Range, needed: number): boolean {
  const [from, to] = had
  const isIn = (from === LEAST || least >= from * TOUCH) && (to === MOST || most <= to / TOUCH)
  return isIn && stepsIn(had).length - 1 <= needed + SPARE
}

const stepsIn = ([low, high]: Range) => STEPS.filter((step) => step >= low && step <= high)

/** What the axis names. */
export function sizesIn(range: Range): number[] {
  const steps = stepsIn(range)
  return steps.length - 1 <= NAMED ? steps : steps.filter((step) => Number.isInteger(Math.log10(step)))
}
export const sizeName = (bytes: number) => (bytes < 1000 ? `${bytes} B` : bytes < MOST ? `${bytes / 1000} kB` : '1 MB')
