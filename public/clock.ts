// The server's clock, read from here: by exchanges whose server put its time into the answer. The answer was made somewhere between
// question and answer, so half of that time is the error (as NTP has it, RFC 5905 §8).

export interface Clock {
  /** Takes one exchange: page times (performance.now()) of question and answer, server time (ms since epoch). */
  take(asked: number, answered: number, serverMs: number): void
  /** ms since epoch by the server's clock → performance.now() of this page; undefined before the first exchange. */
  toPage(serverMs: number): number | undefined
  /** Plus or minus so many milliseconds. */
  readonly errorMs: number
  /** The server was restarted, perhaps elsewhere. */
  reset(): void
}

interface Reading {
  at: number
  offset: number
  error: number
}

/** Two quartz clocks drift apart by up to 50 µs each second or so: an old reading loses its worth. */
const DRIFT_MS_PER_MS = 50e-6
const KEEP_MS = 120_000

export function clock(): Clock {
  let readings: Reading[] = []
  let best: Reading | undefined

  const worth = ({ at, error }: Reading, now: number) => error + (now - at) * DRIFT_MS_PER_MS

  return {
    take(asked, answered, serverMs) {
      const mine = { at: answered, offset: (asked + answered) / 2 - serverMs, error: (answered - asked) / 2 }
      readings = [...readings.filter(({ at }) => answered - at < KEEP_MS), mine]
      best = readings.reduce((a, b) => (worth(b, answered) < worth(a, answered) ? b : a))
    },
    toPage: (serverMs) => best && serverMs + best.offset,
    get errorMs() {
      return best?.error ?? Infinity
    },
    reset() {
      readings = []
      best = undefined
    },
  }
}
