// When what goes in at one end of a direction arrives at the other: pure arithmetic, the same again with the same random numbers.
import type { Conditions } from './conditions.ts'

export interface Schedule {
  /** How much later than the delay the next chunk comes. */
  jitterMs(): number
  /** So many bytes begin to go in at `sentAt`, `laterMs` away from the other end. @returns when they arrive. */
  arrival(sentAt: number, bytes: number, laterMs: number): number
  /** When the last bit of all that went in so far has left the bottleneck. */
  leftAt(): number
  /** The conditions are other ones now. */
  changed(now: number): void
  /** Nothing is before the bottleneck any more. */
  empty(): void
}

export function startSchedule(
  conditions: () => Conditions,
  bytesPerSecond: () => number,
  random: () => number,
  now: number,
): Schedule {
  let [leftAt, lastArrival] = [-Infinity, -Infinity]
  let stall = nextStall(now)

  function nextStall(after: number) {
    const { stallEveryMs, stallMs } = conditions()
    if (stallEveryMs === Infinity || stallMs === 0) return { from: Infinity, to: Infinity }
    const from = after - Math.log(1 - random()) * stallEveryMs
    return { from, to: from + stallMs }
  }

  return {
    jitterMs() {
      const { jitterMs } = conditions()
      return jitterMs && random() * jitterMs
    },
    arrival(sentAt, bytes, laterMs) {
      leftAt = Math.max(leftAt, sentAt) + (1000 * bytes) / bytesPerSecond()
      lastArrival = Math.max(lastArrival, leftAt + laterMs)
      while (lastArrival >= stall.to) stall = nextStall(stall.to)
      if (lastArrival > stall.from) lastArrival = stall.to
      return lastArrival
    },
    leftAt: () => leftAt,
    changed(now) {
      stall = nextStall(now)
    },
    empty() {
      leftAt = -Infinity
    },
  }
}
