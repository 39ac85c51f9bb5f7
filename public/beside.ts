// What a storm at one door does to all lanes: how late their events were before it, and from the drop until its last client was back. One
// process of the lab serves all doors, so the others wait for it too.
import { percentile } from '../src/core/stats.ts'
import type { Bench } from './bench.ts'
import { isOver } from './door.ts'
import type { Storm } from './door.ts'
import type { Lane } from './lane.ts'
import { isResting } from './sight.ts'
import { duration, list } from './words.ts'

export interface Beside {
  /** Of the storm that is under way, or was the last: medians of the lanes; empty where nothing is known. */
  text(): string
  /** What `text` said last may still change. */
  readonly isLooking: boolean
  close(): void
}

interface Measured extends Moments {
  hasEnded: boolean
  /** Median latency of each lane before it, ms. */
  before: Map<Lane, number>
}

/** By this page's clock, as the lab told it: readings come once a second, which would be late for a storm of a second. */
interface Moments {
  /** Until then its clients gather; what they are there for is to come back. */
  droppedAt?: number | undefined
  /** When the last one was that came back; not known while they come. */
  backAt?: number | undefined
}

/** What came in so long before a storm is before it, unless it came in another storm, of this page or of another one. */
const BEFORE_MS = 10_000
/** Of fewer events a median says little. */
const EVENTS_FROM = 5
/** So long from the drop on is looked at, though all were back sooner: a few clients are, before five events have come. */
export const AT_LEAST_MS = 1000

export function beside(lanes: readonly Lane[], bench: Bench): Beside {
  let latest: Measured | undefined
  /** Of the latest; from when it was measured to its end it stays, though its events leave the log. */
  let found: string | undefined
  let endedAt = -Infinity
  let wasElsewhere = false

  function begin(): Measured {
    const startedAt = performance.now()
    const awake = lanes.filter((lane) => !isResting(lane))
    const medians = awake.flatMap((lane) => {
      const from = Math.max(startedAt - BEFORE_MS, endedAt, lane.samples.since)
      const median = medianOf(lane, from, startedAt)
      return median === undefined ? [] : [[lane, median] as const]
    })
    return { hasEnded: false, before: new Map(medians) }
  }

  function momentsOf({ phase, droppedAt, backMsMax }: Storm): Moments {
    const at = droppedAt === null ? undefined : bench.clock.toPage(droppedAt)
    return { droppedAt: at, backAt: at === undefined || phase === 'dropped' ? undefined : at + (backMsMax ?? 0) }
  }

  const close = bench.subscribe(() => {
    const { storm, stormElsewhere } = bench
    if (stormElsewhere || wasElsewhere) endedAt = performance.now()
    wasElsewhere = stormElsewhere
    const isUnderWay = storm !== null && !isOver(storm)
    if (isUnderWay && latest?.hasEnded !== false) [latest, found] = [begin(), undefined]
    if (!latest || latest.hasEnded) return
    if (storm) Object.assign(latest, momentsOf(storm))
    if (isUnderWay) return
    latest.hasEnded = true
    endedAt = performance.now()
    latest.backAt ??= endedAt // the lab was restarted meanwhile
  })

  return {
    text() {
      if (!latest) return ''
      if (found !== undefined) return found
      const { droppedAt, backAt = Infinity, hasEnded } = latest
      const until = droppedAt === undefined ? -Infinity : Math.max(backAt, droppedAt + AT_LEAST_MS)
      const words = wordsOf(latest, until)
      if (hasEnded && performance.now() >= until) found = words
      return words
    },
    get isLooking() {
      return latest !== undefined && found === undefined
    },
    close,
  }
}

function wordsOf({ droppedAt, before }: Measured, until: number): string {
  if (droppedAt === undefined) return ''
  const each = [...before].flatMap(([lane, ms]) => {
    if (lane.samples.since > droppedAt) return [] // a knob was turned: what comes now is not to be compared with what came before
    const now = medianOf(lane, droppedAt, until)
    return now === undefined ? [] : [`${lane.name} ${duration(ms)} → ${duration(now)}`]
  })
  if (each.length === 0) return ''
  return `The lanes share the lab’s process and its processor: ${list(each)} (median latency before it, and from the drop on)`
}

/** Of what came in from one moment until another; undefined where that is too little. */
function medianOf({ samples: { log } }: Lane, from: number, to: number): number | undefined {
  const latencies: number[] = []
  for (let index = log.length - 1; index >= 0 && log[index]!.received >= from; index--)
    if (log[index]!.received < to) latencies.push(log[index]!.latencyMs)
  return latencies.length < EVENTS_FROM ? undefined : percentile(latencies, 50)
}
