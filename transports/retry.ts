// The part of a client that all four share: one attempt at a time, back-off between them, an end that is final.
import { backoffMs, isTerminalStatus, retryAfterMs } from '../src/core/backoff.ts'
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
        const inMs = waitMs + backoffMs(failures++)
        timer = setTimeout(start, inMs)
        onState?.('waiting', cause, inMs)
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

/** A timer that is so late was held up by this process, or by sleep: what waits in its sockets meanwhile is read first. */
const HELD_UP_MS = 100

/** Calls `expired` when it was not fed for `ms`: the only way to notice a line that died without a word. */
export function watchdog(ms: number, expired: () => void): { feed(nextMs?: number): void; stop(): void } {
  let fedAt = 0
  let dueAt = 0
  let wasHeldUp = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function set(inMs: number) {
    dueAt = performance.now() + inMs
    timer = setTimeout(look, inMs)
  }
  // Feeding only notes the time: a timer set anew for every event was 6 % of a client's work.
  function look() {
    const now = performance.now()
    const left = fedAt + ms - now
    if (left > 0) set(left)
    else if (!wasHeldUp && now - dueAt > HELD_UP_MS) {
      wasHeldUp = true
      set(HELD_UP_MS)
    } else expired()
  }
  function feed(nextMs = ms) {
    fedAt = performance.now()
    wasHeldUp = false
    if (nextMs === ms) return
    ms = nextMs
    clearTimeout(timer)
    set(ms)
  }
  fedAt = performance.now()
  set(ms)
  return { feed, stop: () => clearTimeout(timer) }
}

/** Of what a refusal says nobody reads more: it may never end. */
export const REFUSAL_LENGTH = 2000

export interface Refused {
  status: number
  retryAfterMs: number | undefined
  /** Its words; empty when it had none. */
  message: string
}

/** @param body of our servers `{"error":{code,message}}`, of others anything */
export function refusedBy(status: number, retryAfter: string | null, body: string): Refused {
  return { status, retryAfterMs: retryAfterMs(retryAfter), message: wordsOf(body) }
}

function wordsOf(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error: { message: unknown } }
    if (typeof error.message === 'string') return error.message.slice(0, 200)
  } catch {
    // not ours: whatever it is
  }
  return body.slice(0, 200).trim()
}

export async function refusalOf(response: Response): Promise<Refused> {
  const text = await startOf(response).catch(() => '') // it broke: the status is known
  return refusedBy(response.status, response.headers.get('retry-after'), text)
}

/** Of what is no refusal, nothing. */
async function startOf({ ok, body }: Response): Promise<string> {
  const pieces = body?.getReader()
  const [decoder, limit] = [new TextDecoder(), ok ? 0 : REFUSAL_LENGTH]
  let text = ''
  while (pieces && text.length < limit) {
    const { done, value } = await pieces.read()
    if (done) return text
    text += decoder.decode(value, { stream: true })
  }
  void pieces?.cancel().catch(() => undefined) // nobody waits for what nobody reads
  return text
}

/** Node's platform tells it with the event; a page is not told why an EventSource or a WebSocket was refused, and asks again by fetch. */
export async function whyRefused(event: unknown, url: string, fetch: typeof globalThis.fetch): Promise<Refused> {
  const { error } = (event ?? {}) as { error?: { refused?: Refused | Promise<Refused> } }
  return error?.refused ?? refusalOf(await fetch(url, { headers: { accept: 'text/event-stream, */*;q=0.1' } }))
}

/** The end of this line, or of this attempt, as the answer says. */
export function settle(line: Attempt, name: string, { status, message, retryAfterMs: waitMs }: Refused) {
  const cause = new Error(`${name}: HTTP ${status}${message && `: ${message}`}`)
  if (isTerminalStatus(status)) line.ended(cause)
  else line.lost(cause, waitMs)
}
