// A door: one port of a bench. Before it a network that can be made bad, behind it a server of its own that can be changed and stopped.
import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { startProxy } from '../../bench/network/proxy.ts'
import type { Guard } from '../server/guard.ts'
import type { RoomOptions } from '../server/room.ts'
import type { Credentials } from '../server/secure.ts'
import type { Traffic } from '../server/wire.ts'
import { startGateway } from './gateway.ts'
import { startOrigin } from './origin.ts'
import type { Destination } from './origin.ts'
import { conditionsOf, needsNewServer } from './settings.ts'
import type { Changes, Fault, Settings } from './settings.ts'
import { startCapture } from './wire/capture.ts'
import { hideSecrets } from './wire/hidden.ts'
import type { WireConnection, WireRecord } from './wire/capture.ts'

export interface DoorState {
  port: number
  settings: Settings
  traffic: Traffic & { open: number }
  /** The last things that were done to its connections, the newest last. */
  happened: Happening[]
}
interface Happening {
  /** Milliseconds since the Unix epoch. */
  at: number
  what: string
  /** How many connections were open then. */
  connections: number
}

export interface Door {
  state(): DoorState
  /** @returns what is in force then; undefined when the door was closed meanwhile. */
  set(changes: Changes): Promise<Settings | undefined>
  /** @returns how many connections it met; undefined when the server is away already. */
  fault(fault: Fault): number | undefined
  /** What passed, opened: TLS records with a greater number than `after`. */
  wire(after: number): { connections: WireConnection[]; records: WireRecord[] }
  renew(tls: Credentials): void
  close(): Promise<{ forced: boolean }>
}

export interface DoorOptions extends Pick<
  RoomOptions,
  'feed' | 'limits' | 'metrics' | 'host' | 'clock' | 'rules' | 'onSecret'
> {
  guard: Guard
  tls: () => Credentials
  settings: Settings
}

export const STALL_MS = 5000
export const AWAY_MS = 2000
const MAX_HAPPENINGS = 20
/** How long the last words to a client may take; lines that are dead would take for ever. */
const FAREWELL_MS = 1500

export async function openDoor(options: DoorOptions): Promise<Door> {
  const { feed, limits, metrics, guard, host, clock, tls, rules, onSecret } = options
  let settings = options.settings
  const happened: Happening[] = []
  /** Counted still: the one that answers, and those that are taking leave. */
  const destinations = new Set<Destination>()
  const leaving = new Map<Destination, Promise<{ forced: boolean }>>()
  const past: Traffic = { connections: 0, requests: 0, tls: { up: 0, down: 0 }, plain: { up: 0, down: 0 } }
  const closed = new AbortController()
  const capture = startCapture({ clock, hide: hideSecrets })
  let isAway = false
  let current = await start(settings)
  const network = { host, seed: randomInt(2 ** 31), tap: capture.tap, ended: capture.ended }
  const proxy = await startProxy(() => current.port, conditionsOf(settings), network).catch(async (error: unknown) => {
    await current.close()
    throw error
  })

  function keep(line: Buffer) {
    capture.keylog(line)
    onSecret?.(line)
  }

  async function start({ http, tls: version, batchMs, buffering }: Settings): Promise<Destination> {
    const versions = http === '2' ? 'both' : http
    const front = { tls: tls(), versions, rules: { ...rules, version }, onSecret: keep } as const
    const common = { feed, limits, metrics, guard, batchMs }
    const started = buffering ? await startBuffering() : await startOrigin({ ...common, ...front })
    destinations.add(started)
    return started

    async function startBuffering() {
      const origin = await startOrigin({ ...common, tls: front.tls, versions: '1.1', rules: { version: '1.3' } })
      return startGateway({ ...front, limits, guard, origin }).catch(async (error: unknown) => {
        await origin.close()
        throw error
      })
    }
  }

  /** It takes leave of its clients while the next one may answer already. */
  function leave(destination: Destination): Promise<{ forced: boolean }> {
    if (!destinations.has(destination)) return Promise.resolve({ forced: false }) // it is gone, and counted
    const left =
      leaving.get(destination) ??
      destination.close().then((result) => {
        destinations.delete(destination)
        add(past, destination.traffic())
        leaving.delete(destination)
        return result
      })
    leaving.set(destination, left)
    return left
  }

  /** One change after the other: each begins with what the last one left. */
  let last: Promise<unknown> = Promise.resolve()
  function inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = last.then(act)
    last = result.catch(() => undefined)
    return result
  }

  async function restart() {
    const began = performance.now()
    proxy.refuse(true) // its port is free until then, and another server may get it
    try {
      await leave(current)
      await wait(began + AWAY_MS - performance.now(), undefined, { signal: closed.signal })
      current = await start(settings)
      note('back', proxy.open)
    } catch (error) {
      if (!closed.signal.aborted) note('not back: it could not be started', 0)
      throw error
    } finally {
      proxy.refuse(closed.signal.aborted) // the next one that starts is let through
      isAway = false
    }
  }

  function note(what: string, connections: number) {
    happened.push({ at: clock(), what, connections })
    if (happened.length > MAX_HAPPENINGS) happened.shift()
  }

  return {
    state() {
      const traffic = { ...structuredClone(past), open: 0 }
      for (const each of destinations) {
        add(traffic, each.traffic())
        traffic.open += each.open
      }
      return { port: proxy.port, settings, traffic, happened }
    },
    set: (changes) =>
      inTurn(async () => {
        if (closed.signal.aborted) return undefined
        const next = { ...settings, ...changes }
        const what = needsNewServer(settings, next)
        if (what !== '') {
          const before = current
          current = await start(next)
          note(what, proxy.open)
          void leave(before)
        }
        settings = next
        proxy.set(conditionsOf(settings))
        return settings
      }),
    fault(fault) {
      if (isAway && fault === 'restart') return undefined
      const connections = proxy.open
      note(fault, connections)
      if (fault === 'cut') proxy.cutAfter(0)
      else if (fault === 'freeze') proxy.vanish('both')
      else if (fault === 'stall') proxy.stall(STALL_MS)
      else {
        isAway = true
        inTurn(restart).catch((error: unknown) => closed.signal.aborted || metrics.failed(error))
      }
      return connections
    },
    wire: (after) => ({ connections: capture.connections(), records: capture.records(after) }),
    renew(next) {
      for (const each of destinations) each.renew(next)
    },
    async close() {
      closed.abort()
      const deadline = setTimeout(() => void proxy.close(), FAREWELL_MS)
      await last
      if (destinations.has(current)) void leave(current)
      const results = await Promise.all(leaving.values())
      clearTimeout(deadline)
      await proxy.close()
      return { forced: results.some(({ forced }) => forced) }
    },
  }
}

function add(sum: Traffic, { connections, requests, tls, plain }: Traffic) {
  sum.connections += connections
  sum.requests += requests
  for (const direction of ['up', 'down'] as const) {
    sum.tls[direction] += tls[direction]
    sum.plain[direction] += plain[direction]
  }
}
