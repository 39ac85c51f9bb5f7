// The picture of “One URL, four transports”: the four exchanges on one time axis.
import { drawn } from '../picture.ts'
import { timeline } from '../timeline.ts'
import type { Data } from './answer.ts'
import { LOOK_MS } from './run.ts'

export const picture = drawn(({ asked, now }: Data) =>
  timeline({
    to: Math.max(LOOK_MS, now),
    rows: asked.map((each) => ({
      name: each.name,
      lane: each.name,
      note: each.said,
      spans: [
        { from: each.askedAt, to: each.headAt ?? now, kind: 'held' as const },
        ...(each.headAt === undefined ? [] : [{ from: each.headAt, to: each.endAt ?? now, kind: 'open' as const }]),
      ],
      marks: [
        { at: each.askedAt, kind: 'request' as const },
        ...each.events.map((at) => ({ at, kind: 'event' as const })),
      ],
    })),
    legend: {
      request: 'the request goes out',
      held: 'no answer yet',
      open: 'the answer goes on',
      event: 'an event is read',
    },
  }),
)
