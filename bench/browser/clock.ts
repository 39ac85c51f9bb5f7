// How far the clock of a page is from that of this host, and how sure that is: by round trips, without believing that both ways take as long.

/** The host's clock is the page's and something between these, in ms. */
export interface Bounds {
  low: number
  high: number
  /** The shortest round trip of all. */
  roundTripMs: number
}
export interface Offset {
  /** To be added to the page's clock, and by how much that may be wrong, either way. */
  offsetMs: number
  errorMs: number
  roundTripMs: number
}

/**
 * The page read its clock after it was asked and before its answer was here: each question gives two bounds, all questions the narrowest
 * of them. `stepMs`: the page's clock may be read so much too early or too late.
 */
export async function boundsOf(
  pageClock: () => Promise<number>,
  clock: () => number,
  { questions, stepMs }: { questions: number; stepMs: number },
): Promise<Bounds> {
  const bounds = { low: -Infinity, high: Infinity, roundTripMs: Infinity }
  for (let i = 0; i < questions; i++) {
    const askedAt = clock()
    const page = await pageClock()
    const answeredAt = clock()
    bounds.low = Math.max(bounds.low, askedAt - page - stepMs)
    bounds.high = Math.min(bounds.high, answeredAt - page + stepMs)
    bounds.roundTripMs = Math.min(bounds.roundTripMs, answeredAt - askedAt)
  }
  return bounds
}

/** What fits both, before a window and after it. @returns in words what is wrong when nothing does: then one of the clocks has moved. */
export function offsetOf(before: Bounds, after: Bounds): Offset | string {
  const [low, high] = [Math.max(before.low, after.low), Math.min(before.high, after.high)]
  if (low > high) return `the page's clock and the host's went apart by ${(low - high).toFixed(3)} ms or more`
  return {
    offsetMs: (low + high) / 2,
    errorMs: (high - low) / 2,
    roundTripMs: Math.min(before.roundTripMs, after.roundTripMs),
  }
}
