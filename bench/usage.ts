// What processes have used: processor time in nanoseconds, resident memory, and how often they were woken. Read from /proc on Linux.
import { readFileSync, readdirSync } from 'node:fs'

/**
 * Processor time of all threads, user and system, in microseconds. Linux counts it in nanoseconds in `schedstat`; elsewhere, and
 * only for this process, getrusage in microseconds. Threads that have ended are not in it: Node starts none and ends it in a trial.
 */
export function cpuUs(pids: number[]): number {
  if (process.platform !== 'linux') {
    const { user, system } = process.cpuUsage()
    return user + system
  }
  return pids.reduce((sum, pid) => sum + sumOf(pid, 'schedstat', (text) => Number(text.split(' ')[0])), 0) / 1000
}

/** Times that a thread gave up its core to wait and was woken again; undefined where the system does not say. */
export function wakeups(pids: number[]): number | undefined {
  if (process.platform !== 'linux') return undefined
  const count = (text: string) => Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(text)?.[1])
  return pids.reduce((sum, pid) => sum + sumOf(pid, 'status', count), 0)
}

/**
 * Resident memory in KiB; of this process after a forced collection, when it was started with --expose-gc. Not an ordinary one: V8 keeps
 * what it may not need again, here 7 MiB of Node's own TypeScript loader, until some collection minutes later, and that between
 * two looks would be 15 KiB less for each of 500 connections. The last resort gives all of it back at the first look.
 */
export function rssKb(pids: number[]): number {
  if (pids.length === 1 && pids[0] === process.pid) {
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    return process.memoryUsage.rss() / 1024
  }
  const rss = (pid: number) => Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  return pids.reduce((sum, pid) => sum + rss(pid), 0)
}

function sumOf(pid: number, file: string, read: (text: string) => number): number {
  const tasks = `/proc/${pid}/task`
  return readdirSync(tasks).reduce((sum, task) => sum + read(readFileSync(`${tasks}/${task}/${file}`, 'utf8')), 0)
}
