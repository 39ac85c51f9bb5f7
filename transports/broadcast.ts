// The hub under SSE and WSS: one follower of the feed, what is due framed once, one chunk written to every connection.
import type { Duplex } from 'node:stream'
import { formatCursor, parseCursor } from '../src/core/event.ts'
import type { Cursor, Gap } from '../src/core/event.ts'
import type { After, Entry, Feed, Page } from '../src/core/feed.ts'
import type { Limits } from '../src/core/limits.ts'

/** How one transport writes what there is to say. Each is called once, whatever the number of connections. */
export interface Framing {
  event(entry: Entry): Uint8Array
  gap(gap: Gap): Uint8Array
  heartbeat(tail: Cursor): Uint8Array
}

/** One open connection, as the hub sees it. */
export interface Line {
  /** The TLS socket, or the HTTP/2 stream: bytes are written here and nowhere else. */
  readonly stream: Duplex
  /** The reader takes nothing, or too little. Called once; the line has left by then. */
  slow(): void
  /** The server is going away. The line has left by then. */
  goAway(): void
  /** Called about once a second while the line is open. */
  tick?(now: number): void
}

export interface Broadcast {
  /** Replays what lies after `after`, then keeps the line up to date until the returned function is called. */
  join(line: Line, after: After): () => void
  readonly size: number
}

interface Seat {
  line: Line
  /** Position the line has been written up to. */
  cursor: Cursor
  live: boolean
  written: number
  /** Bytes the reader had taken when it last took some, and when that was. */
  taken: number
  takenAt: number
}

/** A resuming line is fed in pages of this size, the next one when the last was taken: the log waits, not our memory. */
const REPLAY_BYTES = 64 * 1024
const SWEEP_MS = 1000

export function broadcast(feed: Feed, limits: Limits, stop: AbortSignal, framing: Framing): Broadcast {
  const seats = new Set<Seat>()
  let unfollow: (() => void) | undefined
  let sweeper: NodeJS.Timeout | undefined
  let beatAt = 0
  /** Position up to which the feed has called us, and its tail at the last sweep. */
  let head = feed.tail
  let tailBefore = feed.tail
  let window: NodeJS.Timeout | undefined

  /** With a batching window, its first event starts it; what was published when it ends leaves together. */
  function due(page: Page) {
    if (limits.batchMs === 0) deliver(page)
    else window ??= setTimeout(() => deliver(feed.since(head)), limits.batchMs)
  }

  /** Everything published in one turn, or in one window, to all that are up to date, as one write. */
  function deliver(page: Page) {
    window = undefined
    const chunk = chunkOf(page)
    head = page.cursor
    const from = formatCursor({ epoch: feed.epoch, offset: (page.entries[0]?.offset ?? 0) - 1 })
    for (const seat of [...seats]) {
      if (!seat.live) continue // still reading the log; it gets there by itself
      // A burst larger than a page is read from the log like any backlog, or it would make every reader a slow one.
      if (seat.cursor === from && chunk.length <= REPLAY_BYTES) {
        seat.cursor = page.cursor
        write(seat, chunk)
      } else catchUp(seat) // or it joined in this very turn and has seen part of the batch: the log says which
    }
    rotate()
  }

  function chunkOf({ gap, entries }: Page): Uint8Array {
    const parts = entries.map((entry) => framing.event(entry))
    if (gap) parts.unshift(framing.gap(gap))
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  }

  /** Reads the log from where the line is to the tail, no faster than the reader takes it, then goes live. */
  function catchUp(seat: Seat, after: After = seat.cursor) {
    const page = feed.since(after, Infinity, REPLAY_BYTES)
    // A line that fell out of the log while it was reading it was too slow; at the start it was simply away.
    if (page.gap && seat.written > 0 && !seat.live) page.gap.reason = 'slow'
    seat.live = false
    seat.cursor = page.cursor
    if (page.entries.length === 0 && !page.gap) {
      seat.live = true
      return
    }
    if (write(seat, chunkOf(page))) setImmediate(() => seats.has(seat) && catchUp(seat))
    else seat.line.stream.once('drain', () => seats.has(seat) && catchUp(seat))
  }

  /** @returns whether the stream wants more now. */
  function write(seat: Seat, chunk: Uint8Array): boolean {
    const { stream } = seat.line
    seat.written += chunk.length
    const more = stream.write(chunk)
    if (stream.writableLength > limits.queueBytes) drop(seat)
    return more
  }

  stop.addEventListener('abort', () => {
    for (const seat of [...seats]) {
      // What was published in this very turn or window has not left yet, and there is no later one.
      const rest = feed.since(seat.cursor)
      if (seat.live && rest.entries.length > 0) seat.line.stream.write(chunkOf(rest))
      leave(seat)
      seat.line.goAway()
    }
  })

  function drop(seat: Seat) {
    leave(seat)
    seat.line.slow()
  }

  function leave(seat: Seat) {
    seats.delete(seat)
    if (seats.size > 0) return
    unfollow?.()
    unfollow = undefined
    clearTimeout(window)
    window = undefined
    clearInterval(sweeper)
    sweeper = undefined
  }

  /** One timer for all lines: stalled readers, heartbeats, and what the transport itself wants to look at. */
  function sweep() {
    const now = performance.now()
    const beat = now - beatAt >= limits.heartbeatMs
    if (beat) beatAt = now
    // A tail of a whole sweep ago that never came to us is a wake-up that was lost: the log has it.
    if (!window && offsetOf(head) < offsetOf(tailBefore)) {
      head = feed.tail
      for (const seat of [...seats]) if (seat.live) catchUp(seat)
    }
    tailBefore = feed.tail
    const heartbeat = beat ? framing.heartbeat(head) : undefined
    for (const seat of [...seats]) {
      const waiting = seat.line.stream.writableLength
      const taken = seat.written - waiting
      if (taken > seat.taken || waiting === 0) {
        seat.taken = taken
        seat.takenAt = now
      } else if (now - seat.takenAt >= limits.stallMs) {
        drop(seat)
        continue
      }
      if (heartbeat && seat.live && seat.cursor === head) write(seat, heartbeat)
      if (seats.has(seat)) seat.line.tick?.(now)
    }
  }

  /** Who was first is last next time. */
  function rotate() {
    const [first] = seats
    if (!first) return
    seats.delete(first)
    seats.add(first)
  }

  return {
    get size() {
      return seats.size
    },
    join(line, after) {
      const now = performance.now()
      const seat: Seat = { line, cursor: feed.tail, live: false, written: 0, taken: 0, takenAt: now }
      seats.add(seat)
      if (!unfollow) {
        head = tailBefore = feed.tail
        unfollow = feed.follow('now', due)
      }
      if (!sweeper) {
        beatAt = now
        sweeper = setInterval(sweep, Math.min(SWEEP_MS, limits.heartbeatMs))
      }
      catchUp(seat, after)
      return () => leave(seat)
    },
  }
}

const offsetOf = (cursor: Cursor) => parseCursor(cursor)!.offset
