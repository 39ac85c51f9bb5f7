// Calibration: the trials whose costs are fitted, and the one of each transport that only tests the fit.
import { readFile } from 'node:fs/promises'
import type { RunOptions } from '../run.ts'
import { run } from '../run.ts'
import { scenarios } from '../scenarios.ts'
import type { Scenario } from '../scenarios.ts'
import { FITTED_CLIENTS, unitsOf } from './units.ts'
import type { UnitsFile } from './file.ts'

interface Load {
  clients: number
  rate: number
  payload: number
  pollMs?: number
}

/**
 * Far apart in what is counted: few and many clients, rare and frequent events, small and large ones. The last is never fitted: it
 * tests what was.
 */
const loads: Record<'polling' | 'long-polling' | 'pushed', Load[]> = {
  polling: [
    { clients: 60, rate: 20, payload: 200, pollMs: 100 },
    { clients: 150, rate: 20, payload: 200, pollMs: 500 },
    { clients: 300, rate: 20, payload: 200, pollMs: 250 },
    { clients: 300, rate: 20, payload: 1000, pollMs: 500 },
    { clients: 1000, rate: 20, payload: 200, pollMs: 1000 },
  ],
  'long-polling': [
    { clients: 60, rate: 6, payload: 200 },
    { clients: 150, rate: 8, payload: 200 },
    { clients: 300, rate: 2, payload: 200 },
    { clients: 300, rate: 4, payload: 1000 },
    { clients: 1000, rate: 1, payload: 200 },
  ],
  pushed: [
    { clients: 60, rate: 20, payload: 200 },
    { clients: 150, rate: 40, payload: 200 },
    { clients: 300, rate: 20, payload: 200 },
    { clients: 300, rate: 40, payload: 1000 },
    { clients: 1000, rate: 20, payload: 200 },
  ],
}
/** Where small trials do not show the memory of a connection, these do; their costs are not fitted. */
const memory: Load = { clients: 500, rate: 1, payload: 200, pollMs: 1500 }
/** Costs do not depend on how late a generator looks; a burst of a thousand answers makes any of them late. */
const PATIENT = { maxUtilisation: 0.97, maxGeneratorDelayMs: 10_000 }
/** Enough questions before the window that what is measured is compiled code. */
const [WARM_SECONDS, SECONDS] = [1.5, 2]
const PAGE_BYTES = 4096

export interface CalibrateOptions extends Pick<RunOptions, 'seed' | 'onTrial' | 'transports'> {
  http: '1.1' | '2'
  /** For a test: a share of the clients, and of the time. */
  scale?: number
}

export function calibrationScenarios(scale = 1): Scenario[] {
  return [
    ...named('polling', ['polling'], loads.polling, scale),
    ...named('long-polling', ['long-polling'], loads['long-polling'], scale),
    ...named('pushed', ['sse', 'wss'], loads.pushed, scale),
  ]
}

function named(kind: string, transports: Scenario['transports'], loads: Load[], scale: number): Scenario[] {
  // One trial alone may hit a bad moment of the machine, and the test would be of that.
  const twice = loads.filter(({ clients }) => clients > FITTED_CLIENTS)
  return [...loads, ...(kind === 'memory' ? [] : twice)].map((load, i) => ({
    ...scenarios.steady,
    ...{ ...load, ...PATIENT, name: `plan-${kind}-${i + 1}`, about: 'unit costs', transports },
    clients: Math.max(1, Math.round(load.clients * scale)),
    ...{ warmSeconds: WARM_SECONDS * scale, seconds: SECONDS * scale },
  }))
}

export async function calibrate({ scale = 1, ...options }: CalibrateOptions): Promise<UnitsFile> {
  const sockets = watchSockets()
  try {
    const over = (all: Scenario[]) => all.map((scenario) => ({ ...scenario, http: options.http }))
    const results = await run({ ...options, scenarios: over(calibrationScenarios(scale)), repeats: 1 })
    const hasMemory = results.trials.some(
      ({ clients, server }) => clients <= FITTED_CLIENTS && server.rssKbPerConnection !== null,
    )
    if (!hasMemory) {
      const more = named('memory', ['polling', 'long-polling', 'sse', 'wss'], [memory], scale)
      const { scenarios, trials } = await run({ ...options, scenarios: over(more), repeats: 1 })
      results.scenarios.push(...scenarios)
      results.trials.push(...trials)
    }
    return unitsOf(results, await sockets.each())
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
    async each(): Promise<UnitsFile['socketBytes']> {
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
