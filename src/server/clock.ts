// One clock for everything on this machine: it is read as wall time but never jumps, so that two processes can subtract.

/**
 * Milliseconds since the Unix epoch by the system's monotonic clock. Two processes that use the same `offset` read the same
 * clock (CLOCK_MONOTONIC is one for the whole host); without one, each sets its own by the wall clock at this call.
 */
export function hostClock(offset = wallOffset()): () => number {
  return () => monotonicMs() + offset
}

export const wallOffset = () => offsetOf(Date.now)

/** With which `hostClock` of another process reads what this clock reads. */
export function offsetOf(clock: () => number): number {
  return clock() - monotonicMs()
}

/**
 * Read from the system each time. Not `performance.now()` and an offset taken once: whoever is interrupted between the two readings
 * that make the offset is behind by as much for good, by 1 ms alone and by 29 ms among 20 processes that start together.
 */
function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}
