// One stream for many followers: whoever holds the lock reads it and tells the others; when it goes, the next one goes on at its cursor.
import { parseCursor } from '../../src/core/event.ts'
import type { Cursor } from '../../src/core/event.ts'

export interface Follower {
  /** Ids it has, in order of arrival. */
  readonly ids: readonly Cursor[]
  readonly isLeader: boolean
  /** Gives up the lock if it has it. The others go on. */
  close(): void
}

/** Opens the one stream at `after`. @returns what closes it. */
export type OpenStream = (after: Cursor, onEvent: (id: Cursor) => void) => { close(): void }

/**
 * `name` is that of the lock and of the channel: everything of this origin that uses it, in whatever tab, is one group.
 * [W3C Web Locks] a lock is held until its promise settles or its page is gone, so a crashed leader is replaced too.
 */
export function joinGroup(name: string, after: Cursor, open: OpenStream): Follower {
  const channel = new BroadcastChannel(name)
  const leaving = new AbortController()
  const ids: Cursor[] = []
  let isLeader = false

  const take = (id: Cursor) => {
    const last = parseCursor(ids.at(-1) ?? after)!.offset
    if (parseCursor(id)!.offset > last) ids.push(id) // a new leader may tell again what the old one told last
  }
  channel.addEventListener('message', ({ data }: MessageEvent<Cursor>) => take(data))

  navigator.locks
    .request(name, { signal: leaving.signal }, async () => {
      if (leaving.signal.aborted) return
      isLeader = true
      const stream = open(ids.at(-1) ?? after, (id) => {
        take(id)
        channel.postMessage(id)
      })
      await new Promise((resolve) => leaving.signal.addEventListener('abort', resolve, { once: true }))
      stream.close()
      isLeader = false
    })
    .catch((error: unknown) => {
      if (!leaving.signal.aborted) throw error // left while it was waiting for the lock
    })

  return {
    ids,
    get isLeader() {
      return isLeader
    },
    close() {
      leaving.abort()
      channel.close()
    },
  }
}
