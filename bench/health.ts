// How busy this process was between two moments: processor time, share of time its loop ran, how late the loop was.
import { eventLoopUtilization, monitorEventLoopDelay } from 'node:perf_hooks'

export interface Health {
  /** User and system time of the whole process, its garbage collector and all. */
  cpuUs: number
  utilisation: number
  loopDelayP99Ms: number
}

const EVERY_MS = 5

/** Starts now. @returns a function that ends it. */
export function watchHealth(): () => Health {
  const delays = monitorEventLoopDelay({ resolution: EVERY_MS })
  delays.enable()
  const cpu = process.cpuUsage()
  const loop = eventLoopUtilization()
  return () => {
    const { user, system } = process.cpuUsage(cpu)
    const { utilization } = eventLoopUtilization(loop)
    delays.disable()
    // Node's figure is the time from one look at the clock to the next: the pause it wanted is not delay.
    const late = delays.count > 0 ? Math.max(0, delays.percentile(99) / 1e6 - EVERY_MS) : 0
    return { cpuUs: user + system, utilisation: round(utilization), loopDelayP99Ms: round(late) }
  }
}

/** To three places: more was not measured. */
export const round = (value: number) => Math.round(value * 1000) / 1000
