// One stream for many followers: whoever holds the lock reads it and tells the others; when it goes, the next one goes on at its cursor.
import { parseCursor } from '../../../src/core/event.ts'
import type { Cursor, Gap } from '../../../src/core/event.ts'

/** Who is told of each event and of each gap, as the one stream brings them. */
export interface Reader {
  onEvent(id: Cursor): void
  onGap(gap: Gap): void
}

/** Each event once, in order; each gap before what comes after it. */
export interface Membership extends Reader {
  /** That of the lock and of the channel: everything of this origin that uses it, in whatever tab, is one group. */
  name: string
  after: Cursor
  /** Opens the one stream. @returns what closes it. */
  open(after: Cursor, reader: Reader): { close(): void }
  onLead(): void
}

/** What passes on the channel. */
type Told = { id: Cursor } | { gap: Gap }

/**
 * [W3C Web Locks] a lock is held until its promise settles or its page is gone, so a crashed leader is replaced too.
 * @returns what leaves the group, and gives up the lock; the others go on.
 */
export function joinGroup({ name, after, open, onEvent, onGap, onLead }: Membership): { close(): void } {
  const channel = new BroadcastChannel(name)
  const leaving = new AbortController()
  let cursor = after

  /** A new leader may tell again what the old one told last. Of two epochs no number says which is later: what comes last is. */
  function isKnown(to: Cursor): boolean {
    const [its, mine] = [parseCursor(to)!, parseCursor(cursor)!]
    return its.epoch === mine.epoch && its.offset <= mine.offset
  }
  function take(told: Told) {
    const to = 'id' in told ? told.id : told.gap.to
    // From here a gap may lead back, too: a lab that has lost its last events.
    if (isKnown(to) && !('gap' in told && told.gap.from === cursor)) return
    cursor = to
    if ('id' in told) onEvent(told.id)
    else onGap(told.gap)
  }
  channel.addEventListener('message', ({ data }: MessageEvent<Told>) => take(data))

  navigator.locks
    .request(name, { signal: leaving.signal }, async () => {
      if (leaving.signal.aborted) return
      onLead()
      const tell = (told: Told) => {
        take(told)
        channel.postMessage(told)
      }
      const stream = open(cursor, { onEvent: (id) => tell({ id }), onGap: (gap) => tell({ gap }) })
      await new Promise((resolve) => leaving.signal.addEventListener('abort', resolve, { once: true }))
      stream.close()
    })
    .catch((error: unknown) => {
      if (!leaving.signal.aborted) throw error // left while it was waiting for the lock
    })

  return {
    close() {
      leaving.abort()
      channel.close()
    },
  }
}
