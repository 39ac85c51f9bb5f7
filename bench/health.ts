// How busy this process was between two moments: processor time, share of time its loop ran, how late the loop was, collections.
import { PerformanceObserver, eventLoopUtilization, monitorEventLoopDelay } from 'node:perf_hooks'
import { cpuUs, wakeups } from './usage.ts'

export interface Health {
  /** Of this process. */
  utilisation: number
  loopDelayP99Ms: number
  loopDelayMaxMs: number
  /** How often the loop was looked at. */
  looks: number
  gcMaxMs: number
  gcShare: number
}

/** Of the processes that serve: null where the system tells nothing of another program. */
export interface ServerHealth extends Omit<Health, 'utilisation'> {
  /** User and system time. */
  cpuUs: number | null
  wakeups: number | null
  utilisation: number | null
}

/** How often a generator looks whether its loop is late; a server, whose processor time is measured, a quarter as often: a look costs. */
export const [OFTEN_MS, RARELY_MS] = [5, 20]

/** `pids`: who does the work. The loop and the collections are of this process. @returns a function that ends it. */
export function watchServer(pids: number[], everyMs: number): () => ServerHealth {
  const end = watchHealth(everyMs)
  const started = performance.now()
  const [cpuBefore, wakeupsBefore] = [cpuUs(pids), wakeups(pids)]
  return () => {
    const [cpu, woken] = [since(cpuBefore, cpuUs(pids)), since(wakeupsBefore, wakeups(pids))]
    const ms = performance.now() - started
    const health = end()
    // Of other processes their own time is their busyness.
    const utilisation = pids.includes(process.pid) ? health.utilisation : per(cpu, 1000 * ms)
    return { ...health, cpuUs: cpu, wakeups: woken, utilisation }
  }
}

const since = (before: number | null, after: number | null) =>
  before === null || after === null ? null : after - before

/**
 * Starts now. `everyMs`: how often to look whether the loop is late; 0: never, since each look wakes the process (idle).
 * @returns a function that ends it.
 */
export function watchHealth(everyMs = OFTEN_MS): () => Health {
  const delays = monitorEventLoopDelay({ resolution: everyMs || OFTEN_MS })
  if (everyMs > 0) delays.enable()
  const pauses: number[] = []
  const collections = new PerformanceObserver((list) =>
    pauses.push(...list.getEntries().map(({ duration }) => duration)),
  )
  collections.observe({ entryTypes: ['gc'] })
  const loop = eventLoopUtilization()
  const started = performance.now()
  return () => {
    const { utilization } = eventLoopUtilization(loop)
    const ms = performance.now() - started
    delays.disable()
    pauses.push(...collections.takeRecords().map(({ duration }) => duration))
    collections.disconnect()
    // Node's figure is the time from one look at the clock to the next: the pause it wanted is not delay.
    const late = delays.count > 0 ? (ns: number) => Math.max(0, ns / 1e6 - everyMs) : () => 0
    return {
      utilisation: round(utilization),
      loopDelayP99Ms: round(late(delays.percentile(99))),
      loopDelayMaxMs: round(late(delays.max)),
      looks: delays.count,
      gcMaxMs: round(Math.max(0, ...pauses)),
      gcShare: round(pauses.reduce((sum, each) => sum + each, 0) / ms),
    }
  }
}

/** Of fewer than a hundred looks the p99 would be the latest of them. */
export const delayP99Of = ({ looks, loopDelayP99Ms }: Pick<Health, 'looks' | 'loopDelayP99Ms'>) =>
  looks < 100 ? null : loopDelayP99Ms

/** A single stall may be so many times what the loop may be late at p99. */
const STALLS = 8

/** Why a generator with this health measured itself, one line for each reason; of several generators the worst. */
export function tooBusy(
  healths: Pick<Health, 'utilisation' | 'loopDelayP99Ms' | 'loopDelayMaxMs'>[],
  { maxUtilisation, maxGeneratorDelayMs }: { maxUtilisation: number; maxGeneratorDelayMs: number },
): string[] {
  const most = (key: 'utilisation' | 'loopDelayP99Ms' | 'loopDelayMaxMs') =>
    Math.max(...healths.map((each) => each[key]))
  const [busy, late, worst] = [most('utilisation'), most('loopDelayP99Ms'), most('loopDelayMaxMs')]
  const percent = (share: number) => `${Math.round(share * 100)} %`
  return [
    ...(busy > maxUtilisation
      ? [`the generator was busy ${percent(busy)} of the time (at most ${percent(maxUtilisation)})`]
      : []),
    ...(late > maxGeneratorDelayMs
      ? [`the generator's loop was ${late} ms late at p99 (at most ${maxGeneratorDelayMs} ms)`]
      : []),
    // One long stall is one sample to a percentile, and many late events to the window.
    ...(worst > STALLS * maxGeneratorDelayMs
      ? [`the generator's loop stood still for ${worst} ms (at most ${STALLS * maxGeneratorDelayMs} ms)`]
      : []),
  ]
}
/** Null when the whole is not known, or nothing has a share in it. */
export const per = (whole: number | null, count: number) => (whole === null || count <= 0 ? null : round(whole / count))

/** To three places: more was not measured. */
export const round = (value: number) => Math.round(value * 1000) / 1000
