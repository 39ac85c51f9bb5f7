// The default source: an open-loop clock. It has a schedule and keeps it; an event that leaves late was due when it was due.
import { encodeEvent, formatCursor, parseCursor } from '../core/event.ts'
import type { Json } from '../core/event.ts'
import type { Feed } from '../core/feed.ts'

export interface Ticker {
  /** Events a second; setting it starts a new schedule now. 0 is silence. */
  perSecond: number
  /** Bytes of a whole event, as encoded: its data is padded, or gives way to padding where there is no room for both. 0: as it is. */
  payloadBytes: number
  /** How often rate or size became another. */
  readonly changes: number
  /** When the next event is due, by the clock: all before it have been published. Infinity in silence. */
  readonly due: number
  stop(): void
}

export interface TickerOptions {
  perSecond: number
  /** Data of the n-th event, from 1. */
  data?: (n: number) => Json
  /** Milliseconds since the Unix epoch, fractional; must not jump. */
  clock: () => number
  random?: () => number
}

const MAX_SLEEP_MS = 1000
/** At most so many in one turn of the loop, so that readers get theirs in between. */
const MAX_BURST = 1000

/**
 * Slot k begins k / rate after the start; its event is due at a random moment of the slot. So the rate is exact, and no
 * poller can fall into step with the clock, where it would be always early or always late.
 */
export function startTicker(
  feed: Feed,
  { perSecond, data = tick, clock, random = Math.random }: TickerOptions,
): Ticker {
  let rate = perSecond
  let start = clock()
  let slot = 0
  let n = 0
  let payloadBytes = 0
  let changes = 0
  let due = 0
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  const next = () => (due = start + ((slot++ + random()) * 1000) / rate)

  function run() {
    // After a long stall everything that was due is published now, each stamped with when it was due.
    for (let count = 0; due <= clock() && count < MAX_BURST; count++) {
      const plain = data(++n)
      void feed.publish({
        type: 'tick',
        data: payloadBytes === 0 ? plain : padded(feed, plain, due, payloadBytes),
        at: due,
      })
      next()
    }
    timer = setTimeout(run, Math.min(MAX_SLEEP_MS, Math.max(0, due - clock())))
  }

  function restart() {
    clearTimeout(timer)
    start = clock()
    slot = 0
    if (rate <= 0 || isStopped) return
    next()
    run()
  }

  restart()
  return {
    get perSecond() {
      return rate
    },
    set perSecond(value) {
      if (value !== rate) changes++
      rate = value
      restart()
    },
    get payloadBytes() {
      return payloadBytes
    },
    set payloadBytes(bytes) {
      if (bytes !== payloadBytes) changes++
      payloadBytes = bytes
    },
    get changes() {
      return changes
    },
    get due() {
      return rate > 0 ? due : Infinity
    },
    stop() {
      isStopped = true // for good: what it makes may be set once more while a lab comes to its end
      clearTimeout(timer)
    },
  }
}

function tick(n: number): Json {
  return { n, wave: Math.round(100 * Math.sin(n / 20)) / 100 }
}

/** `data` with so much padding that the next event of the feed has this size; too little room for a name, and only padding is left. */
function padded(feed: Feed, data: Json, due: number, bytes: number): Json {
  const { epoch, offset } = parseCursor(feed.tail)!
  const id = formatCursor({ epoch, offset: offset + 1 })
  const missing = (of: Json) =>
    bytes - encodeEvent({ id, at: Math.round(due * 1000) / 1000, type: 'tick', data: of }).length
  const named = { ...(data as object), pad: '' }
  if (missing(data) === 0) return data
  if (missing(named) >= 0) return { ...named, pad: 'x'.repeat(missing(named)) }
  return 'x'.repeat(Math.max(0, missing('')))
}
