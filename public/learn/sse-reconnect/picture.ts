// The picture of “A stream that breaks and goes on”: two readers on one time axis, and what one of them never had.
import { drawn } from '../picture.ts'
import { timeline } from '../timeline.ts'
import { AFTER_MS, offsetOf } from './answer.ts'
import type { Data, Side } from './answer.ts'
import { BEFORE_MS } from './run.ts'

export const picture = drawn((data: Data) =>
  timeline({
    to: BEFORE_MS + AFTER_MS,
    rows: (
      [
        ['EventSource', 'sends Last-Event-ID', data.eventSource],
        ['fetch by hand', 'remembers no id', data.plain],
      ] as const
    ).map(([name, note, side]) => ({
      ...{ name, note, lane: 'sse', spans: spansOf(side, data.now) },
      marks: [
        ...side.events.map(({ at }) => ({ at, kind: 'event' as const })),
        ...missingOf(side, data).map(({ due }) => ({ at: due, kind: 'lost' as const })),
        ...(data.cutAt === undefined ? [] : [{ at: data.cutAt, kind: 'request' as const }]),
      ],
    })),
    legend: {
      open: 'the stream is open',
      away: 'no stream',
      event: 'an event is read',
      lost: 'an event that was never read (at the time it was due)',
      request: 'the lab cuts the line',
    },
  }),
)

/** What a reader never had and the other one had: only of that is known when it was due. */
function missingOf({ events }: Side, { eventSource, plain }: Data) {
  const sides = [eventSource, plain]
  if (sides.some((side) => side.events.length === 0)) return [] // nothing to compare yet
  const had = new Set(events.map(({ id }) => id))
  const from = offsetOf(events[0]!.id)
  // The last ones may still be on their way to one of them.
  const until = Math.min(...sides.map((side) => offsetOf(side.events.at(-1)!.id)))
  return sides
    .flatMap((side) => side.events)
    .filter(({ id }) => !had.has(id) && offsetOf(id) > from && offsetOf(id) <= until)
}

const spansOf = ({ stretches }: Side, now: number) =>
  stretches.flatMap(({ from, to }, index) => [
    { from, ...(to !== undefined && { to }), kind: 'open' as const },
    ...(to === undefined ? [] : [{ from: to, to: stretches[index + 1]?.from ?? now, kind: 'away' as const }]),
  ])
