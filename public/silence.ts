// Which lanes bring nothing although there are events: what is known of them is of before, and must not be read as of now.
import { parseCursor } from '../src/core/event.ts'
import type { Lane } from './lane.ts'
import { isResting } from './sight.ts'

export interface Silence {
  /** To be called a few times a second. */
  look(now: number): void
  /** For how many milliseconds it has brought nothing that it should have brought; undefined: it does, or there is nothing to bring. */
  of(lane: Lane): number | undefined
}

/** No line of its own kind is quiet for so long: a poll, a batch and the network's way come on top. */
const PATIENCE_MS = 4000
/** Two events are at most so many of their usual distances apart: each is due at some moment of a slot of its own. */
const SLOTS = 2

/** `perSecond` is how many events the lab makes; null where that is not known. */
export function silence(lanes: readonly Lane[], perSecond: () => number | null): Silence {
  const known = new Map<Lane, { heardAt: number; since: number | undefined; forMs: number | undefined }>()

  function look(now: number) {
    const rate = perSecond() ?? 0
    const places = lanes.map(({ tally }) => parseCursor(tally.cursor)!)
    for (const [index, lane] of lanes.entries()) {
      const mine = places[index]!
      const { heardAt } = lane
      const before = known.get(lane)
      // Others have what it has not, or the lab makes events that nobody has.
      const isBehind = places.some(({ epoch, offset }) => epoch === mine.epoch && offset > mine.offset)
      const isMissing = !isResting(lane) && (isBehind || rate > 0)
      const since = !isMissing ? undefined : before?.heardAt === heardAt ? (before.since ?? now) : now
      const patience =
        PATIENCE_MS + (lane.pollMs ?? 0) + lane.door.settings.batchMs + (rate > 0 ? (SLOTS * 1000) / rate : 0)
      const forMs = since !== undefined && now - since > patience ? now - since : undefined
      known.set(lane, { heardAt, since, forMs })
    }
  }

  return { look, of: (lane) => known.get(lane)?.forMs }
}
