// When the latest events were published, for a page that follows one of them from when it was due until it is painted.
import type { Cursor } from '../core/event.ts'
import type { Feed } from '../core/feed.ts'

export interface Published {
  /** @returns ms since the Unix epoch; undefined when that is not known, or no longer. */
  at(id: Cursor): number | undefined
  stop(): void
}

const KEEP = 512

/** `clock` is the one that says when events are due. */
export function notePublished(feed: Feed, clock: () => number): Published {
  const times = new Map<Cursor, number>()
  const stop = feed.follow('now', ({ entries }) => {
    const now = clock()
    for (const { id } of entries) times.set(id, now)
    while (times.size > KEEP) times.delete(times.keys().next().value!) // the oldest: a Map keeps the order
  })
  return { at: (id) => times.get(id), stop }
}
