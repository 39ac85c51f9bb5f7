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

  /** Held lines (SSE, WSS, waiting long polls): of one session, of one address, of all. */
  linesPerSession: 50,
  linesPerAddress: 200,
  lines: 10_000,

  /** Client messages on one WebSocket, and publishes of one guest, in 10 s; pings and pongs of one WebSocket in 10 s. */
  messagesPer10s: 30,
  controlFramesPer10s: 300,

  sessions: 10_000,
  sessionMs: 12 * 3_600_000,
  idempotencyKeys: 10_000,
  idempotencyMs: 600_000,

  stopMs: 4500,

  /** `Strict-Transport-Security`; with 0 a browser forgets that `localhost` is HTTPS only (RFC 6797 §6.1.1). */
  hstsSeconds: 31_536_000,
}
