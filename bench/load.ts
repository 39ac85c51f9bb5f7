// The load generator's process: many clients, each with the transport's own client.ts; every event of every client is recorded.
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { recorder } from '../src/core/recorder.ts'
import type { Recorder, Verdict } from '../src/core/recorder.ts'
import { median } from '../src/core/stats.ts'
import { hostClock } from '../src/server/clock.ts'
import { clients } from '../transports/clients.ts'
import type { Connection, ConnectionState } from '../transports/contract.ts'
import { connect as connectFloor } from '../transports/floor/client.ts'
import { watchHealth } from './health.ts'
import type { Health } from './health.ts'
import { loadPlatforms } from './platform.ts'
import { answer } from './process.ts'
import type { Contestant } from './scenarios.ts'
import type { Window } from './target.ts'

type Counts = Pick<
  Verdict,
  'received' | 'lost' | 'duplicated' | 'reordered' | 'undeclaredGaps' | 'falseGaps' | 'declared'
>

export interface LoadReport {
  health: Health
  /** Median of the questions asked in the whole trial; undefined when none were. */
  roundTripMs?: number
  transports: Partial<
    Record<Contestant, { counts: Counts; histogram: string; connectsMs: number[]; trouble: string[] }>
  >
}

interface Client {
  name: Contestant
  connection: Connection
  history: Recorder
  inWindow: number
  connectMs: number
}

/** Microseconds in the histogram, up to ten minutes, to three significant digits. */
const highestTrackableValue = 600e6
const CONNECT_MS = 15_000
const LOOK_MS = 20

let clock: () => number
let window: Window = { from: Infinity, to: Infinity }
let all: Client[] = []
let endHealth: (() => Health) | undefined
let health: Health | undefined
let roundTripsMs: number[] = []
const histograms = new Map<Contestant, ReturnType<typeof build>>()
const trouble = new Map<Contestant, Set<string>>()

const commands = {
  /** Connects the clients one after the other, so that connecting is timed and not queueing. */
  async open(options: {
    offset: number
    ca: string
    http: '1.1' | '2'
    port: number
    floorPort: number
    pollMs: number
    /** How many clients of which transport. */
    clients: Partial<Record<Contestant, number>>
  }) {
    clock = hostClock(options.offset)
    const { platform, secureContext, ...rest } = loadPlatforms(options.ca, options.http)
    ;({ roundTripsMs } = rest)
    const names = Object.keys(options.clients) as Contestant[]
    for (const name of names) {
      histograms.set(name, build({ bitBucketSize: 32, highestTrackableValue, numberOfSignificantValueDigits: 3 }))
      trouble.set(name, new Set())
      const count = options.clients[name]!
      const started = performance.now()
      for (let n = 0; n < count; n++) {
        // Pollers that began together would ask together for good: each begins in a share of the interval of its own.
        if (name === 'polling') await until(started + ((n + Math.random()) * options.pollMs) / count)
        all.push(await open(name, names.length > 1))
      }
    }
    return all.length

    async function open(name: Contestant, together: boolean): Promise<Client> {
      const histogram = histograms.get(name)!
      const history = recorder()
      const client = { name, history, inWindow: 0, connectMs: 0 } as Client
      const started = performance.now()
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`${name}: not open after ${CONNECT_MS / 1000} s`)), CONNECT_MS)
        const common = {
          onEvent(event: Parameters<Recorder['observe']>[0]) {
            const now = clock() // first: what follows is our own time
            history.observe(event)
            if (event.at < window.from || event.at >= window.to) return
            client.inWindow++
            histogram.recordValue(Math.max(1, Math.round((now - event.at) * 1000)))
          },
          onGap: history.gap,
          onState(state: ConnectionState, cause?: unknown) {
            if (state === 'open') {
              clearTimeout(late)
              client.connectMs = performance.now() - started
              resolve()
            }
            if (cause === undefined) return
            trouble.get(name)!.add(`${name}: ${messageOf(cause)}`)
            clearTimeout(late)
            reject(new Error(`${name}: ${messageOf(cause)}`)) // before it was open, the end; later, nobody listens
          },
        }
        client.connection =
          name === 'floor'
            ? connectFloor({ ...common, origin: `tls://127.0.0.1:${options.floorPort}`, tls: { secureContext } })
            : clients[name]({
                ...common,
                origin: `https://127.0.0.1:${options.port}`,
                platform: platform(together ? name : undefined),
                pollMs: options.pollMs,
              })
      })
      return client
    }
  },

  /** Says when the window is. `burnMs`: calibration, this process is kept busy for so long again and again. */
  measure({ from, to, burnMs = 0 }: Window & { burnMs?: number }) {
    window = { from, to }
    setTimeout(() => (endHealth = watchHealth()), from - clock())
    setTimeout(() => (health = endHealth!()), to - clock())
    if (burnMs > 0) setInterval(() => burn(burnMs), 1)
  },

  /** Waits until every client has all of the window, at most `drainMs`; then closes them and reports. */
  async finish({ epoch, first, last, drainMs }: { epoch: string; first: number; last: number; drainMs: number }) {
    const deadline = clock() + drainMs
    const expected = last - first + 1
    while (clock() < deadline && (!health || all.some(({ inWindow }) => inWindow < expected)))
      await until(performance.now() + LOOK_MS)
    for (const { connection } of all) connection.close()
    if (!health) throw new Error('the window did not end')

    const roundTripMs = median(roundTripsMs)
    const report: LoadReport = { health, transports: {}, ...(roundTripMs !== undefined && { roundTripMs }) }
    for (const [name, histogram] of histograms) {
      const mine = all.filter((each) => each.name === name)
      const counts: Counts = {
        received: 0,
        lost: 0,
        duplicated: 0,
        reordered: 0,
        undeclaredGaps: 0,
        falseGaps: 0,
        declared: 0,
      }
      for (const { history } of mine) {
        const verdict = history.verdict({ epoch, first, last })
        for (const key of Object.keys(counts) as (keyof Counts)[]) counts[key] += verdict[key]
      }
      report.transports[name] = {
        counts,
        histogram: encodeIntoCompressedBase64(histogram),
        connectsMs: mine.map(({ connectMs }) => connectMs),
        trouble: [...trouble.get(name)!].slice(0, 3),
      }
    }
    all = []
    return report
  },
}
export type LoadCommands = typeof commands
if (process.send) answer(commands)

const until = (when: number) => new Promise<void>((resolve) => setTimeout(resolve, when - performance.now()))

function burn(ms: number) {
  const end = performance.now() + ms
  while (performance.now() < end);
}

function messageOf(cause: unknown): string {
  const { message, cause: inner, error } = cause as { message?: string; cause?: unknown; error?: unknown }
  return [message, (inner ?? error) ? messageOf(inner ?? error) : ''].filter(Boolean).join(': ') || 'the line broke'
}
