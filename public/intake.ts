// What a lane does with each event that comes: how late it was, whether one is missing, what its story makes of it.
import type { FeedEvent } from '../src/core/event.ts'
import type { Arrivals } from './arrivals.ts'
import type { Bench } from './bench.ts'
import { noteIn } from './note.ts'
import type { Draft } from './sight.ts'
import type { Story } from './story.ts'

export interface IntakeOptions {
  bench: Bench
  arrivals: Arrivals
  /** Whether latency means anything now: the browser does not slow this tab down. */
  isMeasuring(): boolean
}

export interface Intake {
  /** @returns when it came (performance.now()). */
  take(event: FeedEvent): number
  /** After a pause: what was due before now is late by a person's choice. */
  resume(now: number): void
  /** What is lost and comes twice counts for this story from now on. */
  begin(story: Story): void
}

const ITEMS = 6

export function intake(seen: Draft, { bench, arrivals, isMeasuring }: IntakeOptions): Intake {
  let resumedAt = -Infinity
  const begun = new WeakMap<Story, { lost: number; repeated: number }>()

  return {
    take(event) {
      const received = performance.now()
      const first = arrivals.first(event.id, received)
      const due = bench.clock.toPage(event.at)
      // Without doors no clock is read, and the first arrival stands for it; with doors it will be known in a moment.
      const since = due ?? (bench.why ? first : undefined)
      const latencyMs = since === undefined ? undefined : received - since
      const noted = noteIn(event, received)
      seen.heardAt = received
      if ((due ?? first) <= resumedAt) seen.caughtUp++
      else if (latencyMs !== undefined && isMeasuring())
        seen.samples.add({ id: event.id, due: event.at, received, latencyMs, isNote: noted !== undefined })
      seen.tally.event(event.id)
      seen.items.unshift({ event, latencyMs, ...(noted && { note: noted.text }) })
      seen.items.length = Math.min(seen.items.length, ITEMS)
      seen.note = noted ?? seen.note
      const { tally, story } = seen
      const before = story && begun.get(story)
      if (before) story.event(received, due, tally.lost - before.lost, tally.repeated - before.repeated)
      return received
    },
    resume: (now) => (resumedAt = now),
    begin: (story) => void begun.set(story, { lost: seen.tally.lost, repeated: seen.tally.repeated }),
  }
}
