// The answer of “How often to ask”: the latency of events with each pause, and what they cost. Pure.
import { median } from '../../../src/core/stats.ts'
import { asSet, count, duration, percent, size } from '../../words.ts'
import { typical, worst } from '../latency.ts'
import type { Passed } from '../doors.ts'
import type { Answer } from '../experiment.ts'
import type { Exchange, Got } from '../follow.ts'
import type { Table } from '../table.ts'
import { chanceOf } from './chance.ts'

/** One in each of the shortest pauses, on average: some of its questions then find none. */
export const PER_SECOND = 4
export const INTERVALS = [250, 1000, 4000] as const
/** Four of the longest pauses, and a bit. */
export const LAST_MS = 16_300

export interface Line {
  intervalMs: number
  events: readonly Got[]
  exchanges: readonly Exchange[]
  lost: number
  passed?: Passed
}
export interface Data {
  /** Of the shortest pause, the one to compare with, and the one that is four times as long. */
  lines: Line[]
  /** Whether nobody looked at the page for a while: then the browser slows its timers down. */
  wasHidden: boolean
}

export interface Figures {
  intervalMs: number
  n: number
  medianMs: number
  worstMs: number
  /** Question to answer, typically. */
  tripMs: number
  expectedMs: number
  /** In 19 of 20 runs chance alone takes the median no further off. */
  chanceMs: number
  bytesPerEvent: number
  /** Answers, and those without an event. */
  answers: number
  empty: number
}

const chances = new Map<number, number>(
  INTERVALS.map((intervalMs) => [intervalMs, chanceOf({ intervalMs, perSecond: PER_SECOND, lastMs: LAST_MS })]),
)

export function figuresOf({ intervalMs, events, exchanges, passed }: Line): Figures {
  // The first question opens the connection and asks where we stand: it belongs to no interval, nor do events that came with it.
  const waited = events.slice(exchanges[0]?.events ?? 0)
  const answered = exchanges.slice(1).filter(({ answeredAt }) => answeredAt !== undefined)
  const tripMs = median(answered.map(({ askedAt, answeredAt }) => answeredAt! - askedAt)) ?? NaN
  return {
    ...{ intervalMs, n: events.length, medianMs: typical(waited), worstMs: worst(waited) },
    ...{ tripMs, expectedMs: intervalMs / 2 + tripMs, chanceMs: chances.get(intervalMs) ?? NaN },
    bytesPerEvent: (passed?.total ?? NaN) / events.length,
    ...{ answers: answered.length, empty: answered.filter(({ events }) => events === 0).length },
  }
}

export const every = ({ intervalMs }: { intervalMs: number }) => asSet(intervalMs)

const isKnown = ({ medianMs, bytesPerEvent, answers }: Figures) =>
  medianMs > 0 && Number.isFinite(bytesPerEvent) && answers > 0
export const offOf = ({ medianMs, expectedMs }: Figures) => Math.abs(medianMs - expectedMs)
/** Half as much again as chance takes it, and what a machine at work may add. */
const isOff = (each: Figures) => !(offOf(each) < 1.5 * each.chanceMs + 30)

export function answer({ lines, wasHidden }: Data): Answer {
  const all = lines.map(figuresOf)
  const [, one, four] = all
  if (!one || !four || !all.every(isKnown))
    return {
      sentence: 'Not every client had an event in this run, so there is nothing to compare.',
      choice: undefined,
      surprise: 'Each of them should have had dozens. Is the lab still running, and does it answer? Run it again.',
    }
  const factor = four.medianMs / one.medianMs
  const lost = lines.reduce((sum, line) => sum + line.lost, 0)
  const off = all.filter(isOff)
  const choice = choiceOf(factor)
  return {
    sentence:
      `Asking every ${every(four)} instead of every ${every(one)} made the median latency ${factor.toFixed(1)} times as long ` +
      `(${duration(four.medianMs)} against ${duration(one.medianMs)}). Each event then took ` +
      `${size(four.bytesPerEvent)} instead of ${size(one.bytesPerEvent)}.`,
    details: [
      ...all.map(
        (each) =>
          `Every ${every(each)}: median latency ${duration(each.medianMs)}, worst ${duration(each.worstMs)}; ` +
          `${size(each.bytesPerEvent)} for each event; ${percent(each.empty / each.answers)} of ${count(each.answers, 'answer')} were empty.`,
      ),
      lost === 0 ? 'No client lost an event: they only waited longer.' : `${count(lost, 'event')} never came.`,
    ],
    choice,
    ...((lost > 0 || off.length > 0 || choice !== 2 || four.bytesPerEvent >= one.bytesPerEvent) && {
      surprise:
        lost > 0
          ? 'Nothing should be lost: each question names the last event that was seen. Does the lab keep very few events?'
          : off.length > 0
            ? `Every ${off.map(every).join(' and ')} is not where interval/2 + round trip puts it. ` +
              (wasHidden
                ? 'The page was in the background for a while, where browsers slow timers down.'
                : 'Chance alone hardly takes it so far; a busy machine or browser makes waits longer. Run it again and see whether it stays.')
            : 'The longer pause should make the latency about four times as long, and events cheaper. Run it again and see whether it stays.',
    }),
  }
}

/** Of “hardly”, “to about twice”, “to about four times”, “to about sixteen times”; that it got shorter is none of these. */
function choiceOf(factor: number): number | undefined {
  const upTo = [0.7, 1.4, 2.8, 8, 32].findIndex((limit) => factor < limit)
  return upTo > 0 ? upTo - 1 : undefined
}

export const table = ({ lines }: Data): Table => ({
  caption: 'The three clients',
  columns: [
    ...[
      'interval, ms',
      'events',
      'median latency, ms',
      'worst latency, ms',
      'round trip, ms',
      'interval/2 + round trip, ms',
    ],
    ...['answers', 'empty answers', 'bytes up', 'bytes down', 'bytes per event', 'connections', 'lost'],
  ],
  rows: lines.map((line) => {
    const { intervalMs, n, medianMs, worstMs, tripMs, expectedMs, answers, empty, bytesPerEvent } = figuresOf(line)
    return [
      ...[intervalMs, n, medianMs, worstMs, tripMs, expectedMs],
      ...[answers, empty, line.passed?.up, line.passed?.down, bytesPerEvent, line.passed?.connections, line.lost],
    ]
  }),
})
