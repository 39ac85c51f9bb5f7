// What the answers of polling and long polling carry: body bytes, and the events in them. Heads and TLS are counted at the socket.
import { ServerResponse } from 'node:http'
import { Http2ServerResponse } from 'node:http2'
import type { Http2ServerRequest } from 'node:http2'

export interface Answers {
  bodyBytes: number
  events: number
  eventBytes: number
}

const AFTER = /[?&]after=[a-z0-9]+\.(\d+)/
const CURSOR = /^\{"cursor":"[a-z0-9]+\.(\d+)"/
const CURSOR_BYTES = 64

/**
 * Watches every answer of this process that is sent with `end(body)`. How many events a body carries follows from the two
 * cursors, the one asked for and the one answered, so that nothing is parsed: measuring must not cost what it measures.
 * `bytesUpTo` says how many bytes the events up to an offset have together.
 */
export function watchAnswers(bytesUpTo: (offset: number) => number): Answers {
  const sum: Answers = { bodyBytes: 0, events: 0, eventBytes: 0 }
  const watch = (response: { end: (...args: never[]) => unknown }, urlOf: (self: never) => string | undefined) => {
    const { end } = response
    response.end = function (this: never, ...args: never[]) {
      const body: unknown = args[0]
      if (Buffer.isBuffer(body)) count(urlOf(this) ?? '', body)
      return end.apply(this, args)
    }
  }
  watch(ServerResponse.prototype, (self: ServerResponse) => self.req.url)
  watch(Http2ServerResponse.prototype, (self: Http2ServerResponse & { req: Http2ServerRequest }) => self.req.url)

  function count(url: string, body: Buffer) {
    sum.bodyBytes += body.length
    const after = AFTER.exec(url)?.[1]
    const cursor = CURSOR.exec(body.toString('latin1', 0, CURSOR_BYTES))?.[1]
    if (after === undefined || cursor === undefined) return // `now`, or an error: no events in it
    sum.events += Number(cursor) - Number(after)
    sum.eventBytes += bytesUpTo(Number(cursor)) - bytesUpTo(Number(after))
  }
  return sum
}
