// When the browser's network side asked and was answered (W3C Resource Timing): a fetch alone is seen through this page's busy thread.

export interface Timing {
  /** The exchange between these two moments, and no other; the browser tells of it a moment after its end. */
  between(asked: number, answered: number): PerformanceResourceTiming | undefined
  close(): void
}

/** `path` is of what is watched, as it is now. */
export function timing(path: () => string): Timing {
  let latest: PerformanceResourceTiming | undefined
  // An observer, for the list that a page can read holds 250 entries and polling fills it.
  const observer = new PerformanceObserver((list) => {
    const entries = list.getEntriesByName(new URL(path(), location.href).href)
    latest = (entries.at(-1) as PerformanceResourceTiming | undefined) ?? latest
  })
  observer.observe({ type: 'resource' })
  return {
    between: (asked, answered) =>
      latest && latest.startTime >= asked && latest.startTime <= answered && latest.requestStart > 0
        ? latest
        : undefined,
    close: () => observer.disconnect(),
  }
}
