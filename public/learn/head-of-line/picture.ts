// The picture of “Head-of-line blocking”: four streams on one time axis, and when their lines let nothing pass.
import { drawn } from '../picture.ts'
import { timeline } from '../timeline.ts'
import { STALL_MS } from './answer.ts'
import type { Data } from './answer.ts'
import { AFTER_MS, BEFORE_MS } from './run.ts'

export const picture = drawn(({ streams, stalledAt, now }: Data) => {
  const begin = stalledAt ?? BEFORE_MS
  return timeline({
    ...{ from: begin - BEFORE_MS, to: begin + STALL_MS + AFTER_MS },
    rows: streams.map(({ name, note, isStalled, events }) => ({
      ...{ name: `Stream ${name}`, note, lane: 'sse' },
      spans:
        isStalled && stalledAt !== undefined ? stalled(stalledAt, now) : [{ from: 0, to: now, kind: 'open' as const }],
      marks: events.map(({ at }) => ({ at, kind: 'event' as const })),
    })),
    legend: { open: 'the line passes bytes', held: 'the line is stalled', event: 'an event is read' },
  })
})

const stalled = (begin: number, now: number) => [
  { from: 0, to: begin, kind: 'open' as const },
  { from: begin, to: Math.min(now, begin + STALL_MS), kind: 'held' as const },
  ...(now > begin + STALL_MS ? [{ from: begin + STALL_MS, to: now, kind: 'open' as const }] : []),
]
