// How long a run will take, from the numbers of its scenarios; what everything around a window takes was measured on two cores.
import { asks } from './contestants.ts'
import type { Plan } from './plan.ts'
import type { Kind } from './scenarios.ts'

/** Two processes that start, load and end; and what comes before and after a window. */
const TRIAL_S = 1.7
/** A client that connects, with the memory of half of them and of all. */
const CLIENT_S = 0.004
/** A connection in full and one resumed, one after the other. */
const CONNECT_S = 0.012
/** A ladder takes so many steps until it has met its knee twice, and sets up anew after so many of them, which were too much. */
const [STEPS, RENEWALS] = [12, 4]
/** A browser that starts, opens a page, tells its clock and ends. */
const BROWSER_S = 6
/** Around the window of a step; and what comes late after one that was too much, with the end of the old processes. */
const [STEP_S, LATE_S] = [0.4, 3]

export function secondsOf({ scenario, transports }: Plan): number {
  const { kind, clients, seconds, warmSeconds, pollMs } = scenario
  const poll = transports.includes('polling') ? pollMs / 1000 : 0
  const warm = Math.max(warmSeconds, poll > 0 ? poll + 0.2 : 0)
  // An answer that is on its way when the window ends is waited for.
  const window = warm + seconds + (transports.some(asks) ? poll / 2 : 0)
  const connected = clients * transports.length * CLIENT_S
  const times: Record<Kind, number> = {
    window,
    idle: window,
    // Each renewal warms up with a window of its own.
    ladder: STEPS * (window + STEP_S) + RENEWALS * (TRIAL_S + connected + window + STEP_S + LATE_S),
    connect: clients * CONNECT_S,
    // Twice: once before it counts.
    storm: 1 + poll + 2 * clients * CLIENT_S,
    recover: seconds + poll,
    burst: seconds + poll,
    up: warmSeconds + seconds,
    capacity: 1 + seconds,
    browser: BROWSER_S + window,
  }
  const follow = !['connect', 'up', 'capacity', 'browser'].includes(kind)
  return TRIAL_S + times[kind] + (follow ? connected : 0)
}

/** One line: `15 scenarios, 412 trials, about 48 min`. */
export function planText(plans: Plan[]): string {
  const names = new Set(plans.map(({ scenario }) => scenario.name))
  const seconds = plans.reduce((sum, each) => sum + secondsOf(each), 0)
  return `${count(names.size, 'scenario')}, ${count(plans.length, 'trial')}, about ${timeText(seconds)}`
}

export const timeText = (seconds: number) =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`

/** The estimate, corrected by how far it was off until now. */
export function pace(plans: Plan[]) {
  const seconds = plans.map(secondsOf)
  const startedAt = performance.now()
  const sum = (some: number[]) => some.reduce((total, each) => total + each, 0)
  return {
    leftSeconds(done: number) {
      const [took, expected] = [(performance.now() - startedAt) / 1000, sum(seconds.slice(0, done))]
      return sum(seconds.slice(done)) * (done > 0 ? took / expected : 1)
    },
  }
}
