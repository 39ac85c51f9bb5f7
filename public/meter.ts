// What each lane costs: the lab's own count of requests and bytes at the lane's door, over the last ten seconds and since the start.
import type { Bench } from './bench.ts'
import { isOver } from './door.ts'
import type { Traffic } from './door.ts'
import type { Lane } from './lane.ts'

export interface Cost extends Traffic {
  /** Bytes below TLS, both ways, for each event of the last ten seconds; undefined when there was none. */
  perEvent: number | undefined
  perSecond: number
  /** A storm went through this door: what was counted since the start is of its clients too. */
  hadStorm: boolean
}

export interface Meter {
  of(lane: Lane): Cost | undefined
  close(): void
}

interface Reading {
  at: number
  bytes: number
  events: number
}

const READINGS = 11

export function meter(lanes: readonly Lane[], bench: Bench): Meter {
  const costs = new Map<string, Cost>()
  const readings = new Map<string, Reading[]>(lanes.map(({ name }) => [name, []]))

  function read(lane: Lane) {
    const { traffic } = lane.door
    if (!traffic) return
    const list = readings.get(lane.name)!
    const isStormy = bench.storm !== null && bench.storm.lane === lane.name && !isOver(bench.storm)
    if (isStormy) list.length = 0 // bytes of a thousand clients for the events of one
    const now = { at: performance.now(), bytes: traffic.tls.up + traffic.tls.down, events: lane.tally.events }
    if (list.length > 0 && now.bytes < list.at(-1)!.bytes) list.length = 0 // the lab was restarted and counts from 0
    list.push(now)
    if (list.length > READINGS) list.shift()
    const { at, bytes, events } = list[0]!
    const seconds = (now.at - at) / 1000
    costs.set(lane.name, {
      ...traffic,
      hadStorm: isStormy || (costs.get(lane.name)?.hadStorm ?? false),
      perEvent: now.events > events ? (now.bytes - bytes) / (now.events - events) : undefined,
      perSecond: seconds > 0 ? (now.bytes - bytes) / seconds : 0,
    })
  }

  const close = bench.subscribe((change) => {
    if (change === 'read') lanes.forEach(read)
  })
  return { of: ({ name }) => costs.get(name), close }
}
