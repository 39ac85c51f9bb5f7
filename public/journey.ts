// The journey of one event through every lane: due, published, written by the server, received here, painted. The server's marks are of its
// clock, the page's of its own; what lies between carries the error of the clock.
import { parseCursor } from '../src/core/event.ts'
import type { FeedEvent } from '../src/core/event.ts'
import type { Bench } from './bench.ts'
import type { Lane } from './lane.ts'

/** All in ms since the event was due. */
export interface Steps {
  /** Null: the lab did not tell. */
  written?: number | null
  received?: number
  painted?: number
}

export interface Journey {
  event: FeedEvent
  /** ms after it was due; undefined while nobody told. */
  published: number | undefined
  lanes: Map<string, Steps>
  /** Of the clock by which it was received, plus or minus so many ms: by the time it is shown that may be known better. */
  errorMs: number
}

export interface Journeys {
  readonly isWaiting: boolean
  /** The latest that was followed. */
  readonly followed: Journey | undefined
  /** Without doors of its own a page has no clock to hold an event against. */
  readonly canFollow: boolean
  /** The next event that no lane has yet is the one. */
  arm(lanes: readonly Lane[]): void
  /** For each event of each lane. */
  take(lane: Lane, event: FeedEvent, received: number): void
}

export function journeys(bench: Bench): Journeys {
  let isWaiting = false
  /** By the feed's epoch: beyond this the next event is new to all. */
  const beyond = new Map<string, number>()
  let chosen: Journey | undefined

  /** When a lane's door passed the bytes that carry this id. */
  async function writtenAt(name: string, id: string): Promise<number | undefined> {
    const { records } = await bench.wire(name, 0)
    const record = records.find(({ up, plain }) => !up && plain !== null && atob(plain).includes(`"id":"${id}"`))
    return record?.at
  }

  function choose(event: FeedEvent) {
    const mine: Journey = (chosen = { event, published: undefined, lanes: new Map(), errorMs: 0 })
    bench.publishedAt(event.id).then(
      (at) => (mine.published = at - event.at),
      () => undefined, // the lab was restarted in between: then it is left out
    )
  }

  return {
    get isWaiting() {
      return isWaiting
    },
    get followed() {
      return chosen
    },
    get canFollow() {
      return bench.why === ''
    },
    arm(lanes) {
      isWaiting = true
      chosen = undefined
      beyond.clear()
      for (const { tally } of lanes) {
        const { epoch, offset } = parseCursor(tally.cursor)!
        beyond.set(epoch, Math.max(offset, beyond.get(epoch) ?? 0))
      }
    },
    take({ name }, event, received) {
      if (isWaiting) {
        const { epoch, offset } = parseCursor(event.id)!
        isWaiting = offset <= (beyond.get(epoch) ?? 0)
        if (!isWaiting) choose(event)
      }
      if (event.id !== chosen?.event.id) return
      const due = bench.clock.toPage(event.at)
      if (due === undefined) return
      chosen.errorMs = Math.max(chosen.errorMs, bench.clock.errorMs)
      const steps: Steps = { received: received - due }
      chosen.lanes.set(name, steps)
      // After the next frame was handed over: as near to the pixels as a page can know.
      requestAnimationFrame(() => setTimeout(() => (steps.painted = performance.now() - due)))
      writtenAt(name, event.id).then(
        (at) => (steps.written = at === undefined ? null : at - event.at),
        () => (steps.written = null), // this lane, this once
      )
    },
  }
}
