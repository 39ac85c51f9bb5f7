// What each lane costs: the lab's own count of requests and bytes at the lane's door, over the last ten seconds and since the start. Bytes
// that are not of the lane's events give no price: then it says why there is none.
import type { Bench } from './bench.ts'
import { isOver } from './door.ts'
import type { Fault, Traffic } from './door.ts'
import type { Lane } from './lane.ts'
import { count } from './words.ts'

export interface Cost extends Traffic {
  /** Bytes below TLS, both ways, for each event of the last ten seconds; undefined where `none` says why. */
  perEvent: number | undefined
  none: NoPrice | undefined
  /** Below TLS, both ways, whosever they are; undefined before the second reading. */
  perSecond: number | undefined
  /** TCP connections that were opened while the bytes of `perEvent` passed: their handshakes are in it, the lane's first one too. */
  newConnections: number
  /** So many clients of storms went through this door: what was counted since the start is of them too. */
  stormClients: number
}

export interface NoPrice {
  /** In a word or two, beside the figure that is not there. */
  word: string
  /** A sentence; empty where the word says it all. */
  why: string
}

export interface Meter {
  of(lane: Lane): Cost | undefined
  close(): void
}

interface Reading {
  at: number
  bytes: number
  events: number
  connections: number
}

/** In words, of a price: a handshake is a part of it; empty when none is. */
export const withNew = ({ perEvent, newConnections }: Pick<Cost, 'perEvent' | 'newConnections'>): string =>
  perEvent === undefined || newConnections < 1
    ? ''
    : `with ${newConnections === 1 ? 'a new connection' : count(newConnections, 'new connection')}`

const READINGS = 11
/** Fewer would be a price of their handshake, or of what others had. */
const EVENTS_FROM = 3

const FEW: NoPrice = { word: 'few events', why: '' }
const STORM: NoPrice = {
  word: 'storm',
  why: 'No price while a storm’s clients use this door: most bytes are theirs, and the events are those of this lane.',
}
/** While the line takes bytes and brings nothing. */
const held: Partial<Record<Fault, NoPrice>> = {
  freeze: {
    word: 'frozen',
    why: 'No price while the line is frozen: what the server writes into it is counted, and no event comes of it.',
  },
  stall: {
    word: 'stalled',
    why: 'No price while the line is stalled: what the server writes is counted now, and its events come later.',
  },
}

export function meter(lanes: readonly Lane[], bench: Bench): Meter {
  const costs = new Map<string, Cost>()
  /** What there is a price of: from the moment on when the bytes were those of the events. */
  const readings = new Map<string, Reading[]>(lanes.map(({ name }) => [name, []]))
  const latest = new Map<string, Reading>()
  /** Where a storm was under way when it was read last. */
  const stormy = new Set<string>()
  // A door of ours counts from 0: its first connection is in the price as every later one is, also where the page has tried it before.
  const unused = bench.why ? {} : { bytes: 0, connections: 0 }
  for (const lane of lanes)
    if (lane.door.traffic) readings.get(lane.name)!.push({ ...readingOf(lane, lane.door.traffic), ...unused })

  function isStormy(name: string, open: number, before: Cost | undefined): boolean {
    if (stormAt(name)) return true
    return before?.none === STORM && open < before.open // its clients are still leaving
  }

  const stormAt = (name: string) => {
    const { storm } = bench
    return storm !== null && storm.lane === name && !isOver(storm) ? storm : undefined
  }

  /** @returns of how many clients a storm is that was not there before. */
  function newClients(name: string): number {
    const [storm, wasThere] = [stormAt(name), stormy.has(name)]
    if (storm) stormy.add(name)
    else stormy.delete(name)
    return storm && !wasThere ? storm.clients : 0
  }

  function read(lane: Lane) {
    const { traffic } = lane.door
    if (!traffic) return
    const { name, story } = lane
    const list = readings.get(name)!
    const now = readingOf(lane, traffic)
    const last = latest.get(name)
    const isAnew = last !== undefined && now.bytes < last.bytes // the lab was restarted and counts from 0
    const before = costs.get(name)
    const none = isStormy(name, traffic.open, before) ? STORM : story && !story.over ? held[story.fault] : undefined
    if (isAnew || none) list.length = 0
    if (!none) list.push(now)
    if (list.length > READINGS) list.shift()
    const first = list[0] ?? now
    const events = now.events - first.events
    const since = list.length > 1 ? first : isAnew ? undefined : last
    latest.set(name, now)
    costs.set(name, {
      ...traffic,
      stormClients: (before?.stormClients ?? 0) + newClients(name),
      newConnections: now.connections - first.connections,
      perEvent: events >= EVENTS_FROM ? (now.bytes - first.bytes) / events : undefined,
      none: none ?? (events >= EVENTS_FROM ? undefined : FEW),
      perSecond: since && (1000 * (now.bytes - since.bytes)) / (now.at - since.at),
    })
  }

  const close = bench.subscribe((change) => {
    if (change === 'read') lanes.forEach(read)
  })
  return { of: ({ name }) => costs.get(name), close }
}

const readingOf = ({ tally }: Lane, { connections, tls }: Traffic): Reading => ({
  ...{ at: performance.now(), bytes: tls.up + tls.down, events: tally.events, connections },
})
