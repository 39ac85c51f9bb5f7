// Whether two runs differ, and in what: one decision over many cells at once, so that many cells do not make a difference by chance.
import { median } from './stats.ts'

/** One number of the report, in the repeats of two runs. The i-th values of all cells come from the same repeat; null: not measured. */
export interface Cell {
  a: readonly (number | null)[]
  b: readonly (number | null)[]
  /** The smallest change worth a word, as a share: 0.1 for 10 %. */
  relevant: number
}

/** At most this chance that a comparison of two equal runs names any difference at all. */
export const ALPHA = 0.05
const RELABELLINGS = 5000

/**
 * For each cell the chance, over all cells together, of a change this clear if the runs were the same.
 *
 * Method: Westfall and Young's step-down maxT. The repeats of both runs are dealt anew in every possible way (5 and 5: 126), all
 * cells of a repeat together; a cell stands out only if its change is clearer than the clearest of *all* remaining cells in 95 % of
 * the deals. So the error is held over the family, whatever the cells have to do with each other. Holm's correction of single
 * permutation tests cannot do it: 2 of 252 deals, times 40 cells, is never below 5 %. "Clear" is the difference of the medians of
 * the logarithms over how far repeats lie from their median, plus a tenth of the smallest change worth a word, so that five repeats
 * that agree by chance do not count for more.
 *
 * Its weakness: it takes the repeats for exchangeable. What a whole run has in common (a busy neighbour) it sees as a difference; so
 * the caller also wants the change to be worth a word, and more than what the floor shows.
 * @returns p values in the order of the cells.
 */
export function chances(cells: readonly Cell[], random: () => number): number[] {
  const [n, m] = [Math.max(...cells.map(({ a }) => a.length)), Math.max(...cells.map(({ b }) => b.length))]
  const logs = cells.map(({ a, b }) => {
    const padded = (values: readonly (number | null)[], length: number) =>
      Array.from({ length }, (_, i) => (values[i] == null ? null : Math.log(values[i])))
    return [...padded(a, n), ...padded(b, m)]
  })
  const clearness = (deal: boolean[]) => logs.map((values, i) => clear(values, deal, cells[i]!.relevant / 10))
  const dealt = deals(n, m, random)
  const measured = clearness(dealt[0]!)
  const order = measured.map((_, i) => i).toSorted((x, y) => measured[x]! - measured[y]!) // the least clear first
  const counts = cells.map(() => 0)
  for (const deal of dealt) {
    const found = clearness(deal)
    let highest = -Infinity
    for (const i of order) {
      highest = Math.max(highest, found[i]!)
      if (highest >= measured[i]! - 1e-9) counts[i]!++
    }
  }
  const result = cells.map(() => 1)
  let atLeast = 0
  for (const i of order.toReversed()) result[i] = atLeast = Math.max(atLeast, counts[i]! / dealt.length)
  return result
}

/** Whether so many repeats a side can tell anything apart: with fewer, every deal is among the clearest 5 %. */
export function canTell(n: number, m: number): boolean {
  return n > 2 && m > 2 && (n === m ? 2 : 1) / choose(n + m, n) <= ALPHA
}

function clear(values: (number | null)[], deal: boolean[], least: number): number {
  const left = values.filter((value, i): value is number => value !== null && deal[i]!)
  const right = values.filter((value, i): value is number => value !== null && !deal[i]!)
  const [one, other] = [median(left), median(right)]
  if (one === undefined || other === undefined || left.length < 2 || right.length < 2) return 0
  const far = (side: number[], middle: number) => side.reduce((sum, value) => sum + Math.abs(value - middle), 0)
  const scatter = (far(left, one) + far(right, other)) / (left.length + right.length)
  return Math.abs(other - one) / (scatter + least)
}

/** Which of n + m repeats are called A; the first is as measured. Of a deal and its mirror image one is enough. */
function deals(n: number, m: number, random: () => number): boolean[][] {
  const asMeasured = Array.from({ length: n + m }, (_, i) => i < n)
  if (choose(n + m, n) > RELABELLINGS)
    return [asMeasured, ...Array.from({ length: RELABELLINGS - 1 }, () => shuffled(asMeasured, random))]
  const all: boolean[][] = []
  const grow = (deal: boolean[], left: number) => {
    if (deal.length === n + m) return void (left === 0 && all.push(deal))
    if (left > 0) grow([...deal, true], left - 1)
    if (n + m - deal.length > left && !(n === m && deal.length === 0)) grow([...deal, false], left)
  }
  grow([], n)
  return all
}

function shuffled(deal: boolean[], random: () => number): boolean[] {
  return deal
    .map((mine) => ({ mine, key: random() }))
    .toSorted((x, y) => x.key - y.key)
    .map(({ mine }) => mine)
}

function choose(n: number, k: number): number {
  let result = 1
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i
  return Math.round(result)
}
