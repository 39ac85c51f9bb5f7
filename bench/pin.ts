// Where the processes of a trial run: the server on a core of its own, generators and network on others, where the system lets us; so they take no time from it.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

export interface Placement {
  /** Cores by number, as `taskset` writes them; undefined: wherever the system puts it. */
  server?: string
  generators?: string
  /** Of the generators' cores, the one that a network takes when there is one; undefined: it shares theirs. */
  network?: string
  /** All that this process may use. */
  all?: string
  /** In words, for the report. */
  about: string
}

/** The server gets a core, the generators and this process others. */
export function place(): Placement {
  if (process.platform !== 'linux') return { about: `not pinned: ${process.platform} has no way to do it from here` }
  const placement = placementOf(allowed(), siblingsOf)
  if (placement.generators === undefined) return placement
  try {
    pin(process.pid, placement.generators)
  } catch (error) {
    return { about: `not pinned: ${(error as Error).message.split('\n')[0]}` }
  }
  return placement
}

/**
 * The server on the first core, the generators on those that are not its other thread: two threads of one core (SMT) share its units,
 * so the one is slower while the other works. @param siblings the threads of the core that this one belongs to, itself too.
 */
export function placementOf(cores: number[], siblings: (core: number) => number[]): Placement {
  const [server, ...others] = cores
  if (server === undefined || others.length === 0) return { about: 'not pinned: there is one core only' }
  const threads = siblings(server)
  const apart = others.filter((core) => !threads.includes(core))
  const isShared = apart.length === 0
  const rest = isShared ? others : apart
  const empty = others.filter((core) => !rest.includes(core))
  const network = rest.length > 1 ? rest.at(-1) : undefined
  const notes = [
    `server on core ${server}, generators on ${rest.join()}`,
    ...(isShared ? ["which is a thread of the server's core too (SMT): each slows the other down"] : []),
    ...(empty.length > 0 ? [`nothing on ${empty.join()}, the server's other thread`] : []),
    network === undefined
      ? "a network, where there is one, shares the generators' core"
      : `a network, where there is one, on ${network}`,
  ]
  return {
    ...{ server: String(server), generators: rest.join(), all: cores.join() },
    ...(network !== undefined && { network: String(network) }),
    about: notes.join('; '),
  }
}

/** How many generators have a core each. @param cores of this machine, where nothing is pinned: the server takes one of them. */
export function freeCores({ generators, network }: Placement, hasNetwork: boolean, cores: number): number {
  if (generators === undefined) return Math.max(1, cores - 1)
  return generators.split(',').length - (hasNetwork && network !== undefined ? 1 : 0)
}

/** All threads of a process that runs; what it starts later inherits it. @throws when taskset (util-linux) is not there or may not. */
export function pin(pid: number, cores: string): void {
  execFileSync('taskset', ['-a', '-c', '-p', cores, String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] })
}

function allowed(): number[] {
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
  return coresIn(list)
}

/** Where the system does not say, each is a core of its own. */
function siblingsOf(core: number): number[] {
  const path = `/sys/devices/system/cpu/cpu${core}/topology/thread_siblings_list`
  return existsSync(path) ? coresIn(readFileSync(path, 'utf8').trim()) : [core]
}

/** As the kernel writes them: `0,4` or `0-1,8`. */
export function coresIn(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [from, to = from] = range.split('-').map(Number)
    return Array.from({ length: to! - from! + 1 }, (_, i) => from! + i)
  })
}
