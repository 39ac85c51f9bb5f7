// One lane: a transport's client behind its door, and what it told. It can be paused, broken and moved; nothing here draws.
import type { Cursor, FeedEvent } from '../src/core/event.ts'
import { UndeclaredGap } from '../src/core/reader.ts'
import type { Connect, Connection } from '../transports/contract.ts'
import { causeOf } from './cause.ts'
import type { Fault } from './door.ts'
import { intake } from './intake.ts'
import type { IntakeOptions } from './intake.ts'
import { lineOf } from './line.ts'
import { WINDOW_MS } from './samples.ts'
import { emptySight, isResting, keep } from './sight.ts'
import type { LaneState, Sight } from './sight.ts'
import { story } from './story.ts'
import type { Story } from './story.ts'

export interface LaneOptions extends IntakeOptions {
  name: string
  after: Cursor
  connect: Connect
  onState(lane: Lane): void
  onEvent?(lane: Lane, event: FeedEvent, received: number): void
}

export interface Lane extends Sight {
  /** Connects for the first time: its door is set, and it is to be seen. */
  start(): void
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

export function lane({ name, after, connect, onState, onEvent, ...rest }: LaneOptions): Lane {
  const { bench } = rest
  const seen = emptySight(name, after, () => bench.door(name))
  const events = intake(seen, rest)
  let connection: Connection | undefined
  let isClosed = false
  /** Of the last fault that the lab did not refuse. */
  let lastDone: Story | undefined

  function open() {
    const { origin, token } = seen.door
    const opened = connect({
      origin,
      after: seen.tally.cursor,
      platform: lineOf({ token, asked, isOverHttp2 }),
      ...(seen.pollMs !== undefined && { pollMs: seen.pollMs }),
      onEvent(event) {
        const received = events.take(event)
        onEvent?.(self, event, received)
      },
      onGap(gap) {
        seen.tally.gap(gap)
        seen.lastGap = { ...gap, at: Date.now() }
      },
      onState(state, cause) {
        if (connection !== opened) return // one that was closed for a pause or another interval
        if (cause instanceof SyntaxError || cause instanceof UndeclaredGap) seen.badData++
        enter(state, cause)
      },
    })
    connection = opened
  }

  function asked(at: number) {
    keep(seen.asked, at)
    seen.story?.asked()
  }

  /** A proxy that buffers passes a WebSocket on over HTTP/1.1 alone. */
  function isOverHttp2() {
    const { http, buffering } = seen.door.settings
    return http === '2' && !buffering
  }

  function close() {
    const old = connection
    connection = undefined
    old?.close()
  }

  function enter(state: LaneState, cause?: unknown) {
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
    // While it tries again the reason stays: it does so many times, and each time for a moment.
    seen.cause = state === 'connecting' ? seen.cause : causeOf(cause)
    seen.state = state
    seen.story?.state(isOpen, now)
    onState(self)
  }

  function stop(state: 'paused' | 'off') {
    close()
    enter(state)
  }

  function move() {
    if (isClosed || isResting(seen)) return
    close()
    enter('connecting')
    open()
  }

  const self: Lane = Object.assign(seen, {
    start: open,
    pause: () => stop('paused'),
    off: () => stop('off'),
    resume() {
      if (isClosed) return
      events.resume(performance.now())
      enter('connecting')
      open()
    },
    move,
    askEvery(pollMs: number) {
      if (pollMs === seen.pollMs) return
      seen.samples.reset(performance.now()) // the median of two intervals is that of neither
      seen.pollMs = pollMs
      if (connection) move()
    },
    async break(fault: Fault) {
      const mine = (seen.story = story(fault, performance.now(), seen.door.settings.http))
      events.begin(mine)
      try {
        mine.hit(await bench.fault(name, fault))
        lastDone = mine
      } catch (error) {
        if (seen.story === mine) seen.story = lastDone // else another one was begun meanwhile
        throw error
      }
    },
    close() {
      isClosed = true
      close()
    },
  })
  return self
}
