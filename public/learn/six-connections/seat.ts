// What opens streams, in a tab of its own or in this page: it does one thing at a time, as it is told, and says what came of it.
import type { Cursor } from '../../../src/core/event.ts'
import { connect } from '../../../transports/sse/client.ts'
import { joinGroup } from './leader.ts'

export type Order =
  | { kind: 'open'; url: string }
  | { kind: 'follow'; origin: string; after: Cursor; group: string }
  /** What it did until now is closed; each other order does that too. */
  | { kind: 'close' }

export type Word =
  | { kind: 'ready' }
  /** The stream said its first word, so many milliseconds after it was asked for. */
  | { kind: 'opened'; ms: number }
  | { kind: 'failed' }
  | { kind: 'leads' }
  | { kind: 'had'; id: Cursor }
  /** Events that cannot be had any more. */
  | { kind: 'gap' }
  | { kind: 'closed' }

export interface Seat {
  take(order: Order): void
  close(): void
}

export function seat(tell: (word: Word) => void): Seat {
  let open: { close(): void } | undefined
  function close() {
    open?.close()
    open = undefined
  }
  return {
    take(order) {
      close()
      if (order.kind === 'open') open = stream(order.url, tell)
      else if (order.kind === 'follow') open = follower(order, tell)
      else tell({ kind: 'closed' })
    },
    close,
  }
}

function stream(url: string, tell: (word: Word) => void): EventSource {
  const asked = performance.now()
  const source = new EventSource(url)
  source.addEventListener('hello', () => tell({ kind: 'opened', ms: performance.now() - asked }), { once: true })
  source.addEventListener('error', () => tell({ kind: 'failed' }))
  return source
}

const follower = ({ origin, after, group }: Order & { kind: 'follow' }, tell: (word: Word) => void) =>
  joinGroup({
    ...{ name: group, after },
    open: (cursor, { onEvent, onGap }) => connect({ origin, after: cursor, onEvent: ({ id }) => onEvent(id), onGap }),
    onEvent: (id) => tell({ kind: 'had', id }),
    onGap: () => tell({ kind: 'gap' }),
    onLead: () => tell({ kind: 'leads' }),
  })
