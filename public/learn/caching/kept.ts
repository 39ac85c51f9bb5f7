// Where the answer of a fetch came from, by what the browser tells of it: the network, its cache, or its cache after it had asked. Pure.

/** One fetch with a cache mode. */
export interface Fetched {
  what: string
  cacheControl: string
  mode: RequestCache
  /** As the browser tells it: 0 means that nothing went over the network. */
  transferBytes: number
  bodyBytes: number
  /** Of the body as it was sent, or kept: it may be compressed. */
  encodedBytes: number
}

/** A fixed number of the standard stands for an answer that was checked and not sent again (W3C Resource Timing). */
const CHECKED_BYTES = 300

export function wayOf({ transferBytes, encodedBytes }: Fetched): string {
  if (!Number.isFinite(transferBytes)) return 'in a way that the browser does not tell'
  if (transferBytes === 0) return 'from the cache, with nothing sent'
  return transferBytes < encodedBytes || (transferBytes === CHECKED_BYTES && encodedBytes > 0)
    ? 'from the cache, after a 304'
    : 'whole over the network'
}

/** What the browser’s own cache did with what may be kept and with what may not. */
export function keptIn(fetched: readonly Fetched[]): string[] {
  const again = fetched.filter(({ mode }) => mode === 'force-cache')
  const [icon, feed] = ['/public/', '/feed/'].map((path) => again.find(({ what }) => what.startsWith(path)))
  return icon && feed
    ? [
        `Asked again, the icon (${icon.cacheControl}) came ${wayOf(icon)}; the feed (${feed.cacheControl}) came ${wayOf(feed)}.`,
      ]
    : []
}
