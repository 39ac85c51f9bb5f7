// What of the server's limits is other in a trial than by default: what would end or refuse a workload that was asked for.
import { defaults } from '../src/core/limits.ts'
import type { Limits } from '../src/core/limits.ts'
import type { Scenario } from './scenarios.ts'

/** All clients of a generator are connected in this time, or it has failed. */
export const OPEN_MS = 120_000
/** Of a ladder, at most; and what settling and draining take besides. */
const [WINDOWS, SLACK_MS] = [20, 30_000]

export function limitsOf({ batchMs, warmSeconds, seconds, kind }: Scenario): Partial<Limits> {
  // A stream that ends of old age in a window would be a line that broke. Ages are ± 10 %; a ladder has many windows.
  const spanMs = (warmSeconds + seconds) * 1000 * (kind === 'ladder' ? WINDOWS : 1)
  const sseAgeMs = Math.ceil((OPEN_MS + spanMs + SLACK_MS) / 0.9)
  return {
    ...(batchMs > 0 && { batchMs }),
    ...(sseAgeMs > defaults.sseAgeMs && { sseAgeMs }),
    messagesPer10s: 1_000_000,
  }
}
