// What may be said about a set of numbers: percentiles that are numbers of the set, and the spread of repeats. Nothing is trimmed.

/** The middle of repeats and how far they lay apart; `n` says how many there were. */
export interface Spread {
  median: number
  min: number
  max: number
  n: number
}

/**
 * Nearest rank: the smallest value that at least `percent` % of all values do not exceed. It is always one of the values;
 * nothing is interpolated. @returns undefined for no values.
 */
export function percentile(values: readonly number[], percent: number): number | undefined {
  if (!(percent > 0 && percent <= 100)) throw new RangeError(`expected a percentage over 0, up to 100, got ${percent}`)
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[rank(sorted.length, percent) - 1]
}

export const median = (values: readonly number[]): number | undefined => percentile(values, 50)

export function spread(values: readonly number[]): Spread | undefined {
  const middle = median(values)
  if (middle === undefined) return undefined
  return { median: middle, min: percentile(values, 1e-9)!, max: percentile(values, 100)!, n: values.length }
}

/** Samples that must lie beyond a percentile before the next nine of it may be quoted. */
const BEYOND = 1000

/** p99.9 is quoted only with at least 1 000 samples beyond p99, so from 100 000 samples on. */
export function canQuoteP999(samples: number): boolean {
  return samples - rank(samples, 99) >= BEYOND
}

function rank(n: number, percent: number): number {
  return Math.max(1, Math.ceil((n * percent) / 100))
}
