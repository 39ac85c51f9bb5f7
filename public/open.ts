// Opens this page's bench at the lab: renewed while the page is open, made anew when the lab was restarted; where its doors cannot be
// reached, the lanes follow the feed at the page's own origin, and `why` says so.
import type { Bench } from './bench.ts'
import { asOurs, changesByOthers } from './changes.ts'
import type { FeedSet } from './changes.ts'
import type { Settings, Storm, ToldDoor } from './door.ts'
import { LabError, explain, send, setFeed, traffic } from './lab.ts'
import { lease, noLease } from './lease.ts'
import type { Lease } from './lease.ts'
import { proofDesk } from './proof.ts'
import { isForGood, whyNone } from './reach.ts'
import { timing } from './timing.ts'
import { toldDoors } from './told.ts'
import type { Reading, ToldDoors } from './told.ts'

const EVERY_MS = 1000
/** Doors that were not reached are tried again: a busy lab, or a laptop that wakes, is slow once. */
const AGAIN_MS = 30_000
/** These hold for open lines too, and make whatever is asked there slow; all others break a line, and are set before there is one. */
const ofTheLine = new Set(['profile', 'idleCutMs', 'downBytesPerSecond'])

/** Of `before` what a refused change had set, and no later one since. */
function stillThere(before: Settings, refused: Partial<Settings>, now: Settings): Partial<Settings> {
  const names = (Object.keys(refused) as (keyof Settings)[]).filter((name) => now[name] === refused[name])
  return Object.fromEntries(names.map((name) => [name, before[name]]))
}

