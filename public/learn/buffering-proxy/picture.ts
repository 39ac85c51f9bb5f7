// The picture of “Proxies that buffer”: the five readers on one time axis.
import { drawn } from '../picture.ts'
import { timeline } from '../timeline.ts'
import type { Data } from './answer.ts'
import { AFTER_MS, BEHIND_MS } from './run.ts'

export const picture = drawn((data: Data) =>
  timeline({
    to: BEHIND_MS + AFTER_MS,
    rows: data.readers.map(({ name, note, lane, events, states, changedAt }) => {
      const openedAt = states.find(({ state }) => state === 'open')?.at
      return {
        ...{ name, note, lane: changedAt === undefined ? lane : 'long-polling' },
        spans:
          openedAt === undefined ? [{ from: 0, kind: 'held' as const }] : [{ from: openedAt, kind: 'open' as const }],
        marks: [
          ...events.map(({ at }) => ({ at, kind: 'event' as const })),
          ...[changedAt, data.removedAt].flatMap((at) => (at === undefined ? [] : [{ at, kind: 'request' as const }])),
        ],
      }
    }),
    legend: {
      held: 'asked, and not a word yet',
      open: 'the first word has come',
      event: 'an event is read',
      request: 'plan B begins; the proxy is taken away',
    },
  }),
)
