// The doors of a bench, as the lab last told them: where they are, what is set there, what they counted. Where there are none, the
// page's own origin stands for each.
import { transportNames } from '../transports/clients.ts'
import type { Door, Settings, Storm, ToldDoor, Traffic } from './door.ts'
import { shared, whyNot, without } from './reach.ts'

/** `GET /lab/bench/:id`. */
export interface Reading {
  doors: Record<string, ToldDoor>
  perSecond: number | null
  payloadBytes: number | null
  changes: number | null
  storm: Storm | null
  stormElsewhere: boolean
  now: number
}

export interface ToldDoors {
  of(name: string): Door
  /** As it was opened, before anything was set. */
  usual(name: string): Settings
  /** Of a new bench: what the lab tells of it first. */
  begin(told: Record<string, ToldDoor>): void
  /** What the lab tells of them now. */
  take(told: Record<string, ToldDoor>): void
  /** @returns why they cannot be reached, else nothing; what that question cost is not the lane's. `read` asks the lab what it counted. */
  reach(read: () => Promise<Record<string, ToldDoor>>): Promise<string>
  /** Instead of doors. */
  share(): void
  set(name: string, settings: Partial<Settings>): void
  /** Where lanes share connections: what the lab counted for each, by the names in their requests. */
  count(lanes: Record<string, Traffic | null>): void
  readonly tokens: string[]
}

/** Behind it the page looks whether doors can be reached. */
const ASKED = 'polling'

export function toldDoors(host: string): ToldDoors {
  const doors = new Map<string, Door>()
  const usual = new Map<string, Settings>()
  /** What the page's own question made there. */
  let question: Traffic | undefined

  const of = (name: string) => doors.get(name) ?? shared(name)

  function take(told: Record<string, ToldDoor>) {
    for (const [name, { port, settings, traffic }] of Object.entries(told))
      doors.set(name, {
        ...{ origin: `https://${host}:${port}`, settings },
        traffic: name === ASKED && question ? without(traffic, question) : traffic,
      })
  }

  return {
    of,
    usual: (name) => usual.get(name) ?? of(name).settings,
    begin(told) {
      question = undefined
      for (const [name, { settings }] of Object.entries(told)) usual.set(name, settings)
      take(told)
    },
    take,
    async reach(read) {
      const why = await whyNot(of(ASKED))
      if (!why) question = (await read())[ASKED]!.traffic
      return why
    },
    share() {
      for (const name of transportNames) doors.set(name, shared(name))
    },
    set(name, settings) {
      const door = of(name)
      doors.set(name, { ...door, settings: { ...door.settings, ...settings } })
    },
    count(lanes) {
      for (const door of doors.values()) door.traffic = lanes[door.token!] ?? undefined
    },
    get tokens() {
      return [...doors.values()].map(({ token }) => token!)
    },
  }
}
