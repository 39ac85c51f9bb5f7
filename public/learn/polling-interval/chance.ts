// How far from the formula a median may be by chance alone: the run of “How often to ask” many times over, with the lab's ticker as it is. Pure.
import { seeded } from '../../../src/core/random.ts'
import { median, percentile } from '../../../src/core/stats.ts'

export interface Plan {
  intervalMs: number
  perSecond: number
  lastMs: number
}

const RUNS = 1000
/** As on one machine; a longer one hardly changes what comes out. */
const TRIP_MS = 5

/** In 19 of 20 such runs the median is no further from i/2 + t, either way. The same each time. */
export function chanceOf(plan: Plan): number {
  const random = seeded(plan.intervalMs)
  const expectedMs = plan.intervalMs / 2 + TRIP_MS
  const off = Array.from({ length: RUNS }, () => Math.abs(median(latenciesOf(plan, random))! - expectedMs))
  return percentile(off, 95)!
}

/**
 * Of one run. An event is due at a random moment of each slot (src/sources/ticker.ts), so they are spread more evenly than by chance;
 * the client begins at any moment of a slot, and the lab looks into its log in the middle of each round trip.
 */
function latenciesOf({ intervalMs, perSecond, lastMs }: Plan, random: () => number): number[] {
  const slotMs = 1000 / perSecond
  const beganMs = random() * slotMs
  const latencies: number[] = []
  for (let slot = 0; ; slot++) {
    const due = (slot + random()) * slotMs - beganMs
    if (due < 0) continue // not of this run
    const pauses = Math.ceil((due - TRIP_MS / 2) / (intervalMs + TRIP_MS))
    const at = pauses * (intervalMs + TRIP_MS) + TRIP_MS
    if (at > lastMs) return latencies
    latencies.push(at - due)
  }
}
