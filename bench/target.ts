// The server process of a trial: the lab, the floor or a peer, on one feed. It is told when a window is, and notes what it cost.
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeEvent } from '../src/core/event.ts'
import { defaults } from '../src/core/limits.ts'
import type { Limits } from '../src/core/limits.ts'
import { memoryFeed } from '../src/feeds/memory.ts'
import type { Feed } from '../src/core/feed.ts'
import { hostClock } from '../src/server/clock.ts'
import type { Credentials, TlsRules } from '../src/server/secure.ts'
import { startLab } from '../src/server/start.ts'
import { watchWire } from '../src/server/wire.ts'
import type { Traffic } from '../src/server/wire.ts'
import { floorServer } from '../transports/floor/server.ts'
import { isOurs, peerOf } from './contestants.ts'
import type { Contestant } from './contestants.ts'
import { faulty, miscounted } from './faults.ts'
import type { Fault } from './faults.ts'
import { RARELY_MS, watchServer } from './health.ts'
import type { ServerHealth } from './health.ts'
import { pageFiles } from './browser/files.ts'
import { answer } from './process.ts'
import type { Window } from './record.ts'
import { source } from './source.ts'
import type { Due, Schedule, Source } from './source.ts'
import { rssKb } from './usage.ts'

export interface TargetOptions {
  offset: number
  tls: Credentials
  rules?: TlsRules
  /** Only our own may stand together; all others are alone. */
  names: Contestant[]
  /** Raised, never lowered: all clients come from one address here. */
  lines: number
  limits?: Partial<Limits>
  /** The version of HTTP that a browser must take: it has no other way to be told. Serves the page that it opens, too. */
  browserHttp?: '1.1' | '2'
  /** Calibration: what is served is not to be trusted. */
  fault?: Fault
}

/** What is served, and what it takes. */
interface Served {
  port: number
  pids: number[]
  /** Undefined where the server does not count it. */
  traffic?(): Traffic
  publishKey?: string
  close(): Promise<unknown>
}

export interface TargetReport extends Due {
  health: ServerHealth
}

let clock: () => number
let feed: Feed
let events: Source
let served: Served | undefined
let endWatch: () => ServerHealth
let fault: Fault | undefined

const commands = {
  async open(options: TargetOptions) {
    clock = hostClock(options.offset)
    feed = memoryFeed({ clock })
    events = source(feed, clock)
    fault = options.fault
    served = await serve(options)
    const { port, pids, publishKey } = served
    return { port, pids, publishKey }
  },

  /** Resident memory, in KiB, after a forced collection. */
  rss: () => rssKb(served!.pids),

  start: (schedule: Schedule) => events.start(schedule),
  stop: () => events.stop(),
  /** So many events at once, at a moment of the shared clock. */
  async burst({ at, count, payload }: { at: number; count: number; payload: number }) {
    await until(at)
    events.burst(count, payload)
    return { epoch: feed.epoch }
  },

  /** Answers when the window is over and all that was due in it has been published. */
  async window({ from, to, silent = false }: Window & { silent?: boolean }): Promise<TargetReport> {
    await until(from)
    const endHealth = watchServer(served!.pids, silent ? 0 : RARELY_MS)
    await until(to)
    const health = endHealth()
    return { health, ...(await events.due(from, to)) }
  },

  /** Of what clients have published: when it was due to leave them, and when it was in the log. */
  arrivals: () =>
    feed.since('earliest', Infinity).entries.map(({ at, bytes }) => {
      const { data } = decodeEvent(new TextDecoder().decode(bytes))
      return { at, due: (data as { due: number }).due }
    }),

  /** For what has no end that is known before. */
  watch: () => void (endWatch = watchServer(served!.pids, RARELY_MS)),
  watched: () => endWatch(),

  /** As the server counted it; null where it does not. */
  totals() {
    const traffic = served!.traffic?.()
    return traffic ? (fault ? miscounted(traffic, fault) : traffic) : null
  },
  close: () => served?.close(),
}
export type TargetCommands = typeof commands
if (process.send) answer(commands)

const until = (when: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, when - clock())))

async function serve({ names, tls, rules, lines, browserHttp, ...options }: TargetOptions): Promise<Served> {
  const given = fault ? faulty(feed, fault) : feed
  const limits: Limits = {
    ...defaults,
    ...options.limits,
    lines: Math.max(lines, defaults.lines),
    linesPerAddress: Math.max(lines, defaults.linesPerAddress),
    connections: Math.max(2 * lines, defaults.connections),
  }
  const pids = [process.pid]
  const [name] = names
  if (names.every((each) => isOurs(each) || each === 'post')) {
    // As `npm start` does: both versions of HTTP on one port; the generator says by ALPN which one it wants.
    const forBrowser = browserHttp && { http: browserHttp, files: pageFiles }
    const common = { limits, feed: given, clock, source: 'none' as const }
    const lab = await startLab({ port: 0, credentials: tls, ...(rules && { rules }), ...common, ...forBrowser })
    const { port, publishKey } = lab
    return { port, pids, publishKey, traffic: () => lab.wire.total(), close: () => lab.close() }
  }
  if (name === 'floor') {
    const server = floorServer(given, limits, tls)
    const wire = watchWire(server)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, resolve)
    })
    const { port } = server.address() as AddressInfo
    return { port, pids, traffic: () => wire.total(), close: () => Promise.resolve(server.close()) }
  }
  const peer = peerOf(name!)
  if (!peer) throw new Error(`${name} is no transport, and no peer that is known here`)
  const directory = await mkdtemp(join(tmpdir(), 'wirelab-peer-'))
  const remove = () => rm(directory, { recursive: true })
  const serving = await peer.serve({ tls, directory }).catch(async (error: unknown) => {
    await remove()
    throw error
  })
  given.follow('now', ({ entries }) => entries.forEach((entry) => serving.publish(entry)))
  const close = () => serving.close().finally(remove)
  return { port: serving.port, pids: serving.pids ?? pids, close }
}
