// Each process of a trial on a core of its own, where the system lets us: then none of them takes time from what it measures.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Placement {
  /** Cores by number, as `taskset` writes them; undefined: wherever the system puts it. */
  server?: string
  generators?: string
  /** All that this process may use. */
  all?: string
  /** In words, for the report. */
  about: string
}

/** The server gets the first core, the generators and this process all others. */
export function place(): Placement {
  if (process.platform !== 'linux') return { about: `not pinned: ${process.platform} has no way to do it from here` }
  const cores = allowed()
  if (cores.length < 2) return { about: 'not pinned: there is one core only' }
  const [server, ...rest] = cores.map(String)
  try {
    pin(process.pid, rest.join())
  } catch (error) {
    return { about: `not pinned: ${(error as Error).message.split('\n')[0]}` }
  }
  return {
    server: server!,
    generators: rest.join(),
    all: cores.join(),
    about: `server on core ${server}, generators on ${rest.join()}`,
  }
}

/** All threads of a process that runs; what it starts later inherits it. @throws when taskset (util-linux) is not there or may not. */
export function pin(pid: number, cores: string): void {
  execFileSync('taskset', ['-a', '-c', '-p', cores, String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] })
}

function allowed(): number[] {
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
  return list.split(',').flatMap((range) => {
    const [from, to = from] = range.split('-').map(Number)
    return Array.from({ length: to! - from! + 1 }, (_, i) => from! + i)
  })
}
