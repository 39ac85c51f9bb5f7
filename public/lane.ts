// One lane: a transport's client, and what it told. It can be paused, cut and resumed; nothing here draws.
import { parseCursor } from '../src/core/event.ts'
import type { Cursor, FeedEvent } from '../src/core/event.ts'
import { UndeclaredGap } from '../src/core/reader.ts'
import type { Connect, Connection, ConnectionState } from '../transports/contract.ts'
import type { Arrivals } from './arrivals.ts'
import { cut } from './lab.ts'
import { lateness } from './lateness.ts'
import type { Lateness } from './lateness.ts'
import { lineOf } from './line.ts'
import { noteIn } from './note.ts'
import type { Note } from './note.ts'
import { story } from './story.ts'
import type { Story } from './story.ts'
import { tally } from './tally.ts'
import type { Tally } from './tally.ts'

export type LaneState = ConnectionState | 'paused'

/** One event as this lane saw it, by the page's clock. */
export interface Mark {
  at: number
  first: number
  isNote: boolean
}

export interface LaneOptions {
  name: string
  token: string
  origin: string
  after: Cursor
  connect: Connect
  arrivals: Arrivals
  /** Whether "late" means anything now: another lane runs too, and the browser does not slow this tab down. */
  isComparable(): boolean
  onState(lane: Lane): void
}

export interface Lane {
  readonly name: string
  readonly token: string
  readonly state: LaneState
  /** Why the line is not open, when it said so. */
  readonly cause: string
  readonly tally: Tally
  readonly lateness: Lateness
  /** Events read after a pause: late by your choice, so not in the picture. */
  readonly caughtUp: number
  /** Lines dropped because what came was not the protocol. */
  readonly badData: number
  readonly lastEvent: FeedEvent | undefined
  readonly note: Note | undefined
  readonly story: Story | undefined
  readonly marks: readonly Mark[]
  /** When requests went out. */
  readonly asked: readonly number[]
  pollMs: number | undefined
  pause(): void
  resume(): void
  /** @throws LabError, TypeError: see `explain` */
  cut(): Promise<void>
}

/** How much of the past is kept to be drawn. */
export const WINDOW_MS = 10_000

export function lane({ name, token, origin, after, connect, arrivals, isComparable, onState }: LaneOptions): Lane {
  const counted = tally(after)
  const late = lateness()
  const marks: Mark[] = []
  const asked: number[] = []
  const platform = lineOf(token, (at) => keep(asked, at, at))
  let connection: Connection | undefined
  let pollMs: number | undefined
  let pausedAt = Infinity
  let resumedAt = -Infinity
  let atCut = { lost: 0, repeated: 0 }
  const seen = { state: 'connecting' as LaneState, cause: '', caughtUp: 0, badData: 0 }
  let lastEvent: FeedEvent | undefined
  let note: Note | undefined
  let told: Story | undefined

  function open() {
    const mine = connect({
      origin,
      after: counted.cursor,
      platform,
      ...(pollMs !== undefined && { pollMs }),
      onEvent: take,
      onGap: (gap) => counted.gap(gap),
      onState: (state, cause) => {
        if (connection !== mine) return // one that was closed for a pause or another interval
        if (cause instanceof SyntaxError || cause instanceof UndeclaredGap) seen.badData++
        enter(state, cause instanceof Error ? cause.message : '')
      },
    })
    connection = mine
  }

  function close() {
    const old = connection
    connection = undefined
    old?.close()
  }

  function enter(state: LaneState, cause = '') {
    seen.state = state
    seen.cause = cause
    told?.state(state === 'open', performance.now())
    onState(self)
  }

  function take(event: FeedEvent) {
    const at = performance.now()
    const first = arrivals.first(event.id, at)
    const wasPaused = first >= pausedAt && first <= resumedAt
    if (wasPaused) seen.caughtUp++
    else if (isComparable()) late.add(at - first)
    counted.event(event.id)
    const noted = noteIn(event, at)
    keep(marks, { at, first, isNote: noted !== undefined }, at)
    lastEvent = event
    note = noted ?? note
    const { offset } = parseCursor(event.id)!
    told?.event(at, offset, counted.lost - atCut.lost, counted.repeated - atCut.repeated)
  }

  const self: Lane = {
    name,
    token,
    get state() {
      return seen.state
    },
    get cause() {
      return seen.cause
    },
    get caughtUp() {
      return seen.caughtUp
    },
    get badData() {
      return seen.badData
    },
    get lastEvent() {
      return lastEvent
    },
    get note() {
      return note
    },
    get story() {
      return told
    },
    tally: counted,
    lateness: late,
    marks,
    asked,
    get pollMs() {
      return pollMs
    },
    set pollMs(value) {
      if (value !== pollMs) late.reset() // the median of two intervals is that of neither
      pollMs = value
      if (!connection) return
      close()
      open()
    },
    pause() {
      close()
      pausedAt = performance.now()
      resumedAt = Infinity
      enter('paused')
    },
    resume() {
      resumedAt = performance.now()
      enter('connecting')
      open()
    },
    async cut() {
      atCut = { lost: counted.lost, repeated: counted.repeated }
      const mine = (told = story(performance.now(), parseCursor(counted.cursor)!.offset))
      try {
        mine.broken(await cut(token))
      } catch (error) {
        told = undefined
        throw error
      }
    },
  }
  open()
  return self
}

/** Appends, and forgets what has left the picture. */
function keep<Item extends Mark | number>(list: Item[], item: Item, now: number) {
  list.push(item)
  const timeOf = (each: Item) => (typeof each === 'number' ? each : each.at)
  while (timeOf(list[0]!) < now - WINDOW_MS - 1000) list.shift()
}
