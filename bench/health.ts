// How busy this process was between two moments: processor time, share of time its loop ran, how late the loop was, collections.
import { PerformanceObserver, eventLoopUtilization, monitorEventLoopDelay } from 'node:perf_hooks'
import { cpuUs, wakeups } from './usage.ts'

export interface Health {
  /** User and system time of the processes that were looked at. */
  cpuUs: number
  wakeups: number | null
  /** Of this process. */
  utilisation: number
  loopDelayP99Ms: number
  gcMaxMs: number
  gcShare: number
}

const EVERY_MS = 5

/** Starts now. `pids`: who does the work, if not this process. @returns a function that ends it. */
export function watchHealth(pids: number[] = [process.pid]): () => Health {
  const delays = monitorEventLoopDelay({ resolution: EVERY_MS })
  delays.enable()
  const pauses: number[] = []
  const collections = new PerformanceObserver((list) =>
    pauses.push(...list.getEntries().map(({ duration }) => duration)),
  )
  collections.observe({ entryTypes: ['gc'] })
  const loop = eventLoopUtilization()
  const started = performance.now()
  const [cpuBefore, wakeupsBefore] = [cpuUs(pids), wakeups(pids)]
  return () => {
    const [cpu, woken] = [cpuUs(pids) - cpuBefore, wakeups(pids)]
    const { utilization } = eventLoopUtilization(loop)
    const ms = performance.now() - started
    delays.disable()
    pauses.push(...collections.takeRecords().map(({ duration }) => duration))
    collections.disconnect()
    // Node's figure is the time from one look at the clock to the next: the pause it wanted is not delay.
    const late = delays.count > 0 ? Math.max(0, delays.percentile(99) / 1e6 - EVERY_MS) : 0
    return {
      cpuUs: cpu,
      wakeups: woken === undefined ? null : woken - wakeupsBefore!,
      // Of other processes their own time is their busyness.
      utilisation: round(pids.includes(process.pid) ? utilization : cpu / 1000 / ms),
      loopDelayP99Ms: round(late),
      gcMaxMs: round(Math.max(0, ...pauses)),
      gcShare: round(pauses.reduce((sum, each) => sum + each, 0) / ms),
    }
  }
}

/** To three places: more was not measured. */
export const round = (value: number) => Math.round(value * 1000) / 1000
