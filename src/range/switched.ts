// The target and its switches: turning one starts the target anew, on the same port, with the same feed, and other defences.
import { memoryFeed } from '../feeds/memory.ts'
import { createMetrics } from '../server/metrics.ts'
import type { Credentials } from '../server/secure.ts'
import type { Attack, DefenceName } from './attack.ts'
import { defences } from './defences.ts'
import { broken, scripted } from './notes.ts'
import type { Runs } from './runs.ts'
import type { PageFile } from './shell.ts'
import { startTarget } from './target.ts'
import type { OpenTarget } from './target.ts'
import { victimRoutes } from './victim.ts'
import type { Told } from './victim.ts'

export interface SwitchedOptions {
  attacks: readonly Attack[]
  files: ReadonlyMap<string, PageFile>
  tls: Credentials
  ca: string
  /** 0 takes any free port. */
  port: number
  name: string | undefined
  clock: () => number
  failed: (error: unknown) => void
  results: Runs
  told: Told
  /** Called when the victim has published, whoever made it. */
  forged(): void
  /** Where the victim is led. */
  next(attack: Attack): string
  /** Where a script sends what it could read. */
  loot(): string
}

export interface Switched {
  now(): OpenTarget
  isOn(name: DefenceName): boolean
  /** Which are not on. */
  off(): DefenceName[]
  /** @throws Error when the target cannot be started anew */
  turn(changes: Partial<Record<DefenceName, boolean>>): Promise<void>
  renew(tls: Credentials): void
  close(): Promise<void>
}

/** The one event that is there from the start: who reads it has read what is for accounts only. */
export const SECRET = 'The key to the roof hangs behind the clock.'

export async function keepTarget(options: SwitchedOptions): Promise<Switched> {
  const { attacks, files, ca, name, clock, failed, results, told, forged, next, loot } = options
  let tls = options.tls
  const off = new Set<DefenceName>()
  const isOn = (name: DefenceName) => !off.has(name)
  const feed = memoryFeed({ clock, ageMs: Infinity })
  await feed.publish({ type: 'note', data: { text: SECRET } })
  const metrics = createMetrics({ feed, wire: () => target.server.wire, log: failed })

  async function ready(slug: string) {
    const before = feed.tail
    const notes = slug === 'xss' ? scripted(loot()) : [broken(loot())]
    for (const data of notes) await target.publish({ type: 'note', data })
    return before
  }
  const start = (port: number): Promise<OpenTarget> =>
    startTarget({
      ...{ tls, ca, port, name, feed, metrics, clock, arrived: results.arrive },
      off: defences.filter(({ name }) => off.has(name)),
      routes: (limits) =>
        victimRoutes({
          ...{ attacks, feed, limits, files, isOn, next, told, ready },
          begin: (slug) => results.begin(slug, [...off]),
          victim: () => target.victim,
        }),
      published({ name }) {
        if (name === target.victim.name && results.isOpen('forged-post')) forged()
      },
    })

  let target: OpenTarget = await start(options.port)
  let isClosed = false
  /** One after the other. */
  let turning = Promise.resolve()
  async function turnNow(changes: Partial<Record<DefenceName, boolean>>) {
    const turned = Object.entries(changes).filter(([name, on]) => isOn(name as DefenceName) !== on)
    if (turned.length === 0 || isClosed) return
    for (const [name, on] of turned)
      if (on) off.delete(name as DefenceName)
      else off.add(name as DefenceName)
    const { port } = target
    await target.close()
    target = await start(port)
  }

  return {
    now: () => target,
    isOn,
    off: () => [...off],
    turn: (changes) => (turning = turning.catch(() => undefined).then(() => turnNow(changes))),
    renew(now) {
      tls = now
      target.server.renew(now)
    },
    async close() {
      await turning.catch(() => undefined)
      isClosed = true
      await target.close()
      feed.close()
    },
  }
}
