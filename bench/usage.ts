// What processes have used: processor time in nanoseconds, resident memory, and how often they were woken. Read from /proc on Linux.
import { readFileSync, readdirSync } from 'node:fs'
import { getHeapSpaceStatistics } from 'node:v8'

/** What a program can say of itself on any system, and of others on Linux only. */
const isOwn = (pids: number[]) => pids.length === 1 && pids[0] === process.pid

/**
 * Processor time of all threads, user and system, in microseconds; null where the system does not say. Linux counts it in nanoseconds
 * in `schedstat`; elsewhere getrusage does in microseconds. Threads that have ended are not in it: Node starts none and ends it in a trial.
 */
export function cpuUs(pids: number[]): number | null {
  if (process.platform !== 'linux') {
    if (!isOwn(pids)) return null
    const { user, system } = process.cpuUsage()
    return user + system
  }
  return pids.reduce((sum, pid) => sum + sumOf(pid, 'schedstat', (text) => Number(text.split(' ')[0])), 0) / 1000
}

/** Times that a thread gave up its core to wait and was woken again; null where the system does not say. */
export function wakeups(pids: number[]): number | null {
  if (process.platform !== 'linux') return null
  const count = (text: string) => Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(text)?.[1])
  return pids.reduce((sum, pid) => sum + sumOf(pid, 'status', count), 0)
}

/** Heap that is no connection's: garbage to be, as large as the load before made it; and what is larger than half a page of V8's. */
const APART = ['new_space', 'new_large_object_space', 'large_object_space']

/**
 * Resident memory in KiB, for the slope over connections. Of this process: after a forced collection, when it was started with
 * --expose-gc, and without the spaces that hold no connection. Of one of them V8 drops 7 MiB minutes after the start, probably Node's
 * TypeScript loader: between two looks that would be 15 KiB less for each of 500 connections. A collection of the last resort drops it at
 * once, but compiled code with it, and processor time is measured after this. Null of others where the system does not say.
 */
export function rssKb(pids: number[]): number | null {
  if (isOwn(pids)) {
    globalThis.gc?.()
    const spaces = getHeapSpaceStatistics().filter(({ space_name }) => APART.includes(space_name))
    const apart = spaces.reduce((total, { physical_space_size }) => total + physical_space_size, 0)
    return (process.memoryUsage.rss() - apart) / 1024
  }
  if (process.platform !== 'linux') return null
  const rss = (pid: number) => Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  return pids.reduce((sum, pid) => sum + rss(pid), 0)
}

function sumOf(pid: number, file: string, read: (text: string) => number): number {
  const tasks = `/proc/${pid}/task`
  return readdirSync(tasks).reduce((sum, task) => sum + read(readFileSync(`${tasks}/${task}/${file}`, 'utf8')), 0)
}
