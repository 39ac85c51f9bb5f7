// This page's bench at the lab: a door for each lane, with knobs and faults of its own. Renewed while the page is open, made anew when
// the lab was restarted; where its doors cannot be reached, the lanes follow the feed at the page's own origin, and `why` says so.
import type { Cursor, Json } from '../src/core/event.ts'
import { transportNames } from '../transports/clients.ts'
import { clock } from './clock.ts'
import type { Clock } from './clock.ts'
import type { Door, Fault, Settings, Storm, StormOrder, Traffic } from './door.ts'
import { LabError, explain, send, traffic } from './lab.ts'
import { UNREACHED, canReach, shared, without } from './reach.ts'
import { timing } from './timing.ts'
import type { Capture } from './wire/capture.ts'

export interface Bench {
  /** Why there are no doors, and so no knobs and faults; empty when there are. */
  readonly why: string
  /** Why what is shown is not of now; empty when it is. */
  readonly trouble: string
  readonly clock: Clock
  /** Events a second; null when the rate is not the lab's to set. */
  readonly perSecond: number | null
  /** Of a whole event, encoded; 0: as small as it is. */
  readonly payloadBytes: number
  readonly storm: Storm | null
  door(name: string): Door
  /** @throws LabError, TypeError: see `explain` */
  set(name: string, settings: Partial<Settings>): Promise<Settings>
  /** @returns how many TCP connections it hit. */
  fault(name: string, fault: Fault): Promise<number>
  startStorm(order: StormOrder): Promise<void>
  /** One that is over already is none, and that is as it should be. */
  endStorm(): Promise<void>
  wire(name: string, after: number): Promise<Capture>
  /** @returns when the lab published this event, ms since epoch by its clock. */
  publishedAt(id: Cursor): Promise<number>
  /** Reads the counts now, instead of within a second. @throws LabError, TypeError: see `explain` */
  refresh(): Promise<void>
  /** For the whole lab: every page sees it. */
  setFeed(feed: { perSecond?: number; payloadBytes?: number }): Promise<void>
  /** `read`: new counts. `moved`: the doors are elsewhere, and a lane must connect anew. @returns what ends the calls. */
  subscribe(listener: (change: 'read' | 'moved') => void): () => void
  close(): void
}

type Told = Omit<Door, 'origin'> & { port: number }
interface Reading {
  doors: Record<string, Told>
  perSecond: number | null
  payloadBytes: number | null
  storm: Storm | null
  now: number
}

const EVERY_MS = 1000
/** By then the browser has told how an exchange went. */
const ENTRY_MS = 100

