// The server process of a trial: the lab and the floor on one feed. It is told when the window is, and notes what it cost.
import type { AddressInfo } from 'node:net'
import type { Server } from 'node:tls'
import { encodeEvent } from '../src/core/event.ts'
import type { Cursor } from '../src/core/event.ts'
import { defaults } from '../src/core/limits.ts'
import { memoryFeed } from '../src/feeds/memory.ts'
import { hostClock } from '../src/server/clock.ts'
import type { Credentials, HttpVersions } from '../src/server/https.ts'
import { startLab } from '../src/server/start.ts'
import type { Lab } from '../src/server/start.ts'
import { watchWire } from '../src/server/wire.ts'
import type { Traffic, Wire } from '../src/server/wire.ts'
import { startTicker } from '../src/sources/ticker.ts'
import { floorServer } from '../transports/floor/server.ts'
import { watchAnswers } from './answers.ts'
import type { Answers } from './answers.ts'
import { watchHealth } from './health.ts'
import type { Health } from './health.ts'
import { answer } from './process.ts'
import { seeded } from './random.ts'
import type { Contestant } from './scenarios.ts'

export interface Window {
  /** By the clock that all processes of a trial share. */
  from: number
  to: number
}

interface RunOptions {
  warmMs: number
  rate: number
  payload: number
  seed: number
  transports: Contestant[]
}

/** What happened between the window's edges, by this process. */
export interface TargetReport {
  epoch: string
  /** Offsets of the events that were due in the window. */
  first: number
  last: number
  /** Events handed to the transports between the edges, and their bytes. */
  pushed: { events: number; eventBytes: number }
  answers: Answers
  traffic: Partial<Record<Contestant, Traffic>>
  health: Health
}

/** How long the last event of a window may be waited for. */
const PATIENCE_MS = 10_000

let clock: () => number
let lab: Lab
let floor: { server: Server; wire: Wire }
let answers: Answers
/** Of each event by offset: when it was due, and the bytes up to and with it. */
const dues: number[] = [0]
const bytes: number[] = [0]

const commands = {
  async open(options: { offset: number; tls: Credentials; http: HttpVersions; lines: number }) {
    const { tls, http, lines } = options
    clock = hostClock(options.offset)
    // Raised, never lowered: all clients come from one address here.
    const limits = {
      ...defaults,
      lines: Math.max(lines, defaults.lines),
      linesPerAddress: Math.max(lines, defaults.linesPerAddress),
    }
    const feed = memoryFeed({ clock })
    feed.follow('now', ({ entries }) => {
      for (const { at, bytes: encoded } of entries) {
        dues.push(at)
        bytes.push(bytes.at(-1)! + encoded.length)
      }
    })
    answers = watchAnswers((offset) => bytes[Math.min(offset, bytes.length - 1)]!)
    lab = await startLab({ port: 0, credentials: tls, http, limits, feed, clock, source: 'none' })
    const server = floorServer(feed, limits, tls)
    floor = { server, wire: watchWire(server) }
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, resolve)
    })
    return { port: lab.port, floorPort: (server.address() as AddressInfo).port }
  },

  /** Resident memory, in KiB, after a forced collection. */
  rss() {
    globalThis.gc?.()
    return Math.round(process.memoryUsage.rss() / 1024)
  },

  /** Starts the events `warmMs` before `from`; from `from` to `to` it measures. Answers when an event due after the window was published. */
  async run(options: Window & RunOptions) {
    const { from, to, warmMs, rate, payload, seed, transports } = options
    const pad = 'x'.repeat(padding(payload, lab.feed.epoch))
    await until(from - warmMs) // not when the question happened to come: with one seed, one schedule in the window
    const ticker = startTicker(lab.feed, {
      ...{ perSecond: rate, clock, random: seeded(seed) },
      data: (n) => ({ n, pad: pad.slice(String(n).length) }),
    })
    await until(from)
    const before = edge(transports)
    const endHealth = watchHealth()
    await until(to)
    const health = endHealth()
    const after = edge(transports)
    const deadline = to + PATIENCE_MS
    while (dues.at(-1)! < to && clock() < deadline) await until(clock() + 5)
    ticker.stop()
    if (dues.at(-1)! < to) throw new Error('no event after the window: the rate is too low, or the source has stalled')

    const first = dues.findIndex((due, offset) => offset > 0 && due >= from)
    const last = dues.findLastIndex((due) => due < to)
    const report: TargetReport = {
      epoch: lab.feed.epoch,
      first,
      last,
      health,
      ...difference(before, after, transports),
    }
    return report
  },
}
export type TargetCommands = typeof commands
if (process.send) answer(commands)

const until = (when: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, when - clock())))

/** All counters at this moment. Between two turns of the loop: what the hub was given, it has written. */
function edge(transports: Contestant[]) {
  return {
    answers: { ...answers },
    events: dues.length - 1,
    eventBytes: bytes.at(-1)!,
    traffic: transports.map((name) => trafficOf(name, transports.length > 1)),
  }
}

/** With several transports in one trial the generator names its lanes, and the lanes are counted apart. */
function trafficOf(name: Contestant, together: boolean): Traffic {
  if (name === 'floor') return floor.wire.total()
  return together ? lab.wire.lane(name)! : lab.wire.total()
}

type Edge = ReturnType<typeof edge>

function difference(before: Edge, after: Edge, transports: Contestant[]) {
  const less = (a: Traffic, b: Traffic): Traffic => ({
    connections: a.connections - b.connections,
    requests: a.requests - b.requests,
    tls: { up: a.tls.up - b.tls.up, down: a.tls.down - b.tls.down },
    plain: { up: a.plain.up - b.plain.up, down: a.plain.down - b.plain.down },
  })
  return {
    pushed: { events: after.events - before.events, eventBytes: after.eventBytes - before.eventBytes },
    answers: {
      bodyBytes: after.answers.bodyBytes - before.answers.bodyBytes,
      events: after.answers.events - before.answers.events,
      eventBytes: after.answers.eventBytes - before.answers.eventBytes,
    },
    traffic: Object.fromEntries(
      transports.map((name, i) => [name, less(after.traffic[i]!, before.traffic[i]!)]),
    ) as TargetReport['traffic'],
  }
}

/** How much padding makes the whole event about `payload` bytes; the number of the event eats into it as it grows. */
function padding(payload: number, epoch: string): number {
  const bare = { id: `${epoch}.100` as Cursor, at: 1_700_000_000_000.123, type: 'tick', data: { n: 0, pad: '' } }
  return Math.max(8, payload - encodeEvent(bare).length + 1)
}
