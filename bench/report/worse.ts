// Whether a CI job may take B for as good as A (`bench --compare --fail`): what is worse, and what nobody can tell.
import { isBetterHigher } from '../figures.ts'
import type { Results } from '../results.ts'
import type { Compared } from './compare.ts'
import { unfinished } from './remarks.ts'
import { busierText } from './unlike.ts'
import { verdictText } from './verdict.ts'

/** @returns a line for each reason why it may not; none when both were measured whole, side by side, and nothing of B is worse. */
export function failings(a: Results, b: Results, cells: Compared[]): string[] {
  const busy = busierText(a, b)
  const judged = cells.filter(({ why }) => why === undefined)
  return [
    ...judged.filter(isWorse).map((each) => `worse in B: ${placeOf(each)}: ${verdictText(each)}`),
    ...(busy === undefined ? [] : [busy]),
    ...(judged.length === 0 ? ['not one number of the two could be compared'] : []),
    ...invalid(b),
    ...unfinished(b).map((line) => `B is ${line}`),
  ]
}

/** Rows that do not count are no numbers, and would let any gate and any comparison pass. */
export function invalid({ trials }: Results): string[] {
  const count = trials.filter(({ valid }) => !valid).length
  return count > 0 ? [`${count} of ${trials.length} rows of B are invalid`] : []
}

const isWorse = ({ lower, busy, metric }: Compared) => !busy && lower === (isBetterHigher(metric) ? 'B' : 'A')

export const placeOf = ({ scenario, transport, where, metric }: Compared) =>
  [scenario, transport, where, metric].filter(Boolean).join(' ')
