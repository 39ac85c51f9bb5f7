// This page's bench at the lab: a door for each lane, with knobs and faults of its own. Renewed while the page is open, made anew when
// the lab was restarted; where its doors cannot be reached, the lanes follow the feed at the page's own origin, and `why` says so.
import type { Cursor, Json } from '../src/core/event.ts'
import { transportNames } from '../transports/clients.ts'
import { clock } from './clock.ts'
import type { Clock } from './clock.ts'
import { plain } from './door.ts'
import type { Door, Fault, Settings, Storm, StormOrder, Wire } from './door.ts'
import { LabError, explain, send, traffic } from './lab.ts'

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
  wire(name: string, after: number): Promise<Wire>
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
const REACH_MS = 4000
/** By then the browser has told how an exchange went. */
const ENTRY_MS = 100
const tab = crypto.randomUUID().slice(0, 8)

export async function openBench(): Promise<Bench> {
  const doors = new Map<string, Door>()
  const wanted = new Map<string, Partial<Settings>>()
  const listeners = new Set<(change: 'read' | 'moved') => void>()
  const time = clock()
  const seen = { why: '', trouble: '', perSecond: null as number | null, payloadBytes: 0, storm: null as Storm | null }
  let id: string | undefined
  let isClosed = false
  let timer: ReturnType<typeof setTimeout> | undefined

  let exchange: PerformanceResourceTiming | undefined
  const observer = new PerformanceObserver((list) => {
    const url = new URL(path(), location.href).href
    exchange = (list.getEntriesByName(url).at(-1) as PerformanceResourceTiming | undefined) ?? exchange
  })
  observer.observe({ type: 'resource' })

  const tell = (change: 'read' | 'moved') => [...listeners].forEach((listener) => listener(change))
  const path = (rest = '') => `/lab/bench/${id}${rest}`
  const originOf = (port: number) => `https://${location.hostname}:${port}`

  async function make() {
    time.reset()
    try {
      const made = await send<{ id: string; doors: Record<string, Told> }>('POST', '/lab/bench')
      id = made.id
      take(made.doors)
      seen.why = (await canReach(doors.get('polling') ?? [...doors.values()][0]!)) ? '' : UNREACHED
      for (const [name, settings] of wanted) if (!seen.why) await send('PUT', path(`/${name}`), settings as Json)
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      seen.why = `This lab gives no doors of its own to this page (${error.message}): the lanes share its connections, and knobs and faults are off.`
    }
    if (seen.why) for (const name of transportNames) doors.set(name, shared(name))
  }

  function take(told: Record<string, Told>) {
    for (const [name, { port, ...door }] of Object.entries(told)) doors.set(name, { ...door, origin: originOf(port) })
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

  async function refresh() {
    const asked = performance.now()
    if (seen.why) await readShared()
    else {
      const reading = await send<Reading>('GET', path())
      takeTime(asked, reading.now)
      take(reading.doors)
      const { perSecond, payloadBytes, storm } = reading
      Object.assign(seen, { perSecond, payloadBytes: payloadBytes ?? 0, storm })
    }
    seen.trouble = ''
    tell('read')
  }

  /** The fetch alone is seen through this page's busy thread; the browser's network side told better when it asked and was answered. */
  function takeTime(asked: number, serverMs: number) {
    time.take(asked, performance.now(), serverMs)
    setTimeout(() => {
      const entry = exchange
      if (entry && entry.startTime >= asked - 1 && entry.requestStart > 0)
        time.take(entry.requestStart, entry.responseStart, serverMs)
    }, ENTRY_MS)
  }

  async function remake() {
    await make().then(
      () => tell('moved'),
      (error: unknown) => (seen.trouble = explain(error)),
    )
  }

  /** Without doors the lab counts by the names in the requests. */
  async function readShared() {
    const { lanes, perSecond } = await traffic([...doors.values()].map(({ token }) => token!))
    for (const door of doors.values()) door.traffic = lanes[door.token!] ?? undefined
    seen.perSecond = perSecond
  }

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
    startStorm: (order) => send('POST', path('/storm'), { ...order }),
    publishedAt: async (id) => (await send<{ at: number }>('GET', path(`/published/${id}`))).at,
    refresh,
    wire: (name, after) => send('GET', path(`/${name}/wire?after=${after}`)),
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
      observer.disconnect()
      if (id !== undefined && !seen.why) send('DELETE', path()).catch(() => undefined) // it ends by itself, later
    },
  }
}

const UNREACHED =
  'The doors of this page cannot be reached (a tunnel, or a container with one port?): the lanes follow the feed where the page is, and knobs and faults are off.'

const shared = (name: string): Door => ({
  origin: location.origin,
  token: `${name}-${tab}`,
  settings: plain,
  traffic: undefined,
  happened: [],
})

async function canReach({ origin }: Door): Promise<boolean> {
  try {
    const question = `${origin}/feed/polling?after=now&limit=1`
    return (await fetch(question, { signal: AbortSignal.timeout(REACH_MS) })).ok
  } catch {
    return false // refused, filtered, or nothing there: the same to this page
  }
}
