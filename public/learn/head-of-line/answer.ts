// The answer of “Head-of-line blocking”: how long each of four streams was silent, and what came of it at once afterwards. Pure.
import { parseCursor } from '../../../src/core/event.ts'
import type { TransportName } from '../../../transports/clients.ts'
import { count, duration } from '../../words.ts'
import { latenciesOf, worst } from '../latency.ts'
import type { Answer } from '../experiment.ts'
import type { Got } from '../follow.ts'
import type { Table } from '../table.ts'

export interface Stream {
  name: string
  note: string
  door: TransportName
  isStalled: boolean
  events: readonly Got[]
  lost: number
}
export interface Data {
  /** A and B on one line that stalls, C on another one that stalls, D on one that does not. */
  streams: Stream[]
  stalledAt: number | undefined
  /** TCP connections open when they stalled: of the shared line, and of the two. */
  shared: number | undefined
  apart: number | undefined
  now: number
}

/** As long as the lab’s fault lasts. */
export const STALL_MS = 5000
/** What comes within a tenth of a second came at once. */
const BURST_MS = 100

/** The longest time without an event; of a stream without one, all of it. */
function silenceOf({ events }: Stream, now: number): number {
  const times = events.map(({ at }) => at)
  return times.length === 0 ? now : Math.max(...times.map((at, index) => (times[index + 1] ?? now) - at))
}

/** What came within a moment behind the longest silence. */
function burstOf({ events }: Stream): Got[] {
  let [longest, from] = [0, Infinity]
  for (const [index, { at }] of events.entries()) {
    const silence = at - (events[index - 1]?.at ?? at)
    if (silence > longest) [longest, from] = [silence, at]
  }
  return events.filter(({ at }) => at >= from && at < from + BURST_MS)
}

const offsetOf = ({ id }: Got) => parseCursor(id)!.offset
const isInOrder = ({ events }: Stream) =>
  events.every((event, index) => index === 0 || offsetOf(event) > offsetOf(events[index - 1]!))

/** What was due while B was held, and its mean latency. */
export function heldOf({ streams, stalledAt = NaN }: Data): { events: number; meanMs: number } {
  const all = latenciesOf(streams[1]?.events.filter(({ due }) => due > stalledAt && due < stalledAt + STALL_MS) ?? [])
  return { events: all.length, meanMs: all.reduce((sum, ms) => sum + ms, 0) / all.length }
}

export function answer({ streams, stalledAt, shared, apart, now }: Data): Answer {
  const [a, b, c, d] = streams
  if (!a || !b || !c || !d || stalledAt === undefined || streams.some(({ events }) => events.length === 0))
    return {
      sentence: 'Not every stream had an event in this run, or none stalled, so there is nothing to compare.',
      choice: undefined,
      surprise: 'Each of them should have had dozens. Is the lab still running, and does it answer? Run it again.',
    }
  const silences = streams.map((each) => silenceOf(each, now))
  const [isA, isB, isC, isD] = silences.map((ms) => ms > STALL_MS * 0.7)
  const lost = streams.reduce((sum, each) => sum + each.lost, 0)
  const said = (index: number) => duration(silences[index]!)
  const [burst, isOrdered] = [burstOf(b), streams.every(isInOrder)]
  const choice = !isA || !isC || shared !== 1 ? undefined : isB ? (isD ? 2 : 1) : isD ? undefined : 0
  return {
    sentence:
      `A was silent for ${said(0)}, and B, ${shared === 1 ? 'on the same connection' : 'at the same door'}, for ${said(1)}; ` +
      `C, on a line of its own that stalled too, for ${said(2)}, and D, whose line did not stall, for ${said(3)}.`,
    details: [
      burst.length > 0
        ? `Then ${count(burst.length, 'event')} of B came within a tenth of a second, the latest ${duration(worst(burst))} late, ${isInOrder(b) ? 'in order' : 'not in order'}.`
        : 'After its silence nothing of B came at once.',
      `Open at their doors when it began: ${shared === undefined ? 'not told' : count(shared, 'TCP connection')} of A and B, ${apart ?? 'not told'} of C and D.`,
      lost === 0 ? 'Nothing was lost: the bytes only waited.' : `${count(lost, 'event')} never came.`,
      `The worst latency of each: ${streams.map((each) => `${each.name} ${duration(worst(each.events))}`).join(', ')}.`,
    ],
    choice,
    ...((choice !== 1 || lost > 0 || !isOrdered) && {
      surprise:
        shared !== 1
          ? 'A and B should share one connection over HTTP/2; here they did not. Is there a proxy in between that speaks HTTP/1.1 only?'
          : choice !== 1
            ? 'The lines of A, B and C should be silent for five seconds, and that of D should not. Was the page in the background, or the machine very busy?'
            : 'TCP delivers everything, in order. That something is missing or mixed up is worth a look at the raw numbers.',
    }),
  }
}

export const table = ({ streams, now }: Data): Table => ({
  caption: 'The four streams',
  columns: [
    'stream',
    'line stalled',
    'events',
    'longest silence, ms',
    'worst latency, ms',
    'events in the burst',
    'lost',
  ],
  rows: streams.map((each) => [
    ...[each.name, each.isStalled ? 'yes' : 'no', each.events.length, silenceOf(each, now), worst(each.events)],
    ...[each.isStalled ? burstOf(each).length : undefined, each.lost],
  ]),
})
