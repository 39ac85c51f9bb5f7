// How late the latest events of one lane were: the last of them, and how they spread.

export interface Lateness {
  add(ms: number): void
  /** Forgets all: what comes now comes in another way, and is not to be mixed with it. */
  reset(): void
  /** Of the latest `KEEP`; undefined before the first. */
  summary(): Summary | undefined
}

export interface Summary {
  n: number
  last: number
  median: number
  /** Undefined below 100 events: then too few lie beyond it to know. */
  p95?: number
  worst: number
  /** Events in each bucket. */
  buckets: number[]
}

export const KEEP = 500
/** Bucket 0 is "first"; then from 1 ms, `PER_DECADE` to each factor of ten; the last takes all that is later. */
export const PER_DECADE = 6
export const DECADES = 4
export const BUCKETS = 2 + PER_DECADE * DECADES

export function lateness(): Lateness {
  const ring: number[] = []
  let next = 0

  return {
    add(ms) {
      ring[next++ % KEEP] = ms
    },
    reset() {
      ring.length = next = 0
    },
    summary() {
      if (ring.length === 0) return undefined
      const sorted = ring.toSorted((a, b) => a - b)
      const buckets = new Array<number>(BUCKETS).fill(0)
      for (const ms of sorted) buckets[bucketOf(ms)]!++
      const n = sorted.length
      return {
        n,
        last: ring[(next - 1) % KEEP]!,
        median: sorted[Math.floor((n - 1) / 2)]!,
        ...(n >= 100 && { p95: sorted[Math.ceil(n * 0.95) - 1]! }),
        worst: sorted[n - 1]!,
        buckets,
      }
    },
  }
}

export function bucketOf(ms: number): number {
  return ms < 1 ? 0 : Math.min(BUCKETS - 1, 1 + Math.floor(Math.log10(ms) * PER_DECADE))
}
