// The answer of “Batching”: what a window saved of bytes and of records, and how much latency it added. Pure.
import { count, duration, percent, size } from '../../words.ts'
import { latenciesOf, typical, worst } from '../latency.ts'
import type { Passed } from '../doors.ts'
import type { Answer } from '../experiment.ts'
import type { Got } from '../follow.ts'
import type { Table } from '../table.ts'

export interface Line {
  batchMs: number
  events: readonly Got[]
  lost: number
  passed?: Passed
  /** TLS records with events in them, of the last ones that the lab kept. */
  records: { events: number; cipherBytes: number }[]
}
export interface Data {
  /** Without a window, with a short one, with a long one. */
  lines: Line[]
  wireTrouble?: string
}

export interface Figures {
  batchMs: number
  n: number
  meanMs: number
  medianMs: number
  worstMs: number
  bytesPerEvent: number
  eventsPerRecord: number
  /** What an event is by itself: without the record around it. */
  ownBytes: number
}

/** Of a record of TLS 1.3, whatever is in it: five bytes of header, one of type, sixteen of tag (RFC 8446 §5.2). */
export const RECORD_BYTES = 22

export function figuresOf({ batchMs, events, passed, records }: Line): Figures {
  const all = latenciesOf(events)
  const inRecords = records.reduce((sum, each) => sum + each.events, 0)
  const cipherBytes = records.reduce((sum, each) => sum + each.cipherBytes, 0)
  return {
    ...{ batchMs, n: events.length, medianMs: typical(events), worstMs: worst(events) },
    meanMs: all.reduce((sum, ms) => sum + ms, 0) / all.length,
    bytesPerEvent: (passed?.down ?? NaN) / events.length,
    eventsPerRecord: inRecords / records.length,
    ownBytes: (cipherBytes - RECORD_BYTES * records.length) / inRecords,
  }
}

export const windowOf = ({ batchMs }: { batchMs: number }) => (batchMs === 0 ? 'no window' : `${batchMs} ms`)

export function answer({ lines, wireTrouble }: Data): Answer {
  const all = lines.map(figuresOf)
  const [none, long] = [all[0], all.at(-1)]
  if (!none || !long || !all.every(({ medianMs, bytesPerEvent }) => Number.isFinite(medianMs + bytesPerEvent)))
    return {
      sentence: 'Not every stream carried an event in this run, so there is nothing to compare.',
      choice: undefined,
      surprise:
        'Each of them should have carried hundreds. Is the lab still running, and does it answer? Run it again.',
    }
  const saved = 1 - long.bytesPerEvent / none.bytesPerEvent
  const fewer = 1 - none.eventsPerRecord / long.eventsPerRecord
  const added = long.medianMs - none.medianMs
  const lost = lines.reduce((sum, line) => sum + line.lost, 0)
  return {
    sentence:
      `Gathering for ${windowOf(long)} ${saved < 0 ? `cost ${percent(-saved)} more bytes` : `saved ${percent(saved)} of the bytes`} ` +
      `(${size(long.bytesPerEvent)} instead of ${size(none.bytesPerEvent)} for each event)` +
      `${Number.isFinite(fewer) ? ` and ${fewer < 0 ? `took ${percent(-fewer)} more` : `${percent(fewer)} of the`} records` : ''}; ` +
      `the median latency ${added < 0 ? 'fell' : 'rose'} by ${duration(Math.abs(added))}.`,
    details: [
      ...all.map(
        (each) =>
          `${each.batchMs === 0 ? 'No window' : `Window of ${windowOf(each)}`}: ${size(each.bytesPerEvent)} for each event` +
          (Number.isFinite(each.eventsPerRecord) ? `, ${each.eventsPerRecord.toFixed(1)} events in a record` : '') +
          `; median latency ${duration(each.medianMs)}, worst ${duration(each.worstMs)}.`,
      ),
      lost === 0 ? 'No stream lost an event.' : `${count(lost, 'event')} never came.`,
      ...(wireTrouble ? [wireTrouble] : []),
    ],
    choice: choiceOf(saved),
    ...((lost > 0 || !(added > 20 && added < 110) || !(saved >= LEAST)) && {
      surprise:
        lost > 0
          ? 'A window delays events and drops none. Is the machine so busy that a stream was let go?'
          : 'An event should wait about half the window, and a record of ten save a tenth of the bytes at least. This machine was so busy that events were gathered without one, or read late; run it again.',
    }),
  }
}

const LEAST = 0.07

/** Of “a tenth to a third”, “about half”, “nine tenths”. */
const choiceOf = (saved: number) => (saved < LEAST ? undefined : saved < 0.36 ? 0 : saved < 0.7 ? 1 : 2)

export const table = ({ lines }: Data): Table => ({
  caption: 'The three streams',
  columns: [
    ...['window, ms', 'events', 'median latency, ms', 'worst latency, ms', 'bytes down', 'bytes per event'],
    ...['events per record', 'lost'],
  ],
  rows: lines.map((line) => {
    const { batchMs, n, medianMs, worstMs, bytesPerEvent, eventsPerRecord } = figuresOf(line)
    return [batchMs, n, medianMs, worstMs, line.passed?.down, bytesPerEvent, eventsPerRecord, line.lost]
  }),
})
