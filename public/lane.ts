// One lane: a transport's client behind its door, and what it told. It can be paused, broken and moved; nothing here draws.
import type { Cursor, FeedEvent } from '../src/core/event.ts'
import { UndeclaredGap } from '../src/core/reader.ts'
import type { Connect, Connection } from '../transports/contract.ts'
import type { Arrivals } from './arrivals.ts'
import type { Bench } from './bench.ts'
import type { Fault } from './door.ts'
import { lineOf, warm } from './line.ts'
import { noteIn } from './note.ts'
import { WINDOW_MS } from './samples.ts'
import { emptySight } from './sight.ts'
import type { LaneState, Sight } from './sight.ts'
import { story } from './story.ts'

export interface LaneOptions {
  name: string
  after: Cursor
  connect: Connect
  bench: Bench
  arrivals: Arrivals
  /** Whether latency means anything now: the browser does not slow this tab down. */
  isMeasuring(): boolean
  onState(lane: Lane): void
  onEvent?(lane: Lane, event: FeedEvent, received: number): void
}

export interface Lane extends Sight {
  pause(): void
  /** As `pause`, for a lane that is not shown. */
  off(): void
  resume(): void
  /** Connects anew at the door of now, after the last event. */
  move(): void
  /** Of polling: how often it asks. */
  askEvery(pollMs: number): void
  /** @throws LabError, TypeError: see `explain` */
  break(fault: Fault): Promise<void>
  close(): void
}

const ITEMS = 6

export function lane({ name, after, connect, bench, arrivals, isMeasuring, onState, onEvent }: LaneOptions): Lane {
  const seen = emptySight(name, after, () => bench.door(name))
  const isOverHttp2 = () => name === 'wss' && bench.door(name).settings.http === '2'
  let connection: Connection | undefined
  let resumedAt = -Infinity
  let before = { lost: 0, repeated: 0 }
  /** Ends with the connection, or before there is one. */
  let turn = new AbortController()
  let isClosed = false

  async function open() {
    const { signal } = (turn = new AbortController())
    const { origin, token } = bench.door(name)
    if (isOverHttp2()) await warm(origin, signal)
    if (signal.aborted) return
    const opened = connect({
      origin,
      after: seen.tally.cursor,
      platform: lineOf(token, (at) => keep(seen.asked, at)),
      ...(seen.pollMs !== undefined && { pollMs: seen.pollMs }),
      onEvent: take,
      onGap(gap) {
        seen.tally.gap(gap)
        seen.lastGap = { ...gap, at: Date.now() }
      },
      onState(state, cause) {
        if (connection !== opened) return // one that was closed for a pause or another interval
        if (cause instanceof SyntaxError || cause instanceof UndeclaredGap) seen.badData++
        if (state === 'waiting' && isOverHttp2()) void warm(bench.door(name).origin, signal)
        enter(state, cause instanceof Error ? cause.message : '')
      },
    })
    connection = opened
  }

  function close() {
    turn.abort()
    const old = connection
    connection = undefined
    old?.close()
  }

  function enter(state: LaneState, cause = '') {
    const now = performance.now()
    const [wasOpen, isOpen] = [seen.state === 'open', state === 'open']
    if (isOpen && !wasOpen) {
      seen.away.at(-1)![1] = now
      seen.openSince = now
      seen.timesOpened++
    } else if (wasOpen && !isOpen) {
      seen.away.push([now, Infinity])
      seen.openSince = undefined
      while (seen.away[0]![1] < now - WINDOW_MS) seen.away.shift()
    }
    Object.assign(seen, { state, cause })
    seen.story?.state(isOpen, now)
    onState(self)
  }

  function take(event: FeedEvent) {
    const received = performance.now()
    const first = arrivals.first(event.id, received)
    const due = bench.clock.toPage(event.at)
    // Without doors no clock is read, and the first arrival stands for it; with doors it will be known in a moment.
    const since = due ?? (bench.why ? first : undefined)
    const latencyMs = since === undefined ? undefined : received - since
    const noted = noteIn(event, received)
    const isNote = noted !== undefined
    // Late by a person's choice, whether or not another lane had it in time.
    if ((due ?? first) <= resumedAt) seen.caughtUp++
    else if (latencyMs !== undefined && isMeasuring())
      seen.samples.add({ id: event.id, due: event.at, received, latencyMs, isNote })
    seen.tally.event(event.id)
    seen.items.unshift({ event, latencyMs, ...(noted && { note: noted.text }) })
    seen.items.length = Math.min(seen.items.length, ITEMS)
    seen.note = noted ?? seen.note
    const { lost, repeated } = seen.tally
    seen.story?.event(received, due, lost - before.lost, repeated - before.repeated)
    onEvent?.(self, event, received)
  }

  function rest(state: 'paused' | 'off') {
    close()
    enter(state)
  }

  function move() {
    if (isClosed || seen.state === 'paused' || seen.state === 'off') return
    close()
    enter('connecting')
    void open()
  }

  const self: Lane = Object.assign(seen, {
    pause: () => rest('paused'),
    off: () => rest('off'),
    resume() {
      if (isClosed) return
      resumedAt = performance.now()
      enter('connecting')
      void open()
    },
    move,
    askEvery(pollMs: number) {
      if (pollMs === seen.pollMs) return
      seen.samples.reset(performance.now()) // the median of two intervals is that of neither
      seen.pollMs = pollMs
      if (connection) move()
    },
    async break(fault: Fault) {
      before = { lost: seen.tally.lost, repeated: seen.tally.repeated }
      const mine = (seen.story = story(fault, performance.now()))
      try {
        mine.hit(await bench.fault(name, fault))
      } catch (error) {
        seen.story = undefined
        throw error
      }
    },
    close() {
      isClosed = true
      close()
    },
  })
  void open()
  return self
}

/** Appends, and forgets what has left the picture. */
function keep(times: number[], now: number) {
  times.push(now)
  while (times[0]! < now - WINDOW_MS - 1000) times.shift()
}
