// What stands behind a door: the server that answers now, and those before it that still take leave. All of them are counted.
import type { Guard } from '../server/guard.ts'
import type { RoomOptions } from '../server/room.ts'
import type { Credentials } from '../server/secure.ts'
import { startGateway } from './gateway.ts'
import { startOrigin } from './origin.ts'
import type { Destination } from './origin.ts'
import type { Settings } from './settings.ts'
import { add, nothing } from './traffic.ts'
import type { Passed } from './traffic.ts'

export interface BehindOptions extends Pick<RoomOptions, 'feed' | 'limits' | 'metrics' | 'rules'> {
  guard: Guard
  tls: () => Credentials
  onSecret: (line: Buffer) => void
}

export interface Behind {
  /** The one that answers, or did until it left. */
  readonly current: Destination | undefined
  /** Another one answers from now on; the one before is told nothing yet. */
  start(settings: Settings): Promise<void>
  /** It takes leave of its clients, while the next one may answer already. */
  leave(destination: Destination | undefined): Promise<{ forced: boolean }>
  /** Of all that there have been. */
  passed(): Passed
  renew(tls: Credentials): void
  close(): Promise<{ forced: boolean }>
}

export function behind({ feed, limits, metrics, guard, tls, rules, onSecret }: BehindOptions): Behind {
  const standing = new Set<Destination>()
  const leaving = new Map<Destination, Promise<{ forced: boolean }>>()
  const past = nothing()
  let current: Destination | undefined

  async function begin({ http, tls: version, batchMs, buffering }: Settings): Promise<Destination> {
    const front = {
      tls: tls(),
      versions: http === '2' ? 'both' : http,
      rules: { ...rules, version },
      onSecret,
    } as const
    const common = { feed, limits, metrics, guard, batchMs }
    if (!buffering) return startOrigin({ ...common, ...front })
    const origin = await startOrigin({ ...common, tls: front.tls, versions: '1.1', rules: { version: '1.3' } })
    return startGateway({ ...front, limits, guard, origin }).catch(async (error: unknown) => {
      await origin.close()
      throw error
    })
  }

  function leave(destination: Destination | undefined): Promise<{ forced: boolean }> {
    if (!destination || !standing.has(destination)) return Promise.resolve({ forced: false }) // it is gone, and counted
    const left =
      leaving.get(destination) ??
      destination.close().then((result) => {
        standing.delete(destination)
        add(past, destination.traffic())
        leaving.delete(destination)
        return result
      })
    leaving.set(destination, left)
    return left
  }

  return {
    get current() {
      return current
    },
    async start(settings) {
      current = await begin(settings)
      standing.add(current)
    },
    leave,
    passed() {
      const sum = structuredClone(past)
      for (const each of standing) add(sum, { ...each.traffic(), open: each.open })
      return sum
    },
    renew(next) {
      for (const each of standing) each.renew(next)
    },
    async close() {
      const results = await Promise.all([...standing].map((each) => leave(each)))
      return { forced: results.some(({ forced }) => forced) }
    },
  }
}
