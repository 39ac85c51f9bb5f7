// Every bound in force, in one place: `GET /limits` shows this object. A bound is a promise: what passes it gets a clear answer.

export type Limits = typeof defaults
export type LimitName = keyof Limits

export const defaults = {
  /** Retention of the feed, whichever comes first. */
  retentionEvents: 10_000,
  retentionBytes: 64 * 2 ** 20,
  retentionMs: 3_600_000,

  /** Encoded `data` of one event; body of one request; one WebSocket message. */
  dataBytes: 16 * 1024,
  bodyBytes: 64 * 1024,
  messageBytes: 64 * 1024,
  messageFragments: 64,

  /** `limit` of polling and long polling, and the bytes of one answer. */
  pageEvents: 100,
  pageEventsMax: 1000,
  pageBytes: 2 ** 20,
  waitSeconds: 25,
  /** Push waits so long after an event for more that leave in the same write; 0: it waits for nothing. */
  batchMs: 0,

  heartbeatMs: 15_000,
  pingMs: 20_000,
  pongMs: 10_000,
  /** A stream ends after this long, ± 10 %: Node cannot see a silently dead SSE line in any other way. */
  sseAgeMs: 300_000,
  retryMs: 1000,

  /** A reader with this much queued, or that took nothing for this long, is slow and is dropped; it resumes by cursor. */
  queueBytes: 2 ** 20,
  stallMs: 10_000,
  /** How long a dropped WebSocket may take over its closing handshake. */
  closeMs: 3000,

  headers: 100,
  headerBytes: 16 * 1024,
  headersMs: 5000,
  requestMs: 10_000,
  idleMs: 5000,
  handshakeMs: 5000,
  /** TCP connections at once, whatever is done on them; the next one is closed. */
  connections: 20_000,

  /** Held lines (SSE, WSS, waiting long polls): of one session, of one address, of all. */
  linesPerSession: 50,
  linesPerAddress: 200,
  lines: 10_000,

  /** Client messages on one WebSocket, and publishes of one guest, in 10 s; pings and pongs of one WebSocket in 10 s. */
  messagesPer10s: 30,
  controlFramesPer10s: 300,
  /** Of one guest, in 10 s: what sets the rate, a bench or the range. Each fault at all lanes is four. */
  changesPer10s: 100,

  sessions: 10_000,
  sessionMs: 12 * 3_600_000,
  /** Of an account: ends when it was not used for so long; a line that is held is use. So many live at once, the newest. */
  sessionIdleMs: 2 * 3_600_000,
  sessionsPerAccount: 20,

  accounts: 10_000,
  /**
   * Passwords that are hashed at once, each on a thread of Node's pool (UV_THREADPOOL_SIZE), which has four: one stays for files, names and
   * letters. And those that wait for it.
   */
  hashings: 3,
  hashingsWaiting: 64,
  /** How long a ticket for one WebSocket, and a link that resets a password, may be used. */
  ticketMs: 30_000,
  resetMs: 900_000,

  idempotencyKeys: 10_000,
  idempotencyMs: 600_000,

  stopMs: 4500,

  /** `Strict-Transport-Security`: a year, which is the least, too. */
  hstsSeconds: 31_536_000,
}

/** The longest time a timer can wait: beyond it setTimeout fires at once. */
const TIMER_MAX = 2 ** 31 - 1

/** Those that defend the lab itself have a ceiling at which they still do: no flag is to be what the range calls “off”. */
const ranges: Partial<Record<LimitName, [min: number, max: number]>> = {
  waitSeconds: [1, 86_400],
  hstsSeconds: [defaults.hstsSeconds, Number.MAX_SAFE_INTEGER],
  batchMs: [0, 1000],
  heartbeatMs: [100, 800_000_000], // a client gives up after 2.5 of them
  pingMs: [100, TIMER_MAX],
  pongMs: [100, TIMER_MAX],
  sseAgeMs: [1000, 1_900_000_000], // ± 10 %
  retentionEvents: [1, 100_000_000],
  messageBytes: [1, 2 ** 20],
  messageFragments: [1, 1024],
  controlFramesPer10s: [1, 10_000],
  headersMs: [1, 60_000],
  requestMs: [1, 60_000],
  headers: [1, 10_000],
  headerBytes: [1024, 2 ** 20],
  sessions: [1, 10_000_000], // a table is laid out for all of its rows
  idempotencyKeys: [1, 10_000_000],
}

/** The least and the most that a limit may be set to; 0 would mean "none at all" in one place and "no bound" in another. */
export function rangeOf(name: LimitName): [min: number, max: number] {
  return ranges[name] ?? [1, name.endsWith('Ms') ? TIMER_MAX : name.endsWith('Bytes') ? 2 ** 40 : 1_000_000_000]
}

/** What two limits cannot mean together, in one line; undefined when they go together. */
export function conflictOf({ pageEvents, pageEventsMax, headersMs, requestMs }: Limits): string | undefined {
  if (pageEvents > pageEventsMax) return `pageEvents (${pageEvents}) is more than pageEventsMax (${pageEventsMax})`
  if (headersMs > requestMs) return `headersMs (${headersMs}) is more than requestMs (${requestMs})`
  return undefined
}
