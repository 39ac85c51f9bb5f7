// A door: one port of a bench. Before it a network that can be made bad, behind it a server of its own that can be changed and stopped.
import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { startProxy } from '../../bench/network/proxy.ts'
import type { Guard } from '../server/guard.ts'
import type { RoomOptions } from '../server/room.ts'
import type { Credentials } from '../server/secure.ts'
import { behind } from './behind.ts'
import { flipSealed } from './flip.ts'
import { conditionsOf, needsNewServer } from './settings.ts'
import type { Changes, Fault, Settings } from './settings.ts'
import type { Passed } from './traffic.ts'
import { startCapture } from './wire/capture.ts'
import type { WireConnection, WireRecord } from './wire/captured.ts'
import { hideSecrets } from './wire/hidden.ts'

export interface DoorState {
  port: number
  settings: Settings
  traffic: Passed
}

export interface Door {
  state(): DoorState
  /** @returns what is in force then; undefined when the door was closed meanwhile. */
  set(changes: Changes): Promise<Settings | undefined>
  /** @returns how many connections it met; undefined when the server is away already. */
  fault(fault: Fault): number | undefined
  /** What passed, opened: TLS records with a greater number than `after`. */
  wire(after: number): { connections: WireConnection[]; records: WireRecord[] }
  passed(): Passed
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
/** Until a start that failed is tried again. */
const AGAIN_MS = 1000
/** How long the last words to a client may take; lines that are dead would take for ever. */
const FAREWELL_MS = 1500

export async function openDoor(options: DoorOptions): Promise<Door> {
  const { feed, limits, metrics, guard, host, clock, tls, rules, onSecret } = options
  let settings = options.settings
  const closed = new AbortController()
  const capture = startCapture({ clock, hide: hideSecrets })
  function keep(line: Buffer) {
    capture.keylog(line)
    onSecret?.(line)
  }
  const servers = behind({ feed, limits, metrics, guard, tls, rules, onSecret: keep })
  let isAway = false
  await servers.start(settings)
  const network = { host, seed: randomInt(2 ** 31), tap: capture.tap, ended: capture.ended }
  const proxy = await startProxy(() => servers.current!.port, conditionsOf(settings), network).catch(
    async (error: unknown) => {
      await servers.close()
      throw error
    },
  )

  /** One change after the other: each begins with what the last one left. */
  let last: Promise<unknown> = Promise.resolve()
  function inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = last.then(act)
    last = result.catch(() => undefined)
    return result
  }

  async function start(next: Settings) {
    await servers.start(next)
    proxy.refuse(closed.signal.aborted) // the next one that starts is let through
    isAway = false
  }

  async function restart() {
    const began = performance.now()
    proxy.refuse(true) // its port is free until the next one has started, and another server may get it
    await servers.leave(servers.current)
    await wait(began + AWAY_MS - performance.now(), undefined, { signal: closed.signal })
    await start(settings)
  }

  /** Until one has started, here or because a knob was turned. */
  function tryAgain(error: unknown) {
    if (closed.signal.aborted) return
    metrics.failed(error)
    wait(AGAIN_MS, undefined, { signal: closed.signal })
      .then(() => inTurn(async () => (isAway && !closed.signal.aborted ? start(settings) : undefined)))
      .catch(tryAgain)
  }

  return {
    state: () => ({ port: proxy.port, settings, traffic: servers.passed() }),
    set: (changes) =>
      inTurn(async () => {
        if (closed.signal.aborted) return undefined
        const next = { ...settings, ...changes }
        if (needsNewServer(settings, next)) {
          const before = servers.current
          await start(next)
          void servers.leave(before)
        }
        settings = next
        proxy.set(conditionsOf(settings))
        return settings
      }),
    fault(fault) {
      if (isAway && fault === 'restart') return undefined
      const connections = proxy.open
      if (fault === 'cut') proxy.cutAfter(0)
      else if (fault === 'freeze') proxy.vanish('both')
      else if (fault === 'stall') proxy.stall(STALL_MS)
      else if (fault === 'tamper') proxy.alter(flipSealed)
      else {
        isAway = true
        inTurn(restart).catch(tryAgain)
      }
      return connections
    },
    wire: (after) => ({ connections: capture.connections(), records: capture.records(after) }),
    passed: servers.passed,
    renew: servers.renew,
    async close() {
      closed.abort()
      const deadline = setTimeout(() => void proxy.close(), FAREWELL_MS)
      await last
      const result = await servers.close()
      clearTimeout(deadline)
      await proxy.close()
      return result
    },
  }
}
