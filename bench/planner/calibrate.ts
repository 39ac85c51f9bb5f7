// Calibration: the trials whose costs are fitted, and the one of each transport that only tests the fit.
import { readFile } from 'node:fs/promises'
import type { RunOptions } from '../run.ts'
import { run } from '../run.ts'
import { scenarios } from '../scenarios.ts'
import type { Scenario } from '../scenarios.ts'
import { transportNames } from '../../transports/clients.ts'
import { MEMORY } from './points.ts'
import { FITTED_CLIENTS, unitsOf } from './units.ts'
import type { UnitsFile } from './file.ts'

interface Load {
  clients: number
  rate: number
  payload: number
  pollMs?: number
}

/**
 * Alike in how often: on a processor that rests between two bursts a question cost 64 to 95 µs at 900 to 1 500 a second and 40 at 3 000, with
 * 300 clients as with 1 000. What is pushed has a price of an event, which only few clients show, and one of a delivery; polling a price of a
 * question, and one of each event in the answer, which only long answers show; a question of 100 to 200 clients cost a quarter less than one of
 * 300 or of 1 000. The last is not fitted: it tests the others.
 */
const loads: Record<'polling' | 'long-polling' | 'pushed', Load[]> = {
  polling: [
    { clients: 250, rate: 20, payload: 200, pollMs: 250 },
    { clients: 300, rate: 20, payload: 200, pollMs: 300 },
    { clients: 300, rate: 20, payload: 1000, pollMs: 300 },
    { clients: 300, rate: 80, payload: 200, pollMs: 300 },
    { clients: 1000, rate: 20, payload: 200, pollMs: 1000 },
  ],
  'long-polling': [
    { clients: 250, rate: 12, payload: 200 },
    { clients: 300, rate: 10, payload: 200 },
    { clients: 300, rate: 10, payload: 200 },
    { clients: 300, rate: 10, payload: 1000 },
    // Not fewer than ten events in a window: the burst of questions after an event may lie across its edge.
    { clients: 1000, rate: 3, payload: 200 },
  ],
  pushed: [
    { clients: 50, rate: 20, payload: 200 },
    { clients: 50, rate: 20, payload: 200 },
    { clients: 300, rate: 20, payload: 200 },
    { clients: 300, rate: 20, payload: 200 },
    { clients: 300, rate: 20, payload: 1000 },
    { clients: 1000, rate: 20, payload: 200 },
  ],
}
/** Costs do not depend on how late a generator looks; a burst of a thousand answers makes any of them late. */
const PATIENT = { maxUtilisation: 0.97, maxGeneratorDelayMs: 10_000 }
/**
 * What is measured is compiled code: V8 optimises by how often something ran, so every trial has as many questions or deliveries before
 * its window, whatever its rate. With equal seconds instead, small trials were cold ones, and the fit took that for a cost of being small.
 */
const [WARM_QUESTIONS, WARM_DELIVERIES, WARM_SECONDS] = [6000, 12_000, 3]
/** Two seconds of 50 clients are 50 ms of work: two trials alike differed by a third. */
const SECONDS = 5
/** The first clients of a process make it load and compile code; the slope of memory begins after so many. */
const RSS_FROM = 100
const PAGE_BYTES = 4096

export interface CalibrateOptions extends Pick<RunOptions, 'seed' | 'onTrial' | 'transports'> {
  http: '1.1' | '2'
  /** For a test: a share of the clients, and of the time. */
  scale?: number
}

/** Trials that tell memory alone: it grows with the questions that come while it is looked at, so all poll as usual. */
const memory: Load[] = Array.from({ length: 3 }, () => ({ clients: FITTED_CLIENTS, rate: 20, payload: 200 }))

export function calibrationScenarios(scale = 1): Scenario[] {
  const scenariosOf = (kind: keyof typeof loads, transports: Scenario['transports']) => {
    // One trial alone may hit a bad moment of the machine, and the test would be of that.
    const again = loads[kind].filter(({ clients }) => clients > FITTED_CLIENTS)
    return [...loads[kind], ...again].map((load, i): Scenario => {
      return {
        ...scenarios.steady,
        ...{ ...load, ...PATIENT, name: `plan-${kind}-${i + 1}`, about: 'unit costs', transports },
        clients: Math.max(1, Math.round(load.clients * scale)),
        ...{ warmSeconds: warmSeconds(kind, load) * scale, seconds: SECONDS * scale },
      }
    })
  }
  const looks = memory.map((load, i): Scenario => ({
    ...scenarios.steady,
    ...{ ...load, ...PATIENT, name: `${MEMORY}${i + 1}`, about: 'memory', transports: [...transportNames] },
    ...{ pollMs: 1000, clients: Math.max(1, Math.round(load.clients * scale)), rssFrom: Math.round(RSS_FROM * scale) },
    ...{ warmSeconds: 0.5 * scale, seconds: scale },
  }))
  return [
    ...looks,
    ...scenariosOf('polling', ['polling']),
    ...scenariosOf('long-polling', ['long-polling']),
    ...scenariosOf('pushed', ['sse', 'wss']),
  ]
}

function warmSeconds(kind: keyof typeof loads, { clients, rate, pollMs }: Load): number {
  const often = kind === 'polling' ? (clients * 1000) / pollMs! : clients * rate
  return Math.max(WARM_SECONDS, (kind === 'pushed' ? WARM_DELIVERIES : WARM_QUESTIONS) / often)
}

export async function calibrate({ scale = 1, ...options }: CalibrateOptions): Promise<UnitsFile> {
  const sockets = watchSockets()
  const all = calibrationScenarios(scale).map((scenario) => ({ ...scenario, http: options.http }))
  try {
    return unitsOf(await run({ ...options, scenarios: all, repeats: 1 }), await sockets.most())
  } finally {
    sockets.stop()
  }
}

/**
 * What the kernel keeps for a socket: read while the trials run, when there were most of them. Both ends are on this machine.
 * Linux only; the sizes of the structures are shown to root alone.
 */
function watchSockets() {
  let most = { sockets: 0, pages: 0 }
  const before = sockstat()
  const look = setInterval(() => {
    void sockstat().then((now) => {
      if (now && now.sockets > most.sockets) most = now
    })
  }, 500)
  return {
    stop: () => clearInterval(look),
    async most(): Promise<UnitsFile['socketBytes']> {
      const first = await before
      const structures = await structureBytes()
      const opened = most.sockets - (first?.sockets ?? 0)
      if (structures === undefined || !first || opened <= 0) return null
      return { structures, buffers: Math.max(0, Math.round(((most.pages - first.pages) * PAGE_BYTES) / opened)) }
    },
  }
}

async function sockstat() {
  const match = /^TCP: inuse (\d+) .* mem (\d+)$/m.exec(await readFile('/proc/net/sockstat', 'utf8').catch(() => ''))
  return match ? { sockets: Number(match[1]), pages: Number(match[2]) } : undefined
}

/** The socket, its inode and name, the open file, and what epoll keeps of it. */
const SLABS = ['TCP', 'sock_inode_cache', 'dentry', 'filp', 'eventpoll_epi']

async function structureBytes(): Promise<number | undefined> {
  const text = await readFile('/proc/slabinfo', 'utf8').catch(() => '')
  const sizes = SLABS.map((name) => Number(new RegExp(`^${name} +\\d+ +\\d+ +(\\d+)`, 'm').exec(text)?.[1]))
  return sizes.every((size) => size > 0) ? sizes.reduce((total, size) => total + size) : undefined
}
