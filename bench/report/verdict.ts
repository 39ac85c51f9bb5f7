// The words for one line of a comparison.
import type { Estimate } from '../../src/core/stats.ts'
import { NONE, text } from './numbers.ts'
import type { Compared } from './compare.ts'

export const numberText = (found: Estimate | undefined) => (found ? text(found.median) : NONE)

/** In per cent of A, with its interval. */
export function changeText({ ratio }: Compared): string {
  if (!ratio) return NONE
  const percent = (times: number) => `${times >= 1 ? '+' : '−'}${text(Math.abs(times - 1) * 100)}`
  return `${percent(ratio.median)} % (${percent(ratio.low)} to ${percent(ratio.high)})`
}

export function verdictText({ why, lower, busy, seenFrom, floorToo, difference, unit }: Compared): string {
  if (why !== undefined) return 'not comparable' // why stands below the table
  if (floorToo) return 'no significant difference (floor too)'
  if (!lower)
    return `no significant difference${seenFrom === undefined ? '' : ` (< ${Math.ceil(seenFrom * 100 - 1e-9)} % unseen)`}`
  if (busy) return `differs, but ${busy} ran on a busy machine`
  return `${lower} lower by ${text(Math.abs(difference!.median))}${unit && ` ${unit}`}`
}

/** One line for all numbers of a scenario that cannot be compared for the same reason. */
export function refusals(cells: Compared[]): string[] {
  const refused = cells.filter(({ why }) => why !== undefined)
  return [...Map.groupBy(refused, ({ scenario, why }) => `${scenario}\n${why}`).values()].map((mine) => {
    const [{ scenario, why }] = mine as [Compared]
    const all = cells.filter((each) => each.scenario === scenario)
    const names = [...new Set(mine.map(({ transport }) => transport))].join(', ')
    const metrics = [...new Set(mine.map(({ metric }) => metric))].join(', ')
    const what = mine.length === all.length ? 'all' : `${metrics} of ${names}`
    return `not comparable: ${scenario}, ${what}: ${why}`
  })
}
