// Whether others had work for the machine when a run began: then its numbers are theirs as well.
import { cpus, loadavg } from 'node:os'

/** Above so many of its cores there is hardly room left for a server and its generators. Such a run is not quoted. */
const SHARE = 0.5

/** Of the last minute. Windows has no load average: there it is 0, and nothing is said. */
export const load = () => ({ loadBefore: loadavg()[0]!, cores: cpus().length })

/** As stored in results, where either may be missing. */
export type Load = Record<string, string | number>

export function isBusy({ loadBefore, cores }: Load): boolean {
  return typeof loadBefore === 'number' && typeof cores === 'number' && loadBefore > SHARE * cores
}

export const loadText = ({ loadBefore, cores }: Load) => `load ${Number(loadBefore).toFixed(1)} on ${cores} cores`

/** What the machine had to do before the run; empty where nobody knows. */
export function loadWords(machine: Load): string {
  const { loadBefore, system = '' } = machine
  if (typeof loadBefore !== 'number' || String(system).startsWith('win32')) return ''
  return `load ${loadBefore.toFixed(1)} before it${isBusy(machine) ? ': a busy machine' : ''}`
}

/** One line, when it is. */
export function busyText(machine: Load): string | undefined {
  return isBusy(machine) ? `the machine is busy: ${loadText(machine)}; numbers will be noisy` : undefined
}
