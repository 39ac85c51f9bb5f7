// What a client may ask for, read strictly: a wrong parameter is an answer 400 that says what was expected, never a guess.
import type { IncomingMessage } from 'node:http'
import { isCursor } from '../src/core/event.ts'
import type { After } from '../src/core/feed.ts'
import type { Limits } from '../src/core/limits.ts'

/** A request we answer with an error: `{"error":{code,message}}` on every transport, before any stream or upgrade. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Record<string, string>
  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.code = code
    this.headers = headers
  }
}

export interface Query {
  after?: After
  limit: number
  waitSeconds?: number
  /** A page names its lane, so that the server can count for it. */
  lane?: string
}

const KNOWN = ['after', 'limit', 'wait', 'lane']
const LANE = /^[a-z0-9-]{1,40}$/

/** Whoever waits for the same event asks the same: the last query is not read twice. */
export function queryReader(limits: Limits): (incoming: IncomingMessage) => Query {
  let [lastUrl, last] = ['', readQuery('', limits)]
  return ({ url = '' }) => {
    if (url !== lastUrl) [last, lastUrl] = [readQuery(url, limits), url]
    return last
  }
}

/** @throws {Refusal} 400 bad_cursor, bad_limit, bad_wait, bad_lane, bad_parameter (unknown or repeated names: a typo would lose events). */
function readQuery(url: string, limits: Limits): Query {
  const values = new Map<string, string>()
  const start = url.indexOf('?')
  if (start >= 0)
    for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
      if (!KNOWN.includes(name)) throw bad('parameter', `unknown parameter; known are ${KNOWN.join(', ')}`)
      if (values.has(name)) throw bad(name === 'after' ? 'cursor' : name, `${name} is given more than once`)
      values.set(name, value)
    }
  const [after, limit, wait, lane] = KNOWN.map((name) => values.get(name))
  if (lane !== undefined && !LANE.test(lane)) throw bad('lane', 'lane is 1–40 of a–z, 0–9 and -')
  return {
    ...(after !== undefined && { after: readAfter(after) }),
    limit: limit === undefined ? limits.pageEvents : whole('limit', limit, 1, limits.pageEventsMax),
    ...(wait !== undefined && { waitSeconds: whole('wait', wait, 0, limits.waitSeconds) }),
    ...(lane !== undefined && { lane }),
  }
}

/** @throws {Refusal} 400 bad_cursor */
export function readAfter(text: string): After {
  if (text === 'now' || text === 'earliest') return text
  return readCursor(text, 'after must be the id of an event (epoch.offset), now or earliest')
}

/** `Last-Event-ID` [WHATWG HTML, server-sent events]: a cursor, never a word. @throws {Refusal} 400 bad_cursor */
export function readLastEventId(incoming: IncomingMessage): After | undefined {
  const header = incoming.headers['last-event-id']
  return header === undefined
    ? undefined
    : readCursor(String(header), 'Last-Event-ID must be the id of an event (epoch.offset)')
}

/** `Prefer: wait=N` (RFC 7240 §4.3). A preference that cannot be honoured is ignored, as the RFC asks. */
export function readPreferWait(incoming: IncomingMessage, limits: Limits): number | undefined {
  const match = /(?:^|[,;])\s*wait=(\d{1,9})\s*(?:[,;]|$)/i.exec(String(incoming.headers.prefer ?? ''))
  return match ? Math.min(Number(match[1]), limits.waitSeconds) : undefined
}

/** `If-None-Match` (RFC 9110 §13.1.2): weak comparison against each of a list, or `*`. */
export function matchesEtag(incoming: IncomingMessage, etag: string): boolean {
  const header = incoming.headers['if-none-match']
  return header?.split(',').some((each) => ['*', etag, `W/${etag}`].includes(each.trim())) ?? false
}

function readCursor(text: string, expected: string): After {
  if (!isCursor(text)) throw bad('cursor', expected)
  return text
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = /^(0|[1-9]\d{0,8})$/.test(text) ? Number(text) : NaN
  if (!(value >= min && value <= max)) throw bad(name, `${name} must be a whole number from ${min} to ${max}`)
  return value
}

function bad(what: string, message: string): Refusal {
  return new Refusal(400, `bad_${what}`, message)
}
