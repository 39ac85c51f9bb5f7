// A feed that is not to be trusted, for the calibration and the tests: what it loses, repeats, turns round or alters on the way, the bench must report.
import type { After, Entry, Feed, Page } from '../src/core/feed.ts'
import type { LineBytes } from './line.ts'

export interface Fault {
  /** `miscount`: the feed is served well, and the server's count of its bytes is too low by one in so many. */
  kind: 'loss' | 'duplicate' | 'reorder' | 'corrupt' | 'miscount'
  /** At each so manyth offset. */
  every: number
}

/** The same feed, but who follows it is served badly; altered it is for who asks, too. */
export function faulty(feed: Feed, { kind, every }: Fault): Feed {
  const isHit = ({ offset }: Entry) => offset % every === 0
  const alter = (page: Page): Page =>
    kind === 'corrupt'
      ? { ...page, entries: page.entries.map((entry) => (isHit(entry) ? altered(entry) : entry)) }
      : page
  return {
    ...feed,
    get tail() {
      return feed.tail
    },
    since: (after: After, limit, maxBytes) => alter(feed.since(after, limit, maxBytes)),
    follow(after, listener) {
      /** Out of order: it comes after the one that follows it. */
      let kept: Entry | undefined
      return feed.follow(after, (page) => {
        const { entries, ...rest } = alter(page)
        listener({ ...rest, entries: entries.flatMap(serve) })
      })

      function serve(entry: Entry): Page['entries'] {
        if (kept) {
          const late = kept
          kept = undefined
          return [entry, late]
        }
        if (!isHit(entry) || kind === 'corrupt' || kind === 'miscount') return [entry]
        if (kind === 'loss') return []
        if (kind === 'duplicate') return [entry, entry]
        kept = entry
        return []
      }
    },
  }
}

/** One letter of its padding is another; it is an event still, and as long. */
function altered(entry: Entry): Entry {
  const bytes = Uint8Array.from(entry.bytes)
  bytes[bytes.lastIndexOf('x'.charCodeAt(0))] = 'y'.charCodeAt(0)
  return { ...entry, bytes }
}

export function miscounted<Counted extends LineBytes>(traffic: Counted, { kind, every }: Fault): Counted {
  const { tls, plain } = traffic
  const less = ({ up, down }: LineBytes['tls']) => ({ up: up - up / every, down: down - down / every })
  return kind === 'miscount' ? { ...traffic, tls: less(tls), plain: less(plain) } : traffic
}
