// The picture of “Between two long polls”: when events are due and read, and when a question is there, on one time axis.
import { drawn } from '../picture.ts'
import { timeline } from '../timeline.ts'
import type { Data } from './answer.ts'
import { PHASE_MS, RATES } from './run.ts'

export const picture = drawn(({ exchanges, events, tripMs, now }: Data) => {
  /** Before a round trip is known, as if there were none. */
  const halfMs = (tripMs || 0) / 2
  return timeline({
    to: RATES.length * PHASE_MS + 300,
    rows: [
      {
        name: 'events are due',
        note: 'at the lab',
        lane: '',
        spans: [],
        marks: events.map(({ due }) => ({ at: due, kind: 'event' as const })),
      },
      {
        name: 'a question is there',
        note: 'at the lab',
        lane: 'long-polling',
        spans: exchanges.map(({ askedAt, answeredAt }) => ({
          from: askedAt + halfMs,
          to: answeredAt === undefined ? now : Math.max(askedAt + halfMs, answeredAt - halfMs),
          kind: 'open' as const,
        })),
        marks: [],
      },
      {
        name: 'question … answer',
        note: 'in this page',
        lane: 'long-polling',
        spans: exchanges.map(({ askedAt, answeredAt }) => ({
          ...{ from: askedAt, kind: 'held' as const },
          to: answeredAt ?? now,
        })),
        marks: exchanges.map(({ askedAt }) => ({ at: askedAt, kind: 'request' as const })),
      },
      {
        name: 'events are read',
        note: 'in this page',
        lane: 'long-polling',
        spans: [],
        marks: events.map(({ at }) => ({ at, kind: 'event' as const })),
      },
    ],
    legend: {
      event: 'an event',
      open: 'the server holds a question',
      held: 'asked, not answered',
      request: 'the page asks',
    },
  })
})
