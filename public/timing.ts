// The server's clock, read by how the browser's network side asked and was answered (W3C Resource Timing): a fetch alone is seen through
// this page's busy thread.
import { clock } from './clock.ts'
import type { Clock } from './clock.ts'

export interface Timing {
  readonly clock: Clock
  /** An answer with the server's time is here: it was asked for then. */
  take(asked: number, serverMs: number): void
  close(): void
}

/** By then the browser has told how an exchange went. */
const ENTRY_MS = 100

/** `path` is of what is asked, as it is now. */
export function timing(path: () => string): Timing {
  const time = clock()
  let latest: PerformanceResourceTiming | undefined
  // An observer, for the list that a page can read holds 250 entries and polling fills it.
  const observer = new PerformanceObserver((list) => {
    const entries = list.getEntriesByName(new URL(path(), location.href).href)
    latest = (entries.at(-1) as PerformanceResourceTiming | undefined) ?? latest
  })
  observer.observe({ type: 'resource' })

  /** The exchange between these two moments, and no other. */
  const between = (asked: number, answered: number) =>
    latest && latest.startTime >= asked && latest.startTime <= answered && latest.requestStart > 0 ? latest : undefined

  return {
    clock: time,
    take(asked, serverMs) {
      const answered = performance.now()
      time.take(asked, answered, serverMs)
      setTimeout(() => {
        const told = between(asked, answered)
        if (told) time.take(told.requestStart, told.responseStart, serverMs)
      }, ENTRY_MS)
    },
    close: () => observer.disconnect(),
  }
}
