// An answer that never ends: its head, and how its connection is HTTP no longer.
import type { Duplex } from 'node:stream'
import type { Env } from './contract.ts'

type Outgoing = Env['Bindings']['outgoing']

/** Sends the head; from then on bytes go straight to the socket or the HTTP/2 stream: no chunk sizes, no web stream. */
export function openStream(outgoing: Outgoing, http2: boolean): Duplex {
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
export function leaveHttp(incoming: Env['Bindings']['incoming']) {
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
