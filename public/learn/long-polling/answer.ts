// The answer of “Between two long polls”: which events met no question, how they came, and with what latency. Pure.
import { median } from '../../../src/core/stats.ts'
import { count, duration } from '../../words.ts'
import type { Answer } from '../experiment.ts'
import type { Exchange, Got } from '../follow.ts'
import type { Table } from '../table.ts'

export interface Phase {
  perSecond: number
  from: number
  to: number
}
export interface Data {
  /** Questions and answers as this page saw them. */
  exchanges: readonly Exchange[]
  events: readonly Got[]
  /** Time of a question that is answered at once: the first of the connection, asked again on the warm line. */
  tripMs: number
  /** The lab makes events slowly first, then fast. */
  phases: Phase[]
  lost: number
  repeated: number
  now: number
}

export interface Figures {
  perSecond: number
  /** Answers with events. */
  answers: number
  events: number
  /** Most events that one answer brought, and how many answers brought more than one. */
  most: number
  together: number
  /** Of events that met no question, and of those that met a held one. */
  gapLatencies: number[]
  heldLatencies: number[]
}

/**
 * Answers of that phase, each with its events in order. The first event of an answer met a held question when it was due after the
 * question had arrived, which is half a round trip after it went out. All others were in the log by then.
 */
export function figuresOf({ exchanges, events, tripMs }: Data, { perSecond, from, to }: Phase): Figures {
  const sums: Figures = { perSecond, answers: 0, events: 0, most: 0, together: 0, gapLatencies: [], heldLatencies: [] }
  let next = 0
  for (const [index, { askedAt, answeredAt, events: n }] of exchanges.entries()) {
    const mine = events.slice(next, (next += n))
    // The first answer only finds out where we stand.
    if (index === 0 || n === 0 || answeredAt === undefined || answeredAt < from || answeredAt >= to) continue
    sums.answers++
    sums.events += n
    sums.most = Math.max(sums.most, n)
    if (n > 1) sums.together++
    for (const [place, { due, at }] of mine.entries()) {
      const wasHeld = place === 0 && due > askedAt + tripMs / 2
      // Without a clock or a round trip nobody knows which it was.
      if (Number.isFinite(at - due + tripMs)) (wasHeld ? sums.heldLatencies : sums.gapLatencies).push(at - due)
    }
  }
  return sums
}

export function answer(data: Data): Answer {
  const { lost, repeated, tripMs } = data
  const figures = data.phases.map((phase) => figuresOf(data, phase))
  const [gapLatencies, heldLatencies] = [
    figures.flatMap((each) => each.gapLatencies),
    figures.flatMap((each) => each.heldLatencies),
  ]
  const [inGap, known] = [gapLatencies.length, gapLatencies.length + heldLatencies.length]
  const most = Math.max(0, ...figures.map((each) => each.most))
  const [gapMs, heldMs] = [median(gapLatencies), median(heldLatencies)]
  return {
    sentence:
      known > 0
        ? `${inGap} of ${count(known, 'event')} came up while the server had no question: ${fateOf(lost)}, ` +
          `and up to ${most} came together in one answer.`
        : 'Of no event in this run is known whether a question was waiting for it.',
    details: [
      `A question is away for one round trip: ${duration(tripMs)}, measured here.`,
      ...figures.map(
        ({ perSecond, events, answers, together }) =>
          `At ${count(perSecond, 'event')} a second: ${count(events, 'event')} in ${count(answers, 'answer')}, ${together} of them with more than one.`,
      ),
      ...(gapMs !== undefined && heldMs !== undefined
        ? [
            `Median latency of an event that met no question: ${duration(gapMs)}; of one that met a held question: ${duration(heldMs)}.`,
          ]
        : []),
      ...(repeated > 0 ? [`${count(repeated, 'event')} came twice.`] : []),
    ],
    // What is lost has no due time here, so nobody can say whether a question was waiting for it.
    choice: lost > 0 || inGap === 0 ? undefined : most > 1 ? 1 : 2,
    ...((lost > 0 || repeated > 0 || inGap === 0 || !(gapMs! >= (heldMs ?? 0))) && {
      surprise:
        lost > 0
          ? 'Events are missing, which must not happen: the cursor should have asked for them. Whether they came up between two questions this run does not tell.'
          : repeated > 0
            ? 'An event should come once: the cursor of each question names the last one.'
            : inGap === 0
              ? 'No event fell between two questions this time, so there is nothing to see. Run it again.'
              : 'An event that meets no question should come later than one that does. So few of them scatter; run it again.',
    }),
  }
}

const fateOf = (lost: number) =>
  lost === 0 ? 'none was lost' : lost === 1 ? '1 event was lost' : `${lost} events were lost`

export const table = ({ exchanges }: Data): Table => ({
  caption: 'Questions and answers, by this page’s clock',
  columns: ['question', 'asked at, ms', 'answered at, ms', 'held and under way, ms', 'events in the answer'],
  rows: exchanges.map(({ askedAt, answeredAt, events }, index) => [
    ...[index + 1, askedAt, answeredAt],
    answeredAt === undefined ? undefined : answeredAt - askedAt,
    events,
  ]),
})
