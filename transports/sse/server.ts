// SSE, server side: one answer that never ends. The event is written the moment it is there; nobody asks twice.
import { Hono } from 'hono'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { After } from '../../src/core/feed.ts'
import { broadcast } from '../broadcast.ts'
import type { Env, Routes } from '../contract.ts'
import { Refusal, readLastEventId, queryReader } from '../request.ts'

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

  app.get('/', ({ env: { incoming, outgoing } }) => {
    const { after: fromQuery } = query(incoming)
    const after = readLastEventId(incoming) ?? fromQuery ?? 'now'
    if (!accepts(incoming.headers.accept))
      throw new Refusal(406, 'not_acceptable', 'this is a stream: send Accept: text/event-stream, or none')
    if (stop.aborted) throw new Refusal(503, 'going_away', 'the server is stopping; come back', { 'retry-after': '1' })

    const stream = openStream(outgoing, incoming.httpVersionMajor === 2)
    if (incoming.method === 'HEAD') outgoing.end()
    else {
      leaveParser(incoming)
      follow(stream, after)
    }
    stream.uncork() // head, hello and replay leave in one write
    return RESPONSE_ALREADY_SENT
  })

  function follow(stream: Duplex, after: After) {
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
    stream.once('close', leave)
  }

  return app
}

/** RFC 9110 §12.5.1; `q=0` means "not this one". */
function accepts(accept = '*/*'): boolean {
  const isOurs = /^\s*(text\/event-stream|text\/\*|\*\/\*)\s*(;|$)/i
  return accept.split(',').some((range) => isOurs.test(range) && !/;\s*q=0(\.0*)?\s*$/i.test(range))
}

/** Sends the head; from then on bytes go straight to the socket or the HTTP/2 stream: no chunk sizes, no web stream. */
function openStream(outgoing: Env['Bindings']['outgoing'], http2: boolean): Duplex {
  const stream = http2 ? (outgoing as unknown as { stream: Duplex }).stream : (outgoing.socket as Duplex)
  stream.cork()
  outgoing.setHeader('content-type', 'text/event-stream; charset=utf-8')
  outgoing.setHeader('cache-control', 'no-store, no-transform')
  outgoing.setHeader('x-content-type-options', 'nosniff')
  if (!outgoing.hasHeader('vary')) outgoing.setHeader('vary', 'Origin')
  outgoing.setHeader('x-accel-buffering', 'no')
  if (!http2) {
    // RFC 9112 §6.3: without a length, the body ends with the connection.
    outgoing.setHeader('connection', 'close')
    outgoing.removeHeader('transfer-encoding')
  }
  outgoing.writeHead(200)
  outgoing.flushHeaders()
  return stream
}

/**
 * As after an Upgrade, Node puts its parser away when it is done with this request: what a stream keeps is its socket, and nothing
 * of the request. Not where there is still something to parse: a body, or an answer that had to wait for its turn.
 */
function leaveParser(incoming: Env['Bindings']['incoming']) {
  const { complete, headers, httpVersionMajor } = incoming
  if (
    httpVersionMajor === 2 ||
    complete ||
    headers['content-length'] !== undefined ||
    headers['transfer-encoding'] !== undefined
  )
    return
  Object.assign(incoming, { upgrade: true })
}
