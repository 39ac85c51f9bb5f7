// Follows the feed with the real client of a transport and notes what it did: questions, answers, events, states, by the page's clock.
import type { Cursor, FeedEvent } from '../../src/core/event.ts'
import { clients } from '../../transports/clients.ts'
import type { TransportName } from '../../transports/clients.ts'
import type { ConnectionState, Platform } from '../../transports/contract.ts'
import type { Bench } from '../bench.ts'
import { tally } from '../tally.ts'
import type { Counts } from '../tally.ts'

/** All times are milliseconds since `startedAt`. */
export interface Got {
  id: Cursor
  /** When it was due at the lab. */
  readonly due: number
  /** When this page had it. */
  readonly at: number
}

/** One request of polling or long polling. */
export interface Exchange {
  askedAt: number
  /** Its head came. */
  answeredAt?: number
  events: number
}

/** What was lost or repeated is known by the ids, which have no holes. */
export interface Followed extends Counts {
  readonly events: readonly Got[]
  readonly exchanges: readonly Exchange[]
  readonly states: readonly { at: number; state: ConnectionState }[]
  readonly isOpen: boolean
  close(): void
}

export interface FollowOptions {
  bench: Bench
  transport: TransportName
  /** Whose door it goes through; its own if nothing is said. Every door carries every transport. */
  door?: string
  after: Cursor
  pollMs?: number
  /** performance.now() that counts as 0. */
  startedAt: number
  platform?: Partial<Platform>
  onEvent?(event: FeedEvent): void
}

/** It is here now. */
export const got = ({ id, at }: FeedEvent, { clock }: Bench, startedAt: number): Got => ({
  ...{ id, at: performance.now() - startedAt },
  // When it is asked for: the longer two clocks were compared, the better.
  get due() {
    return (clock.toPage(at) ?? NaN) - startedAt
  },
})

export function follow(options: FollowOptions): Followed {
  const { bench, transport, door = transport, after, pollMs, startedAt, platform } = options
  const now = () => performance.now() - startedAt
  const counted = tally(after)
  const events: Got[] = []
  const exchanges: Exchange[] = []
  const states: { at: number; state: ConnectionState }[] = []
  const line = {
    ...{ events, exchanges, states, lost: 0, repeated: 0, gaps: 0, isOpen: false },
    close: () => connection.close(),
  }
  const count = () => ({ lost: line.lost, repeated: line.repeated, gaps: line.gaps } = counted)

  const connection = clients[transport]({
    origin: bench.door(door).origin,
    after,
    ...(pollMs !== undefined && { pollMs }),
    platform: {
      async fetch(input, init) {
        const exchange: Exchange = { askedAt: now(), events: 0 }
        exchanges.push(exchange)
        const response = await fetch(input, init)
        exchange.answeredAt = now()
        return response
      },
      EventSource,
      WebSocket,
      ...platform,
    },
    onEvent(event) {
      counted.event(event.id)
      count()
      events.push(got(event, bench, startedAt))
      const last = exchanges.at(-1)
      if (last) last.events++
      options.onEvent?.(event)
    },
    onGap(gap) {
      counted.gap(gap)
      count()
    },
    onState(state) {
      states.push({ at: now(), state })
      line.isOpen = state === 'open'
    },
  })

  return line
}
