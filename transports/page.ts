// The JSON that polling and long polling answer with, put together from events that were encoded once.
import type { Page } from '../src/core/feed.ts'
import type { Env } from './contract.ts'

type Outgoing = Env['Bindings']['outgoing']

/** An answer made once for all who get the same one. */
export interface Body {
  /** Text, not bytes: Node puts the head before it and writes once, instead of gathering two pieces. */
  text: string
  fields: Record<string, string>
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
  const own = { 'content-type': 'application/json', 'content-length': String(whole.length) }
  return { text: whole.toString(), fields: { ...own, ...FIELDS } }
}

/** The answer to a request that does not wait. */
export function answer(outgoing: Outgoing, body: Body): Response {
  return new Response(body.text, { headers: fieldsOf(outgoing, body) })
}

/** RFC 9110 §15.4.5: what the client has is still all there is. */
export function unchanged(outgoing: Outgoing, etag: string): Response {
  return new Response(null, { status: 304, headers: fieldsOf(outgoing, { fields: { ...FIELDS, etag } }) })
}

/** The answer to a request that has waited: without the promise that a Response would need, which costs a tenth of it all. */
export function answerLate(outgoing: Outgoing, body: Body): void {
  outgoing.writeHead(200, fieldsOf(outgoing, body)).end(body.text)
}

/** CORS: two origins may get two answers. Who names none gets no word of it, for what is not stored is not mixed up. */
function fieldsOf(outgoing: Outgoing, { fields }: Pick<Body, 'fields'>): Record<string, string> {
  const isSaid = outgoing.req.headers.origin === undefined || outgoing.hasHeader('vary')
  return isSaid ? fields : { ...fields, vary: 'Origin' }
}

/** Never stored, and never taken for something else than it is. */
const FIELDS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
const COMMA = Buffer.from(',')
