// A fixed window: so many in so long, then no more until the window is over. The caller brings the clock.

/** @returns a function that says whether one more, at `now` (monotonic milliseconds), is within the allowance. */
export function allowance(count: number, windowMs: number): (now: number) => boolean {
  let startedAt = -Infinity
  let used = 0
  return (now) => {
    if (now - startedAt >= windowMs) {
      startedAt = now
      used = 0
    }
    return ++used <= count
  }
}
