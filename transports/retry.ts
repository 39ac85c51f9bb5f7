// The part of a client that all four share: one attempt at a time, back-off between them, an end that is final.
import { backoffMs, retryAfterMs } from '../src/core/backoff.ts'
import type { ConnectOptions, Connection } from './contract.ts'

/** What an attempt tells; after `lost` or `ended` it is over and nothing more it says is heard. */
export interface Attempt {
  readonly over: boolean
  /** The line works: the next failure starts from the shortest back-off again. */
  opened(): void
  /** The line broke but comes back by itself. */
  waiting(cause: unknown): void
  /** The line is lost: try again after a jittered wait, or after `waitMs` when the server said how long (Retry-After). */
  lost(cause: unknown, waitMs?: number): void
  /** Trying again would only get the same answer. */
  ended(cause: unknown): void
}

/** Runs `attempt` now and after each loss, until `close()` or a terminal answer. `attempt` returns what tears it down. */
export function retrying(onState: ConnectOptions['onState'], attempt: (line: Attempt) => () => void): Connection {
  let failures = 0
  let closed = false
  let current: { over: boolean; tearDown?: () => void } | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  function abandon() {
    clearTimeout(timer)
    if (!current) return
    current.over = true
    current.tearDown?.()
    current = undefined
  }

  function start() {
    const mine: NonNullable<typeof current> = (current = { over: false })
    onState?.('connecting')
    if (mine.over) return // the listener closed us
    const tearDown = attempt({
      get over() {
        return mine.over
      },
      opened() {
        if (mine.over) return
        failures = 0
        onState?.('open')
      },
      waiting(cause) {
        if (!mine.over) onState?.('waiting', cause)
      },
      lost(cause, waitMs = 0) {
        if (mine.over) return
        abandon()
        timer = setTimeout(start, waitMs + backoffMs(failures++))
        onState?.('waiting', cause)
      },
      ended(cause) {
        if (!mine.over) end(cause)
      },
    })
    if (mine.over) tearDown()
    else mine.tearDown = tearDown
  }

  function end(cause?: unknown) {
    if (closed) return
    closed = true
    abandon()
    onState?.('closed', cause)
  }

  timer = setTimeout(start) // the caller gets its connection before the first callback
  return { close: () => end() }
}

/** Calls `expired` when it was not fed for `ms`: the only way to notice a line that died without a word. */
export function watchdog(ms: number, expired: () => void): { feed(nextMs?: number): void; stop(): void } {
  let fedAt = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  // Feeding only notes the time: a timer set anew for every event was 6 % of a client's work.
  function look() {
    const left = fedAt + ms - performance.now()
    if (left > 0) timer = setTimeout(look, left)
    else expired()
  }
  function feed(nextMs = ms) {
    fedAt = performance.now()
    if (nextMs === ms) return
    ms = nextMs
    clearTimeout(timer)
    timer = setTimeout(look, ms)
  }
  fedAt = performance.now()
  timer = setTimeout(look, ms)
  return { feed, stop: () => clearTimeout(timer) }
}

export interface Refused {
  status: number
  /** How long the server asked us to stay away (Retry-After). */
  retryAfterMs: number | undefined
}

/** EventSource and WebSocket do not tell a page why they were refused; the same question as a fetch does. */
export async function askStatus(url: string, fetch: typeof globalThis.fetch): Promise<Refused> {
  const response = await fetch(url, { headers: { accept: 'text/event-stream, */*;q=0.1' } })
  await response.body?.cancel()
  return { status: response.status, retryAfterMs: retryAfterMs(response.headers.get('retry-after')) }
}
