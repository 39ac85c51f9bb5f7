// One clock for everything on this machine: it is read as wall time but never jumps, so that two processes can subtract.

/**
 * Milliseconds since the Unix epoch by the system's monotonic clock. Two processes that use the same `offset` read the same
 * clock (CLOCK_MONOTONIC is one for the whole host); without one, each sets its own by the wall clock at this call.
 */
export function hostClock(offset = wallOffset()): () => number {
  return () => monotonicMs() + offset
}

export function wallOffset(): number {
  return Date.now() - monotonicMs()
}

// Both read the same clock from different starts; performance.now() does so without a BigInt, and it is read once an event.
const start = Number(process.hrtime.bigint()) / 1e6 - performance.now()

function monotonicMs(): number {
  return start + performance.now()
}
