// What may be said about a set of numbers: percentiles that are numbers of the set, medians, and the spread of repeats. Nothing is trimmed.

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

/** The one in the middle; of an even number the mean of the two in the middle: nearest rank would show the lower and hide the other. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const [lower, upper] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return lower === undefined || upper === undefined ? undefined : (lower + upper) / 2
}

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

/** From so many repeats on there is an interval; with fewer, only their range (of three it covers the median in 75 % of cases). */
export const ENOUGH = 5

/** A median of repeats and where it may as well lie, at 95 %; with fewer than `ENOUGH`, their range. */
export interface Estimate {
  median: number
  low: number
  high: number
  n: number
}

/**
 * The median of repeats with its percentile-bootstrap interval. What is resampled are the repeats, never single deliveries: those
 * of one repeat share its machine, its moment and its events, and a thousand of them are no thousand witnesses. (The "value" of a
 * repeat may well be a percentile of its deliveries.) All nⁿ resamples are counted exactly, so no seed is needed.
 *
 * Its weakness: with n = 5 the interval is the range of the repeats (one resample in 17 has the lowest as its median), and that
 * covers the true median in 93.75 % of cases. With fewer it is no interval: then `low` and `high` are the range. It cannot know of what all repeats of a run had in common.
 */
export function estimate(values: readonly number[]): Estimate | undefined {
  const middle = median(values)
  if (middle === undefined) return undefined
  const n = values.length
  if (n < ENOUGH) return { median: middle, low: Math.min(...values), high: Math.max(...values), n }
  const { low, high } = interval(resampledMedians(values))
  // The resampled median is the lower of the middle two; seen from the other end it is the upper one.
  const upper = n % 2 === 1 ? high : -interval(resampledMedians(values.map((value) => -value))).low
  return { median: middle, low, high: upper, n }
}

/** The median of `b` as a multiple of the median of `a`, and its interval: both are resampled, each for itself. Positive values. */
export function ratioOf(a: readonly number[], b: readonly number[], confidence = 0.95): Estimate | undefined {
  return changeOf(a, b, (one, other) => other / one, confidence)
}

/** What the median of `b` has over the median of `a`, and its interval. */
export function differenceOf(a: readonly number[], b: readonly number[]): Estimate | undefined {
  return changeOf(a, b, (one, other) => other - one)
}

function changeOf(
  a: readonly number[],
  b: readonly number[],
  change: (a: number, b: number) => number,
  confidence = 0.95,
) {
  const [one, other] = [median(a), median(b)]
  if (one === undefined || other === undefined) return undefined
  const pairs = resampledMedians(a).flatMap((left) =>
    resampledMedians(b).map((right) => ({
      value: change(left.value, right.value),
      share: left.share * right.share,
    })),
  )
  return { median: change(one, other), ...interval(pairs, confidence), n: Math.min(a.length, b.length) }
}

interface Weighted {
  value: number
  share: number
}

/** The values that the median of a resample can have, each with the share of all nⁿ resamples in which it has it. */
function resampledMedians(values: readonly number[]): Weighted[] {
  const n = values.length
  const needed = rank(n, 50)
  // The median is among the k smallest when at least `needed` of the n draws are.
  const upTo = (k: number) => {
    let [sum, ways] = [0, 1]
    for (let drawn = 0; drawn <= n; drawn++) {
      if (drawn >= needed) sum += ways * (k / n) ** drawn * (1 - k / n) ** (n - drawn)
      ways = (ways * (n - drawn)) / (drawn + 1)
    }
    return sum
  }
  return values.toSorted((x, y) => x - y).map((value, i) => ({ value, share: upTo(i + 1) - upTo(i) }))
}

function interval(weighted: Weighted[], confidence = 0.95): { low: number; high: number } {
  const sorted = weighted.toSorted((x, y) => x.value - y.value)
  const at = (share: number) => {
    let sum = 0
    return (sorted.find((each) => (sum += each.share) >= share) ?? sorted.at(-1)!).value
  }
  return { low: at((1 - confidence) / 2), high: at((1 + confidence) / 2) }
}
