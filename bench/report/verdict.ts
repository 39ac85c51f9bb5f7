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

export function verdictText({ why, lower, floorToo, difference, unit }: Compared): string {
  if (why !== undefined) return `not comparable: ${why}`
  if (floorToo) return 'no significant difference (floor too)'
  if (!lower) return 'no significant difference'
  return `${lower} lower by ${text(Math.abs(difference!.median))}${unit && ` ${unit}`}`
}