/** `first` as in PageContext. */
export async function openBench(first?: Record<string, Partial<Settings>>): Promise<Bench> {
  const isForDoors = first !== undefined
  let doors = toldDoors(location.hostname)
  const wanted = new Map(Object.entries(first ?? {}))
  const listeners = new Set<(change: 'read' | 'moved') => void>()
  const seen = {
    ...{ why: '', trouble: '', perSecond: null as number | null, payloadBytes: 0 },
    ...{ storm: null as Storm | null, stormElsewhere: false },
  }
  let own = noLease()
  let others = changesByOthers()
  let isClosed = false
  let hasMoved = false
  let triedAt = -Infinity
  let timer: ReturnType<typeof setTimeout> | undefined
  const network = timing(() => own.path())
  const proof = proofDesk((rest) => own.path(rest))

  const tell = (change: 'read' | 'moved') => [...listeners].forEach((listener) => listener(change))

  async function make() {
    // The lanes stay where they are until the new ones are known to be reached.
    const next = toldDoors(location.hostname)
    let made: Lease | undefined
    let why = ''
    try {
      const told = await send<{ id: string; doors: Record<string, ToldDoor> }>('POST', '/lab/bench')
      made = lease(told.id)
      if (isClosed) return made.end() // meanwhile: nobody else would
      own = made
      next.begin(told.doors)
      await setWanted(next, (setting) => !ofTheLine.has(setting))
      why = await next.reach(async () => (await send<Reading>('GET', own.path())).doors)
      if (!why) await setWanted(next, (setting) => ofTheLine.has(setting))
    } catch (error) {
      made?.end()
      own = noLease(error instanceof LabError ? error : undefined)
      if (!(error instanceof LabError)) throw error
      why = whyNone(error)
    } finally {
      triedAt = performance.now()
    }
    if (isClosed) return // it has ended it
    if (why && isForDoors) {
      own.end() // there are few, and nothing here needs it
      own = noLease()
    }
    const isAsBefore = why !== '' && seen.why !== ''
    seen.why = why
    if (isAsBefore) return
    if (why) next.share()
    doors = next
  }

  /** What is refused stays as it is. */
  async function setWanted(doors: ToldDoors, isMeant: (setting: string) => boolean) {
    const set = async ([name, settings]: [string, Partial<Settings>]) => {
      const meant = Object.fromEntries(Object.entries(settings).filter(([setting]) => isMeant(setting)))
      if (Object.keys(meant).length === 0) return
      doors.set(name, await send<Settings>('PUT', own.path(`/${name}`), meant))
    }
    await Promise.allSettled([...wanted].map(set))
  }

  async function read() {
    try {
      await refresh()
      const canCome = isForDoors && seen.why && !isForGood(seen.why)
      if (canCome && !isClosed && performance.now() - triedAt >= AGAIN_MS) await remake()
    } catch (error) {
      const isGone = error instanceof LabError && error.status === 404
      if (isGone && !isClosed) await remake()
      else seen.trouble = explain(error)
    }
    if (!isClosed) timer = setTimeout(() => void read(), EVERY_MS)
  }

  /** One at a time, and none under way when the bench ends. */
  let reading = Promise.resolve()
  const refresh = () => (reading = reading.catch(() => undefined).then(readNow))

  async function readNow() {
    if (isClosed) return
    const askedAt = performance.now()
    if (seen.why) {
      const { lanes, perSecond, changes, storms } = await traffic(doors.tokens)
      doors.count(lanes)
      others.read(changes)
      Object.assign(seen, { perSecond, stormElsewhere: storms > 0 }) // without doors none is this page's
    } else {
      const told = await send<Reading>('GET', own.path())
      const { perSecond, payloadBytes, storm, stormElsewhere } = told
      network.take(askedAt, told.now)
      doors.take(told.doors)
      others.read(told.changes)
      Object.assign(seen, { perSecond, payloadBytes: payloadBytes ?? 0, storm, stormElsewhere })
    }
    seen.trouble = ''
    tell('read')
    if (!hasMoved) return
    hasMoved = false
    tell('moved')
  }

  /** The lanes are told after the first reading of the new clock: what they got before would be counted from nowhere. */
  async function remake() {
    const wasShared = seen.why !== ''
    if (!wasShared) {
      network.clock.reset() // another lab
      others = changesByOthers()
    }
    try {
      await make()
      if (!wasShared || !seen.why) hasMoved = true
      await refresh()
    } catch (error) {
      seen.trouble = explain(error)
    }
  }

  const leave = () => {
    proof.leave() // first: it takes its cookie away
    own.end()
  }
  addEventListener('pagehide', leave)
  try {
    await make()
  } catch (error) {
    network.close()
    removeEventListener('pagehide', leave)
    throw error
  }
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
    get changesByOthers() {
      return others.count
    },
    get storm() {
      return seen.storm
    },
    get stormElsewhere() {
      return seen.stormElsewhere
    },
    clock: network.clock,
    door: (name) => doors.of(name),
    usual: (name) => doors.usual(name),
    async set(name, settings) {
      const before = doors.of(name).settings
      doors.set(name, settings) // at once: the line may be back, on what it has now, before the lab has answered
      try {
        const now = await send<Settings>('PUT', own.path(`/${name}`), settings)
        wanted.set(name, { ...wanted.get(name), ...settings })
        doors.set(name, now)
        return now
      } catch (error) {
        doors.set(name, stillThere(before, settings, doors.of(name).settings))
        throw error
      }
    },
    fault: async (name, fault) =>
      (await send<{ connections: number }>('POST', own.path(`/${name}/fault`), { fault })).connections,
    async startStorm(order) {
      await send('POST', own.path('/storm'), { ...order })
      await refresh()
    },
    async endStorm() {
      try {
        await send('DELETE', own.path('/storm'))
      } catch (error) {
        if (!(error instanceof LabError && error.code === 'no_storm')) throw error
      }
      await refresh()
    },
    publishedAt: async (id) => (await own.ask<{ at: number }>(`/published/${id}`)).at,
    refresh,
    wire: (name, after) => own.ask(`/${name}/wire?after=${after}`),
    startTap: (order) => send('POST', own.path('/tap'), { ...order }),
    tapped: (after) => own.ask(`/tap?after=${after}`),
    proof,
    async setFeed(feed) {
      await setFeed(feed)
      Object.assign(seen, feed)
    },
    holdFeed: (feed) => asOurs(() => own.ask<FeedSet>('/rate', 'PUT', { ...feed })),
    releaseFeed: async () => void (await asOurs(() => own.ask<FeedSet>('/rate', 'DELETE'))),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      isClosed = true
      clearTimeout(timer)
      network.close()
      removeEventListener('pagehide', leave)
      void own.close(Promise.allSettled([reading, proof.end()]))
    },
  }
}
