// A feed that is not to be trusted, for the calibration: what it loses, repeats and turns round on the way, the bench must report.
import type { Entry, Feed, Page } from '../src/core/feed.ts'

export interface Fault {
  kind: 'loss' | 'duplicate' | 'reorder'
  /** At each so manyth offset. */
  every: number
}

/** The same feed, but who follows it is served badly. */
export function faulty(feed: Feed, { kind, every }: Fault): Feed {
  const isHit = ({ offset }: Entry) => offset % every === 0
  return {
    ...feed,
    get tail() {
      return feed.tail
    },
    follow(after, listener) {
      /** Out of order: it comes after the one that follows it. */
      let kept: Entry | undefined
      return feed.follow(after, (page) => listener({ ...page, entries: page.entries.flatMap(serve) }))

      function serve(entry: Entry): Page['entries'] {
        if (kept) {
          const late = kept
          kept = undefined
          return [entry, late]
        }
        if (!isHit(entry)) return [entry]
        if (kind === 'loss') return []
        if (kind === 'duplicate') return [entry, entry]
        kept = entry
        return []
      }
    },
  }
}
