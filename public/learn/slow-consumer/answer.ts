// The answer of “Slow consumers”: when the server let go of the slow reader, and whether that reader had everything in the end. Pure.
import { asSet, count, duration, size } from '../../words.ts'
import { worst } from '../latency.ts'
import type { Answer } from '../experiment.ts'
import type { Followed, Got } from '../follow.ts'
import type { Table } from '../table.ts'

export interface Data {
  fast: readonly Got[]
  slow: readonly Got[]
  /** How far behind the slow one was, in events. */
  behind: { at: number; events: number }[]
  states: Followed['states']
  closes: { at: number; code: number }[]
  /** What this server puts up with (`/limits`). */
  limits: { queueBytes: number; stallMs: number }
  /** From here on more was made than the slow one could take. */
  begunAt: number
  /** The server had let go of the slow line. */
  letGoAt: number | undefined
  /** The line is a good one again, and the feed is small again. */
  healedAt: number | undefined
  caughtUpAt: number | undefined
  lost: number
  repeated: number
  gaps: number
  fastLost: number
}

/** The server's close code for a reader that is too slow. */
export const SLOW = 4008

const noticedAt = ({ states }: Data) => states.find(({ state }) => state === 'waiting')?.at
const backAt = (data: Data) =>
  data.states.find(({ at, state }) => state === 'open' && at > (noticedAt(data) ?? Infinity))?.at
/** As it was looked at last before that moment. */
const behindAt = ({ behind }: Data, moment: number) => behind.findLast(({ at }) => at <= moment)?.events
const mostBehind = ({ behind }: Data) => Math.max(0, ...behind.map(({ events }) => events))

export function answer(data: Data): Answer {
  const { begunAt, letGoAt, lost, gaps, caughtUpAt, healedAt = NaN, fastLost, repeated, limits } = data
  if (data.fast.length === 0)
    return {
      sentence: 'Not even the fast reader had an event in this run, so nothing is known of the slow one.',
      choice: undefined,
    }
  const most = count(mostBehind(data), 'event')
  const back = backAt(data)
  const close = data.closes[0]
  const then = behindAt(data, letGoAt ?? close?.at ?? NaN)
  const letGo = [
    ...(letGoAt === undefined ? [] : [`after ${duration(letGoAt - begunAt)}`]),
    ...(then === undefined ? [] : [`when it was ${count(then, 'event')} behind`]),
  ].join(', ')
  const isDropped = letGoAt !== undefined || close?.code === SLOW
  const isWhole = lost === 0 && gaps === 0 && caughtUpAt !== undefined
  const missed = [
    ...(gaps > 0 ? [`was told of ${count(gaps, 'gap')}`] : []),
    ...(lost > 0 || gaps === 0 ? [`lost ${lost === 0 ? 'nothing' : count(lost, 'event')}`] : []),
  ].join(' and ')
  const upTo = caughtUpAt === undefined ? ', as far as it had read by the end' : ''
  return {
    sentence: isDropped
      ? `The server let go of the slow reader${letGo && ` ${letGo}`}; ` +
        (back === undefined
          ? 'within this run it did not come back.'
          : `it came back at its cursor and ${missed}${upTo}.`)
      : noticedAt(data) === undefined
        ? `The slow reader got ${most} behind, and in ${duration(healedAt - begunAt)} the server did not let go of it: what it could not take was still held in buffers on the way. It ${missed}${upTo}.`
        : `The slow reader got ${most} behind and its line broke, but that it was the server who let go of it was not seen. It ${missed}${upTo}.`,
    details: [
      `The worst latency of the slow one was ${duration(worst(data.slow))}, the fast one’s ${duration(worst(data.fast))}: the fast one lost ${fastLost === 0 ? 'nothing' : count(fastLost, 'event')}.`,
      ...(close ? [closed(close, begunAt, isDropped)] : []),
      `${caughtUpAt === undefined ? 'It had not caught up by the end of the run' : `On a good line it had caught up ${duration(caughtUpAt - healedAt)} later`}; ${repeated === 0 ? 'no event came twice' : `${repeated} came twice`}.`,
    ],
    // Not dropped within the run: what would have become of the rest was not measured.
    choice: lost > 0 || gaps > 0 ? 1 : isDropped && caughtUpAt !== undefined ? 2 : undefined,
    ...((!isDropped || !isWhole || fastLost > 0) && {
      surprise: !isDropped
        ? `The server gives up on a reader with more than ${size(limits.queueBytes)} in its queue, or that took nothing for ${asSet(limits.stallMs)}. Before that the kernels’ buffers have to be full; with larger ones than usual that takes longer than this run.`
        : fastLost > 0
          ? 'A slow reader should cost a fast one nothing. Was the page in the background?'
          : gaps > 0
            ? 'A gap is an honest answer, but the log should have held all of this. Is its retention very short?'
            : 'It should have caught up, with nothing lost. On a busy machine that may take longer than this run.',
    }),
  }
}

function closed({ at, code }: Data['closes'][number], begunAt: number, isDropped: boolean): string {
  const why = isDropped
    ? `. The server’s own, with ${SLOW}, would have been behind all that the reader could not take`
    : ''
  return `The slow one’s line closed ${duration(at - begunAt)} after the feed had grown, with close code ${code}${code === 1006 ? `: no close frame came${why}` : ''}.`
}

export const table = (data: Data): Table => ({
  caption: 'What happened when',
  columns: ['what', 'value'],
  rows: [
    ['events read by the fast reader', data.fast.length],
    ['events read by the slow reader', data.slow.length],
    ['worst latency of the fast reader, ms', worst(data.fast)],
    ['the same while the line was slow, ms', worst(data.fast.filter(({ at }) => !(at > (data.healedAt ?? Infinity))))],
    ['worst latency of the slow reader, ms', worst(data.slow)],
    ['most events behind', mostBehind(data)],
    ['the feed grew, ms', data.begunAt],
    ['server let go of the line, ms', data.letGoAt],
    ['the reader noticed, ms', noticedAt(data)],
    ['close code', data.closes[0] && String(data.closes[0].code)],
    ['line well again, ms', data.healedAt],
    ['open again, ms', backAt(data)],
    ['caught up, ms', data.caughtUpAt],
    ['lost', data.lost],
    ['repeated', data.repeated],
    ['gaps told', data.gaps],
  ],
})
