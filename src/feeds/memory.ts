// The default log: the last events in memory, bounded by count, bytes and age. A new one is a new epoch.
import { createHash, randomInt } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { encodeEvent, faultOf, formatCursor, parseCursor } from '../core/event.ts'
import type { Cursor, Draft, FeedEvent } from '../core/event.ts'
import { PublishError, resolve } from '../core/feed.ts'
import type { After, Entry, Feed, Page } from '../core/feed.ts'

export interface MemoryFeedOptions {
  events?: number
  bytes?: number
  ageMs?: number
  /** Largest `data` of an event, as encoded. */
  dataBytes?: number
  /** Keys remembered for idempotent publishing, each for `keyAgeMs`. */
  keys?: number
  keyAgeMs?: number
  /** Milliseconds since the Unix epoch, fractional. */
  clock?: () => number
  /** Monotonic milliseconds: age must not follow a wall clock that jumps. */
  monotonic?: () => number
}

interface Follower {
  next: number
  listener: (page: Page) => void
}

export function memoryFeed(options: MemoryFeedOptions = {}): Feed {
  const { events = 10_000, bytes = 64 * 2 ** 20, ageMs = 3_600_000, dataBytes = 16 * 1024 } = options
  const { clock = Date.now, monotonic = () => performance.now() } = options
  const epoch = newEpoch()
  const at = (offset: number) => formatCursor({ epoch, offset })
  // By hash of the body: the table is as large as its keys, whatever was published under them.
  const published = new LRUCache<string, { hash: string; id: Cursor; at: number }>({
    max: options.keys ?? 10_000,
    ttl: options.keyAgeMs ?? 600_000,
  })
  const followers = new Set<Follower>()

  // A ring would save nothing here: `head` moves, and the array is cut when half of it is dead.
  let log: { entry: Entry; kept: number; publishedAt: number }[] = []
  let head = 0
  let heldBytes = 0
  let tail = 0
  let flushed = 0
  let flushing: NodeJS.Immediate | undefined

  const oldest = () => tail - (log.length - head) + 1

  function expire() {
    const dead = monotonic() - ageMs
    while (head < log.length) {
      const first = log[head]!
      if (log.length - head <= events && heldBytes <= bytes && first.kept >= dead) break
      heldBytes -= first.entry.bytes.length
      head++
    }
    if (head > 1024 && head * 2 > log.length) {
      log = log.slice(head)
      head = 0
    }
  }

  function slice(next: number, limit: number, maxBytes: number): Entry[] {
    const entries: Entry[] = []
    let size = 0
    for (let index = head + next - oldest(); index < log.length && entries.length < limit; index++) {
      const { entry } = log[index]!
      size += entry.bytes.length
      if (entries.length > 0 && size > maxBytes) break
      entries.push(entry)
    }
    return entries
  }

  function since(after: After, limit = Infinity, maxBytes = Infinity): Page {
    expire()
    const { next, gap } = resolve(after, { epoch, oldest: oldest(), tail })
    const entries = slice(next, limit, maxBytes)
    return { ...(gap && { gap }), entries, cursor: at(next - 1 + entries.length) }
  }

  /** Events published in one turn of the loop leave together: one call a follower, one write a connection. */
  function flush() {
    flushing = undefined
    const from = flushed + 1
    flushed = tail
    const batch = since(at(from - 1))
    for (const follower of [...followers]) {
      if (!followers.has(follower)) continue // it left while the others were called
      if (follower.next > tail) continue // its replay had these already
      const mine = follower.next === from ? batch : since(at(follower.next - 1))
      follower.next = tail + 1
      try {
        follower.listener(mine)
      } catch (error) {
        // One bad follower must not cost the others their events: the last-resort handler logs and counts it.
        queueMicrotask(() => {
          throw error
        })
      }
    }
    rotate()
  }

  /** Who was first is last next time, so that no client is always the latest. */
  function rotate() {
    const [first] = followers
    if (!first) return
    followers.delete(first)
    followers.add(first)
  }

  async function publish(draft: Draft, key?: string): Promise<FeedEvent> {
    const fault = faultOf(draft, dataBytes)
    if (fault) throw new PublishError(fault.code, fault.message)
    const hash = key === undefined ? '' : sha256(JSON.stringify([draft.type, draft.data]))
    const before = key === undefined ? undefined : published.get(key)
    if (before && before.hash !== hash)
      throw new PublishError('key_reused', 'this Idempotency-Key was used with another body; take a new key')
    if (before) return { id: before.id, at: before.at, type: draft.type, data: draft.data }

    const offset = ++tail
    const now = clock()
    const event = { id: at(offset), at: round(draft.at ?? now), type: draft.type, data: draft.data }
    const { id, at: due } = event
    const entry = { offset, id, at: due, bytes: encodeEvent(event) }
    log.push({ entry, kept: monotonic(), publishedAt: round(now) })
    heldBytes += entry.bytes.length
    expire()
    if (key !== undefined) published.set(key, { hash, id, at: due })
    flushing ??= setImmediate(flush)
    return event
  }

  return {
    epoch,
    get tail() {
      return at(tail)
    },
    publish,
    publishedAt(id) {
      expire()
      const position = parseCursor(id)
      if (position?.epoch !== epoch || position.offset < oldest()) return undefined
      return log[head + position.offset - oldest()]?.publishedAt
    },
    since,
    follow(after, listener) {
      const replay = since(after)
      const follower = { next: tail + 1, listener }
      followers.add(follower)
      if (replay.gap || replay.entries.length > 0) listener(replay)
      return () => void followers.delete(follower)
    },
    close() {
      clearImmediate(flushing)
      followers.clear()
      log = []
      head = heldBytes = 0
    },
  }
}

/** Random, so that it never comes back, whatever the wall clock does. */
function newEpoch(): string {
  return Array.from({ length: 8 }, () => randomInt(36).toString(36)).join('')
}

/** Microseconds are what a clock here can tell; more digits would only be bytes on the wire. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64')