export async function openBench(): Promise<Bench> {
  const doors = new Map<string, Door>()
  /** Asked at by the page itself, to see whether doors can be reached: what that cost is not the lane's. */
  const asked = { name: 'polling', traffic: undefined as Traffic | undefined }
  const wanted = new Map<string, Partial<Settings>>()
  const listeners = new Set<(change: 'read' | 'moved') => void>()
  const time = clock()
  const seen = { why: '', trouble: '', perSecond: null as number | null, payloadBytes: 0, storm: null as Storm | null }
  let id: string | undefined
  let isClosed = false
  let hasMoved = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const network = timing(() => path())

  const tell = (change: 'read' | 'moved') => [...listeners].forEach((listener) => listener(change))
  const path = (rest = '') => `/lab/bench/${id}${rest}`
  const originOf = (port: number) => `https://${location.hostname}:${port}`

  async function make() {
    time.reset()
    try {
      const made = await send<{ id: string; doors: Record<string, Told> }>('POST', '/lab/bench')
      id = made.id
      asked.traffic = undefined
      take(made.doors)
      seen.why = (await canReach(doors.get(asked.name)!)) ? '' : UNREACHED
      if (!seen.why) asked.traffic = (await send<Reading>('GET', path())).doors[asked.name]!.traffic
      for (const [name, settings] of wanted) if (!seen.why) await send('PUT', path(`/${name}`), settings as Json)
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      seen.why = `This lab gives no doors of its own to this page (${error.message}): the lanes share its connections, and knobs and faults are off.`
    }
    if (seen.why) for (const name of transportNames) doors.set(name, shared(name))
  }

  function take(told: Record<string, Told>) {
    for (const [name, { port, ...door }] of Object.entries(told)) {
      const question = name === asked.name ? asked.traffic : undefined
      const traffic = question && door.traffic ? without(door.traffic, question) : door.traffic
      doors.set(name, { ...door, traffic, origin: originOf(port) })
    }
  }

  async function read() {
    try {
      await refresh()
    } catch (error) {
      const isGone = error instanceof LabError && error.status === 404
      if (isGone && !isClosed) await remake()
      else seen.trouble = explain(error)
    }
    if (!isClosed) timer = setTimeout(() => void read(), EVERY_MS)
  }

  let questions: Promise<unknown> = Promise.resolve()
  /** Nothing is asked once the bench ends, and it ends after the last answer: else that is 404, and a browser's console says so. */
  function ask<Answer>(rest: string): Promise<Answer> {
    if (isClosed) return Promise.reject(new LabError(404, 'this page has left its bench'))
    const answer = send<Answer>('GET', path(rest))
    questions = Promise.allSettled([questions, answer])
    return answer
  }

  /** One at a time, and none under way when the bench ends. */
  let reading = Promise.resolve()
  const refresh = () => (reading = reading.catch(() => undefined).then(readNow))

  async function readNow() {
    if (isClosed) return
    const askedAt = performance.now()
    if (seen.why) await readShared()
    else {
      const { doors: told, perSecond, payloadBytes, storm, now } = await send<Reading>('GET', path())
      takeTime(askedAt, now)
      take(told)
      Object.assign(seen, { perSecond, payloadBytes: payloadBytes ?? 0, storm })
    }
    seen.trouble = ''
    tell('read')
    if (!hasMoved) return
    hasMoved = false
    tell('moved')
  }

  function takeTime(askedAt: number, serverMs: number) {
    const answered = performance.now()
    time.take(askedAt, answered, serverMs)
    setTimeout(() => {
      const told = network.between(askedAt, answered)
      if (told) time.take(told.requestStart, told.responseStart, serverMs)
    }, ENTRY_MS)
  }

  /** Also for a page that goes away: benches are few. What does not arrive ends by itself, later. */
  function end() {
    if (id === undefined || seen.why) return
    fetch(path(), { method: 'DELETE', keepalive: true }).catch(() => undefined)
  }

  /** The lanes are told after the first reading of the new clock: what they got before would be counted from nowhere. */
  async function remake() {
    try {
      await make()
      hasMoved = true
      await refresh()
    } catch (error) {
      seen.trouble = explain(error)
    }
  }

  /** Without doors the lab counts by the names in the requests. */
  async function readShared() {
    const { lanes, perSecond } = await traffic([...doors.values()].map(({ token }) => token!))
    for (const door of doors.values()) door.traffic = lanes[door.token!] ?? undefined
    seen.perSecond = perSecond
  }

  addEventListener('pagehide', end)
  await make()
  await read() // so that the clock and the counts are there from the start

  return {
    get why() {
      return seen.why
    },
    get trouble() {
      return seen.trouble
    },
    get perSecond() {
      return seen.perSecond
    },
    get payloadBytes() {
      return seen.payloadBytes
    },
    get storm() {
      return seen.storm
    },
    clock: time,
    door: (name) => doors.get(name) ?? shared(name),
    async set(name, settings) {
      wanted.set(name, { ...wanted.get(name), ...settings })
      const now = await send<Settings>('PUT', path(`/${name}`), settings)
      doors.set(name, { ...doors.get(name)!, settings: now })
      return now
    },
    fault: async (name, fault) =>
      (await send<{ connections: number }>('POST', path(`/${name}/fault`), { fault })).connections,
    async startStorm(order) {
      await send('POST', path('/storm'), { ...order })
      await refresh()
    },
    async endStorm() {
      try {
        await send('DELETE', path('/storm'))
      } catch (error) {
        if (!(error instanceof LabError && error.code === 'no_storm')) throw error
      }
      await refresh()
    },
    publishedAt: async (id) => (await ask<{ at: number }>(`/published/${id}`)).at,
    refresh,
    wire: (name, after) => ask(`/${name}/wire?after=${after}`),
    async setFeed(feed) {
      await send('PUT', '/lab/rate', { ...feed })
      Object.assign(seen, feed)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      isClosed = true
      clearTimeout(timer)
      network.close()
      removeEventListener('pagehide', end)
      void Promise.allSettled([reading, questions]).then(end)
    },
  }
}
