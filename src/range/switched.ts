// The target and its switches: turning one starts the target anew, on the same port, with the same feed, and other defences.
import { Refusal } from '../../transports/request.ts'
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
  /** @throws {Refusal} 503 when the target cannot be started anew: then the switches are as before */
  turn(changes: Partial<Record<DefenceName, boolean>>): Promise<void>
  /** @param ca PEM of the authority that signed it, which may be another one than before */
  renew(tls: Credentials, ca: string): void
  close(): Promise<void>
}

/** The one event that is there from the start: who reads it has read what is for accounts only. */
export const SECRET = 'The key to the roof hangs behind the clock.'

export async function keepTarget(options: SwitchedOptions): Promise<Switched> {
  const { attacks, files, name, clock, failed, results, told, forged, next, loot } = options
  let { tls, ca } = options
  let off = new Set<DefenceName>()
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
      routes: (limits, guard) =>
        victimRoutes({
          ...{ attacks, feed, limits, guard, files, isOn, next, told, ready },
          begin: (slug) => results.begin(slug, [...off]),
          victim: () => target.victim,
        }),
      published({ name }) {
        if (name === target.victim.name && results.isOpen('forged-post')) forged()
      },
    })

  let target: OpenTarget = await start(options.port)
  let [isDown, isClosed] = [false, false]
  /** One after the other. */
  let turning = Promise.resolve()
  async function turnNow(changes: Partial<Record<DefenceName, boolean>>) {
    const turned = Object.entries(changes).filter(([name, on]) => isOn(name as DefenceName) !== on)
    if ((turned.length === 0 && !isDown) || isClosed) return
    const before = off
    const { port } = target
    await target.close() // both want the same port
    results.failAll('a switch was turned meanwhile')
    off = new Set(defences.map(({ name }) => name).filter((name) => !(changes[name] ?? isOn(name))))
    isDown = true
    try {
      target = await start(port)
    } catch (error) {
      off = before
      const why = error instanceof Error ? error.message : String(error)
      const isBack = await start(port)
        .then((again) => (target = again))
        .catch(() => undefined)
      isDown = isBack === undefined
      const now = isDown ? 'it does not run now; turn any switch to try again' : 'it runs as before'
      throw new Refusal(503, 'target_failed', `the target could not be started anew (${why}); ${now}`)
    }
    isDown = false
  }

  return {
    now: () => target,
    isOn,
    off: () => [...off],
    turn: (changes) => (turning = turning.catch(() => undefined).then(() => turnNow(changes))),
    renew(now, authority) {
      tls = now
      ca = authority
      target.renew(now, authority)
    },
    async close() {
      await turning.catch(() => undefined)
      isClosed = true
      await target.close()
      feed.close()
    },
  }
}
