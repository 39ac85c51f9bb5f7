// One lane: a transport's client behind its door, and what it told. It can be paused, broken and moved; nothing here draws.
import type { Cursor, FeedEvent, Gap } from '../src/core/event.ts'
import { UndeclaredGap } from '../src/core/reader.ts'
import type { Connect, Connection, ConnectionState } from '../transports/contract.ts'
import type { Arrivals } from './arrivals.ts'
import type { Bench } from './bench.ts'
import type { Door, Fault } from './door.ts'
import { lineOf, warm } from './line.ts'
import { noteIn } from './note.ts'
import type { Note } from './note.ts'
import { WINDOW_MS, samples } from './samples.ts'
import type { Samples } from './samples.ts'
import { story } from './story.ts'
import type { Story } from './story.ts'
import { tally } from './tally.ts'
import type { Tally } from './tally.ts'

export type LaneState = ConnectionState | 'paused' | 'off'

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

/** An event in the list of the latest. */
export interface Item {
  event: FeedEvent
  latencyMs: number
  isNote: boolean
}

export interface Lane {
  readonly name: string
  readonly door: Door
  readonly state: LaneState
  /** Why the line is not open, when it said so. */
  readonly cause: string
  readonly tally: Tally
  readonly samples: Samples
  /** The latest events, newest first. */
  readonly items: readonly Item[]
  /** performance.now() when the line opened; undefined when it is not open. */
  readonly openSince: number | undefined
  readonly reconnects: number
  readonly lastGap: (Gap & { at: number }) | undefined
  /** Events read after a pause: late by your choice, so not in the picture. */
  readonly caughtUp: number
  /** Lines dropped because what came was not the protocol. */
  readonly badData: number
  readonly note: Note | undefined
  readonly story: Story | undefined
  /** When requests went out. */
  readonly asked: readonly number[]
  /** When the line was not open: from, to (Infinity: still). */
  readonly away: readonly (readonly [number, number])[]
  pollMs: number | undefined
  pause(): void
  /** As `pause`, for a lane that is not shown. */
  off(): void
  resume(): void
  /** Connects anew at the door of now, after the last event. */
  move(): void
  /** @throws LabError, TypeError: see `explain` */
  break(fault: Fault): Promise<void>
  close(): void
}

const ITEMS = 6

export function lane({ name, after, connect, bench, arrivals, isMeasuring, onState, onEvent }: LaneOptions): Lane {
  const counted = tally(after)
  const kept = samples()
  const asked: number[] = []
  const away: [number, number][] = [[performance.now(), Infinity]]
  const items: Item[] = []
  const seen = {
    ...{ state: 'connecting' as LaneState, cause: '', caughtUp: 0, badData: 0, reconnects: 0 },
    ...{ openSince: undefined as number | undefined, lastGap: undefined as Lane['lastGap'] },
  }
  let connection: Connection | undefined
  let pollMs: number | undefined
  let [pausedAt, resumedAt] = [Infinity, -Infinity]
  let before = { lost: 0, repeated: 0 }
  let note: Note | undefined
  let told: Story | undefined
  let turn = 0

  async function open() {
    const mine = ++turn
    const { origin, token, settings } = bench.door(name)
    if (name === 'wss' && settings.http === '2') await warm(origin)
    if (mine !== turn) return
    const opened = connect({
      origin,
      after: counted.cursor,
      platform: lineOf(token, (at) => keep(asked, at)),
      ...(pollMs !== undefined && { pollMs }),
      onEvent: take,
      onGap(gap) {
        counted.gap(gap)
        seen.lastGap = { ...gap, at: Date.now() }
      },
      onState(state, cause) {
        if (connection !== opened) return // one that was closed for a pause or another interval
        if (cause instanceof SyntaxError || cause instanceof UndeclaredGap) seen.badData++
        if (state === 'waiting' && name === 'wss' && bench.door(name).settings.http === '2') void warm(origin)
        enter(state, cause instanceof Error ? cause.message : '')
      },
    })
    connection = opened
  }

  function close() {
    turn++
    const old = connection
    connection = undefined
    old?.close()
  }

  function enter(state: LaneState, cause = '') {
    const now = performance.now()
    const [wasOpen, isOpen] = [seen.state === 'open', state === 'open']
    if (isOpen && !wasOpen) {
      away.at(-1)![1] = now
      if (seen.openSince !== undefined) seen.reconnects++
      seen.openSince = now
    } else if (wasOpen && !isOpen) {
      away.push([now, Infinity])
      while (away[0]![1] < now - WINDOW_MS) away.shift()
    }
    Object.assign(seen, { state, cause })
    told?.state(isOpen, now)
    onState(self)
  }

  function take(event: FeedEvent) {
    const received = performance.now()
    const first = arrivals.first(event.id, received)
    const due = bench.clock.toPage(event.at)
    const latencyMs = received - (due ?? first)
    const noted = noteIn(event, received)
    const isNote = noted !== undefined
    if (first >= pausedAt && first <= resumedAt) seen.caughtUp++
    else if (isMeasuring()) kept.add({ id: event.id, due: event.at, received, latencyMs, isNote })
    counted.event(event.id)
    items.unshift({ event, latencyMs, isNote })
    items.length = Math.min(items.length, ITEMS)
    note = noted ?? note
    told?.event(received, due, counted.lost - before.lost, counted.repeated - before.repeated)
    onEvent?.(self, event, received)
  }

  function rest(state: 'paused' | 'off') {
    close()
    pausedAt = performance.now()
    resumedAt = Infinity
    enter(state)
  }

  function move() {
    if (seen.state === 'paused' || seen.state === 'off') return
    close()
    enter('connecting')
    void open()
  }

  const self: Lane = {
    name,
    get door() {
      return bench.door(name)
    },
    get state() {
      return seen.state
    },
    get cause() {
      return seen.cause
    },
    get openSince() {
      return seen.state === 'open' ? seen.openSince : undefined
    },
    get reconnects() {
      return seen.reconnects
    },
    get lastGap() {
      return seen.lastGap
    },
    get caughtUp() {
      return seen.caughtUp
    },
    get badData() {
      return seen.badData
    },
    get note() {
      return note
    },
    get story() {
      return told
    },
    tally: counted,
    samples: kept,
    items,
    asked,
    away,
    get pollMs() {
      return pollMs
    },
    set pollMs(value) {
      if (value === pollMs) return
      kept.reset(performance.now()) // the median of two intervals is that of neither
      pollMs = value
      if (connection) move()
    },
    pause: () => rest('paused'),
    off: () => rest('off'),
    resume() {
      resumedAt = performance.now()
      enter('connecting')
      void open()
    },
    move,
    async break(fault) {
      before = { lost: counted.lost, repeated: counted.repeated }
      const mine = (told = story(fault, performance.now()))
      try {
        mine.hit(await bench.fault(name, fault))
      } catch (error) {
        told = undefined
        throw error
      }
    },
    close,
  }
  void open()
  return self
}

/** Appends, and forgets what has left the picture. */
function keep(times: number[], now: number) {
  times.push(now)
  while (times[0]! < now - WINDOW_MS - 1000) times.shift()
}
