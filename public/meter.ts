// What each lane costs: the lab's own count of requests and bytes, over the last ten seconds and since the start.
import { explain, traffic } from './lab.ts'
import type { LaneTraffic, Traffic } from './lab.ts'
import type { Lane } from './lane.ts'

export interface Cost extends LaneTraffic {
  /** Bytes below TLS, both ways, for each event of the last ten seconds; undefined when there was none. */
  perEvent: number | undefined
  perSecond: number
}

export interface Meter {
  of(lane: Lane): Cost | undefined
  /** Why the counts are not of now; empty when they are. */
  readonly trouble: string
}

interface Reading {
  at: number
  bytes: number
  events: number
}

const EVERY_MS = 1000
const READINGS = 11

export function meter(lanes: readonly Lane[], onTraffic: (traffic: Traffic) => void): Meter {
  const costs = new Map<string, Cost>()
  const readings = new Map<string, Reading[]>(lanes.map(({ token }) => [token, []]))
  let trouble = ''

  async function read() {
    try {
      const answer = await traffic(lanes.map(({ token }) => token))
      trouble = ''
      for (const lane of lanes) note(lane, answer.lanes[lane.token])
      onTraffic(answer)
    } catch (error) {
      trouble = `Bytes and requests are not of now. ${explain(error)}`
    }
    setTimeout(() => void read(), EVERY_MS)
  }

  function note({ token, tally }: Lane, counted: LaneTraffic | null | undefined) {
    if (!counted) return
    const list = readings.get(token)!
    const now = { at: performance.now(), bytes: counted.tls.up + counted.tls.down, events: tally.events }
    if (list.length > 0 && now.bytes < list.at(-1)!.bytes) list.length = 0 // the lab was restarted and counts from 0
    list.push(now)
    if (list.length > READINGS) list.shift()
    const { at, bytes, events } = list[0]!
    const seconds = (now.at - at) / 1000
    costs.set(token, {
      ...counted,
      perEvent: now.events > events ? (now.bytes - bytes) / (now.events - events) : undefined,
      perSecond: seconds > 0 ? (now.bytes - bytes) / seconds : 0,
    })
  }

  void read()
  return {
    of: ({ token }) => costs.get(token),
    get trouble() {
      return trouble
    },
  }
}
