// Requests that wait for an answer: who they are, and one alarm for the ends of their waits.
import { bag } from '../src/core/bag.ts'
import type { Member } from '../src/core/bag.ts'
import type { Cursor } from '../src/core/event.ts'
import type { Env } from './contract.ts'

type Outgoing = Env['Bindings']['outgoing']

/**
 * A class, and no object literal: V8 notices that literals of this one place live long and makes them old from birth, and what is
 * old keeps what it points to until the next full collection. `bench --transports long-polling --clients 1000 --rate 15`: 42 µs an
 * answer with a literal, 37 with this.
 */
export class Waiter implements Member {
  place = -1
  outgoing: Outgoing
  after: Cursor
  limit: number
  /** Monotonic milliseconds. */
  endsAt: number
  constructor(outgoing: Outgoing, after: Cursor, limit: number, seconds: number) {
    this.outgoing = outgoing
    this.after = after
    this.limit = limit
    this.endsAt = performance.now() + seconds * 1000
  }
}

export interface WaitingRoom {
  readonly size: number
  add(waiter: Waiter): void
  /** @returns whether it was waiting. */
  delete(waiter: Waiter): boolean
  take(): Waiter | undefined
  all(): Waiter[]
}

/** `ended` gets each waiter whose time is up; it is out by then. One timer for all: one for each costs a twentieth of a long poll. */
export function waitingRoom(ended: (waiter: Waiter) => void): WaitingRoom {
  const waiting = bag<Waiter>()
  let alarm: NodeJS.Timeout | undefined
  let alarmAt = Infinity

  function wakeAt(endsAt: number) {
    if (endsAt >= alarmAt) return
    clearTimeout(alarm)
    alarmAt = endsAt
    alarm = setTimeout(ring, Math.max(0, endsAt - performance.now())).unref()
  }

  function ring() {
    alarmAt = Infinity
    const now = performance.now()
    for (const waiter of waiting.all())
      if (waiter.endsAt > now) wakeAt(waiter.endsAt)
      else if (waiting.delete(waiter)) ended(waiter)
  }

  return {
    get size() {
      return waiting.size
    },
    add(waiter) {
      waiting.add(waiter)
      wakeAt(waiter.endsAt)
    },
    delete: waiting.delete,
    take: waiting.take,
    all: waiting.all,
  }
}
