// One stream for many followers: whoever holds the lock reads it and tells the others; when it goes, the next one goes on at its cursor.
import { parseCursor } from '../../../src/core/event.ts'
import type { Cursor } from '../../../src/core/event.ts'

export interface Membership {
  /** That of the lock and of the channel: everything of this origin that uses it, in whatever tab, is one group. */
  name: string
  after: Cursor
  /** Opens the one stream. @returns what closes it. */
  open(after: Cursor, onEvent: (id: Cursor) => void): { close(): void }
  /** Each event once, in order. */
  onEvent(id: Cursor): void
  onLead(): void
}

/**
 * [W3C Web Locks] a lock is held until its promise settles or its page is gone, so a crashed leader is replaced too.
 * @returns what leaves the group, and gives up the lock; the others go on.
 */
export function joinGroup({ name, after, open, onEvent, onLead }: Membership): { close(): void } {
  const channel = new BroadcastChannel(name)
  const leaving = new AbortController()
  let cursor = after

  const take = (id: Cursor) => {
    if (parseCursor(id)!.offset <= parseCursor(cursor)!.offset) return // a new leader may tell again what the old one told last
    cursor = id
    onEvent(id)
  }
  channel.addEventListener('message', ({ data }: MessageEvent<Cursor>) => take(data))

  navigator.locks
    .request(name, { signal: leaving.signal }, async () => {
      if (leaving.signal.aborted) return
      onLead()
      const stream = open(cursor, (id) => {
        take(id)
        channel.postMessage(id)
      })
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
