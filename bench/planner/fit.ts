// Least squares for unit costs: a cost is a sum of counts times prices; the prices are found, and none of them is below zero.

/** What one measurement counted, by the name of the count, and what it cost together. */
export interface Observation<Count extends string> {
  counts: Record<Count, number>
  cost: number
}
export type Prices<Count extends string> = Partial<Record<Count, number>>

/** Another set of counts must predict what it has not seen better by so much, or it fits noise. */
const WORTH = 0.8

/**
 * Minimises the relative error, so that a small trial counts as much as a large one. A count whose price would be negative is left
 * out. @returns undefined when the observations cannot tell the counts apart.
 */
export function fit<Count extends string>(
  observations: readonly Observation<Count>[],
  counts: readonly Count[],
): Prices<Count> | undefined {
  if (counts.length === 0 || observations.length < counts.length) return undefined
  const rows = observations.map(({ counts: known, cost }) => counts.map((name) => known[name] / cost))
  // Columns differ by a million: each is measured by its own length, and its price put back afterwards.
  const lengths = counts.map((_, i) => Math.hypot(...rows.map((row) => row[i]!)))
  const scaled = rows.map((row) => row.map((value, i) => (lengths[i]! > 0 ? value / lengths[i]! : 0)))
  const left = counts.map((_, i) => counts.map((_, j) => dot(scaled, i, j)))
  const right = counts.map((_, i) => scaled.reduce((total, row) => total + row[i]!, 0))
  const solved = solve(left, right)
  if (!solved) return undefined
  const prices = solved.map((price, i) => price / lengths[i]!)
  const worst = prices.indexOf(Math.min(...prices))
  if (prices[worst]! < 0) return fit(observations, counts.filter((_, i) => i !== worst)) // prettier-ignore
  return Object.fromEntries(counts.map((name, i) => [name, prices[i]!])) as Prices<Count>
}

/** Of sets of counts: the one that predicts each observation best from the others; one given earlier wins, unless it is much worse. */
export function choose<Count extends string>(
  observations: readonly Observation<Count>[],
  sets: readonly (readonly Count[])[],
): { prices: Prices<Count>; error: number | undefined } | undefined {
  let best: { prices: Prices<Count>; error: number | undefined } | undefined
  for (const counts of sets) {
    const prices = fit(observations, counts)
    if (!prices) continue
    const error = leftOut(observations, counts)
    if (!best || (error !== undefined && (best.error === undefined || error < best.error * WORTH)))
      best = { prices, error }
  }
  return best
}

export function priceOf<Count extends string>(prices: Prices<Count>, counts: Record<Count, number>): number {
  return (Object.entries(prices) as [Count, number][]).reduce((total, [name, price]) => total + price * counts[name], 0)
}

/** Root of the mean squared relative error of each observation, predicted from all others. */
function leftOut<Count extends string>(observations: readonly Observation<Count>[], counts: readonly Count[]) {
  let total = 0
  for (const one of observations) {
    const prices = fit(
      observations.filter((other) => other !== one),
      counts,
    )
    if (!prices) return undefined
    total += (priceOf(prices, one.counts) / one.cost - 1) ** 2
  }
  return Math.sqrt(total / observations.length)
}

const dot = (rows: number[][], i: number, j: number) => rows.reduce((total, row) => total + row[i]! * row[j]!, 0)

/**
 * Squared sine of the angle between a count and what the others make of it. Below it they come together in every trial but for noise, and
 * prices that share such noise out are of no use beyond these trials.
 */
const DISTINCT = 0.01

/** Gauss with the largest pivot; the matrix has ones in its diagonal. */
function solve(matrix: number[][], right: number[]): number[] | undefined {
  const rows = matrix.map((row, i) => [...row, right[i]!])
  for (let i = 0; i < rows.length; i++) {
    const pivot = rows
      .slice(i)
      .reduce((best, row, k) => (Math.abs(row[i]!) > Math.abs(rows[best]![i]!) ? i + k : best), i)
    ;[rows[i], rows[pivot]] = [rows[pivot]!, rows[i]!]
    const [first] = [rows[i]![i]!]
    if (Math.abs(first) < DISTINCT) return undefined
    for (const row of rows.filter((_, k) => k !== i)) {
      const factor = row[i]! / first
      for (let k = i; k < row.length; k++) row[k] = row[k]! - factor * rows[i]![k]!
    }
  }
  return rows.map((row, i) => row.at(-1)! / row[i]!)
}
