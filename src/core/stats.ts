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

/** So many samples must lie beyond a percentile: with fewer, one hiccup more or less moves it. */
const BEYOND = 10
/** Beyond p99, before anything above it may be quoted. */
const BEYOND_P99 = 1000

/**
 * Whether so many samples can carry this percentile: p90 from 100 on, p99 from 1 000 on; what is above p99 needs 1 000 samples
 * beyond p99 itself (MEASURING), so p99.9 from 100 000 on.
 */
export function canQuote(samples: number, percent: number): boolean {
  const beyond = (p: number) => samples - rank(samples, p)
  return percent > 99 ? beyond(99) >= BEYOND_P99 : beyond(percent) >= BEYOND
}

function rank(n: number, percent: number): number {
  return Math.max(1, Math.ceil((n * percent) / 100))
}
