// What the clients of one contestant saw in a window: the latency of each event at each client, and the bytes it came in.
import { encodeEvent, parseCursor } from '../src/core/event.ts'
import type { FeedEvent, Position } from '../src/core/event.ts'
import { recorder } from '../src/core/recorder.ts'
import type { Recorder, Verdict } from '../src/core/recorder.ts'
import { segmentsOf } from './layers.ts'
import type { Read } from './wires/contract.ts'

export interface Window {
  /** By the clock that all processes of a trial share. */
  from: number
  to: number
}

export type Counts = Pick<
  Verdict,
  'received' | 'lost' | 'duplicated' | 'reordered' | 'undeclaredGaps' | 'falseGaps' | 'declared'
>

/** Sums over all clients since they were opened. */
export interface Sums {
  /** Events handed over, their encoded bytes, HTTP heads and bodies that came, requests or frames sent, chunks and segments read. */
  deliveries: number
  payload: number
  heads: number
  bodies: number
  sent: number
  segmentsDown: number
  /** Answers to questions, and the time they took, from the question to all of the answer. */
  answers: number
  answersMs: number
}

/** A row for each event by offset: the latency in ms at each client, NaN where it did not come. */
export type Latencies = Map<number, Float32Array>

const RECORD = 22

export function record() {
  const histories: Recorder[] = []
  /** Of each client, how many events of the window. */
  const got: number[] = []
  const sums: Sums = {
    deliveries: 0,
    payload: 0,
    heads: 0,
    bodies: 0,
    sent: 0,
    segmentsDown: 0,
    answers: 0,
    answersMs: 0,
  }
  let window: Window = { from: Infinity, to: Infinity }
  let latencies: Latencies = new Map()
  // The same events, read by the next client: their places and sizes are known.
  let events: readonly FeedEvent[] = []
  let known: { position: Position; bytes: number }[] = []

  return {
    sums,
    /** Of the events from here on that are due in it, latencies are kept; what was kept before is dropped. */
    measure(next: Window) {
      window = next
      latencies = new Map()
      got.fill(0)
    },
    /** One more client. @returns its number. */
    add() {
      got.push(0)
      return histories.push(recorder()) - 1
    },
    observe(client: number, read: Read, chunkBytes: number, now: number) {
      if (chunkBytes > 0) sums.segmentsDown += segmentsOf(chunkBytes + RECORD)
      sums.heads += read.headBytes ?? 0
      sums.bodies += read.bodyBytes ?? 0
      for (const gap of read.gaps ?? []) histories[client]!.gap(gap)
      if (read.events.length === 0) return
      if (read.events !== events) {
        events = read.events
        known = events.map((event) => ({ position: parseCursor(event.id)!, bytes: encodeEvent(event).length }))
      }
      for (let i = 0; i < events.length; i++) {
        const event = events[i]!
        const { position, bytes } = known[i]!
        histories[client]!.observe(event, position)
        sums.deliveries++
        sums.payload += bytes
        if (event.at < window.from || event.at >= window.to) continue
        let row = latencies.get(position.offset)
        if (!row) latencies.set(position.offset, (row = new Float32Array(got.length).fill(NaN)))
        if (!Number.isNaN(row[client])) continue // a repeat: the history has it
        row[client] = now - event.at
        got[client]!++
      }
    },
    /** Whether every client has so many different events of the window. */
    complete: (count: number) => got.every((n) => n >= count),
    latencies: () => latencies,
    verdict(log: { epoch: string; first: number; last: number }): Counts {
      const counts: Counts = {
        ...{ received: 0, lost: 0, duplicated: 0, reordered: 0, undeclaredGaps: 0, falseGaps: 0, declared: 0 },
      }
      for (const history of histories) {
        const verdict = history.verdict(log)
        for (const key of Object.keys(counts) as (keyof Counts)[]) counts[key] += verdict[key]
      }
      return counts
    },
  }
}
export type ClientRecords = ReturnType<typeof record>
