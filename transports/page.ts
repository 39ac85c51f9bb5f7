// The JSON that polling and long polling answer with, put together from events that were encoded once; and how it is sent.
import type { Page } from '../src/core/feed.ts'
import type { Env } from './contract.ts'

/** Sent as text, not as bytes: Node then puts the head before it and writes once, instead of gathering two pieces. */
export interface Body {
  text: string
  /** Bytes of it in UTF-8. */
  length: number
}

/** `{"cursor":…,"events":[…],"gap"?:…}` */
export function pageBody({ cursor, entries, gap }: Page): Body {
  const parts: Uint8Array[] = [Buffer.from(`{"cursor":"${cursor}","events":[`)]
  for (const [index, { bytes }] of entries.entries()) {
    if (index > 0) parts.push(COMMA)
    parts.push(bytes)
  }
  parts.push(Buffer.from(gap ? `],"gap":${JSON.stringify(gap)}}` : ']}'))
  const whole = Buffer.concat(parts)
  return { text: whole.toString(), length: whole.length }
}

/** Ends an answer with a page. `fields` are name, value, name, value. */
export function sendPage(outgoing: Env['Bindings']['outgoing'], { text, length }: Body, fields: string[] = []): void {
  // RFC 9112 §9.3: a connection stays open without being told to; Node would say so in 47 bytes of each answer.
  if (outgoing.shouldKeepAlive) outgoing.removeHeader('connection')
  const own = ['content-type', 'application/json', 'content-length', String(length)]
  outgoing.writeHead(200, [...own, ...feedFields(outgoing), ...fields])
  outgoing.end(text, length === text.length ? 'latin1' : 'utf8') // the same bytes then, copied instead of encoded
}

/** What an answer of the feed says of itself: never stored, never taken for something else, and who asks matters (CORS). */
export function feedFields(outgoing: Env['Bindings']['outgoing']): string[] {
  return outgoing.hasHeader('vary') ? FIELDS : [...FIELDS, 'vary', 'Origin']
}
const FIELDS = ['cache-control', 'no-store', 'x-content-type-options', 'nosniff']
const COMMA = Buffer.from(',')
