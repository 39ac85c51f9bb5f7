// SSE, server side: one answer that never ends. The event is written the moment it is there; nobody asks twice.
import { Hono } from 'hono'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { After } from '../../src/core/feed.ts'
import { broadcast } from '../broadcast.ts'
import type { Client, Env, Routes } from '../contract.ts'
import { Refusal, readLastEventId, queryReader } from '../request.ts'
import { leaveHttp, openStream } from '../stream.ts'

/** [WHATWG HTML 9.2.5] One event: its id for `Last-Event-ID`, its data on one line (JSON has no line breaks), an empty line. */
const message = (id: string, data: Uint8Array | string, event = '') =>
  Buffer.concat([Buffer.from(`${event}id:${id}\ndata:`), Buffer.from(data), Buffer.from('\n\n')])

export const routes: Routes = (feed, limits, stop) => {
  const app = new Hono<Env>()
  const query = queryReader(limits)
  const hub = broadcast(feed, limits, stop, {
    event: ({ id, bytes }) => message(id, bytes),
    gap: (gap) => message(gap.to, JSON.stringify(gap), 'event:gap\n'),
    heartbeat: (tail) => message(tail, tail, 'event:heartbeat\n'),
  })

  app.get('/', ({ env: { incoming, outgoing, client } }) => {
    const { after: fromQuery } = query(incoming)
    const after = readLastEventId(incoming) ?? fromQuery ?? 'now'
    if (!accepts(incoming.headers.accept))
      throw new Refusal(406, 'not_acceptable', 'this is a stream: send Accept: text/event-stream, or none')
    if (stop.aborted) throw new Refusal(503, 'going_away', 'the server is stopping; come back', { 'retry-after': '1' })

    const stream = openStream(outgoing, incoming.httpVersionMajor === 2)
    if (incoming.method === 'HEAD') outgoing.end()
    else {
      leaveHttp(incoming)
      follow(stream, after, client)
    }
    stream.uncork() // head, hello and replay leave in one write
    return RESPONSE_ALREADY_SENT
  })

  function follow(stream: Duplex, after: After, { whenEnded }: Client) {
    const { cursor, gap } = feed.since(after, 0)
    const hello = JSON.stringify({ cursor, heartbeatMs: limits.heartbeatMs })
    // Before a gap the hello has no id: whoever loses the line in between must be told of the gap again.
    stream.write(`retry:${limits.retryMs}\nevent:hello\n${gap ? '' : `id:${cursor}\n`}data:${hello}\n\n`)

    const end = () => {
      if ('destroySoon' in stream) (stream as Socket).destroySoon()
      else stream.end()
      // A reader that takes nothing would keep its line, and what waits for it, past any age.
      const late = setTimeout(() => stream.destroy(), limits.stallMs)
      stream.once('close', () => clearTimeout(late))
    }
    const endsAt = performance.now() + limits.sseAgeMs * (0.9 + 0.2 * Math.random())
    const tick = (now: number) => {
      if (now < endsAt) return
      leave()
      end()
    }
    const goAway = () => {
      stream.write(`retry:${Math.round(limits.retryMs * (0.5 + Math.random()))}\n\n`)
      end()
    }
    const leave = hub.join({ stream, slow: () => stream.destroy(), goAway, tick }, after)
    // EventSource comes back by itself, and is told 401.
    const forget = whenEnded?.(() => {
      leave()
      end()
    })
    stream.once('close', () => {
      leave()
      forget?.()
    })
  }

  return app
}

/** RFC 9110 §12.5.1; `q=0` means "not this one". */
function accepts(accept = '*/*'): boolean {
  const isOurs = /^\s*(text\/event-stream|text\/\*|\*\/\*)\s*(;|$)/i
  return accept.split(',').some((range) => isOurs.test(range) && !/;\s*q=0(\.0*)?\s*$/i.test(range))
}
