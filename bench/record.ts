// What the clients of one contestant saw in a window: the latency of each event at each client, and the bytes it came in.
import { crc32 } from 'node:zlib'
import { encodeEvent, parseCursor } from '../src/core/event.ts'
import type { FeedEvent, Position } from '../src/core/event.ts'
import { recorder } from '../src/core/recorder.ts'
import type { Recorder, Verdict } from '../src/core/recorder.ts'
import { segmentsOf } from './layers.ts'
import type { Due } from './source.ts'
import type { Read } from './wires/contract.ts'

export interface Window {
  /** By the clock that all processes of a trial share. */
  from: number
  to: number
}

export type Counts = Pick<
  Verdict,
  'received' | 'lost' | 'duplicated' | 'reordered' | 'corrupt' | 'undeclaredGaps' | 'falseGaps' | 'declared'
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

/** One reading of an event: the CRC-32 of its one encoding, and how many deliveries had just that. */
interface Content {
  sum: number
  deliveries: number
}

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
  let known: { position: Position; bytes: number; content: Content }[] = []
  /** By offset, since `measure`: one for each offset, unless somebody was given something else. */
  let contents = new Map<number, Content[]>()

  return {
    sums,
    /** Of the events from here on that are due in it, latencies are kept; what was kept before is dropped. */
    measure(next: Window) {
      window = next
      latencies = new Map()
      contents = new Map()
      events = []
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
        // Encoded again, an event is the bytes that were published, or it is another event: of the wire only the frame is gone.
        known = events.map((event) => {
          const [position, bytes] = [parseCursor(event.id)!, encodeEvent(event)]
          return { position, bytes: bytes.length, content: contentOf(position.offset, crc32(bytes)) }
        })
      }
      for (let i = 0; i < events.length; i++) {
        const event = events[i]!
        const { position, bytes, content } = known[i]!
        histories[client]!.observe(event, position)
        sums.deliveries++
        sums.payload += bytes
        content.deliveries++ // before its time is looked at, which may be what was altered
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
    verdict(log: Due): Counts {
      const counts: Counts = {
        ...{ received: 0, lost: 0, duplicated: 0, reordered: 0, corrupt: 0 },
        ...{ undeclaredGaps: 0, falseGaps: 0, declared: 0 },
      }
      for (const history of histories) {
        const verdict = history.verdict(log)
        for (const key of Object.keys(counts) as (keyof Counts)[]) counts[key] += verdict[key]
      }
      for (let offset = log.first; offset <= log.last; offset++)
        for (const { sum, deliveries } of contents.get(offset) ?? [])
          if (sum !== log.sums[offset - log.first]) counts.corrupt += deliveries
      return counts
    },
  }

  function contentOf(offset: number, sum: number): Content {
    let all = contents.get(offset)
    if (!all) contents.set(offset, (all = []))
    let content = all.find((each) => each.sum === sum)
    if (!content) all.push((content = { sum, deliveries: 0 }))
    return content
  }
}
export type ClientRecords = ReturnType<typeof record>
