// Manners on a connection, below the requests: one answer at a time, a word to those who send none, an end for those who stay silent.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { errorBody } from './errors.ts'

const answering = new WeakMap<Socket, ServerResponse>()
/** Requests that wait on a connection for the answers before theirs. */
const queued = new WeakMap<Socket, number>()
const MAX_QUEUED = 100

/** The connection has left HTTP: nothing is kept here of its last exchange. */
export function forget(socket: Socket, outgoing: ServerResponse) {
  outgoing.detachSocket(socket)
  answering.delete(socket)
}

/** The answer to this request, where it has taken the connection over: all that comes after it is its own. */
export function streamOn(socket: Socket, incoming: IncomingMessage): ServerResponse | undefined {
  const outgoing = answering.get(socket)
  return outgoing?.req === incoming ? outgoing : undefined
}
export const isAnswering = (socket: Socket) => answering.get(socket)?.closed === false

/**
 * Pipelined requests are served one after the other: a connection then costs one page of the feed in memory, not a thousand, and
 * nothing is counted as open that Node would forget without a `close` when the connection breaks.
 */
export function inTurn(incoming: IncomingMessage, outgoing: ServerResponse, act: () => void) {
  if ('stream' in outgoing) return act() // HTTP/2 has streams for that
  const { socket } = incoming
  const before = answering.get(socket)
  answering.set(socket, outgoing)
  if (!before || before.closed) act()
  else {
    const waiting = (queued.get(socket) ?? 0) + 1
    if (waiting > MAX_QUEUED) return void socket.destroy() // behind an answer that takes its time this would only grow
    queued.set(socket, waiting)
    before.once('close', () => {
      queued.set(socket, queued.get(socket)! - 1)
      if (!socket.destroyed) act()
    })
  }
}

/** What never became a request: say why where a client can read it, then go; a silent one is not waited for. */
export function refuse(error: NodeJS.ErrnoException, socket: Duplex) {
  const status =
    { HPE_HEADER_OVERFLOW: 431, HPE_CHUNK_EXTENSIONS_OVERFLOW: 413, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ??
    400
  const isHttp = error.code?.startsWith('HPE_') || error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  if (!isHttp || !socket.writable) return void socket.destroy()
  const body = errorBody(
    'bad_request',
    'this is not a request that RFC 9112 allows, or it came too slowly or too large',
  )
  socket.write(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  hangUp(socket)
}

/** Lets the answer out, then ends for good: unread bytes from the client would turn the end into a reset that eats the answer. */
export function hangUp(socket: Duplex) {
  socket.end()
  socket.resume()
  setTimeout(() => socket.destroy(), 500).unref()
}

/**
 * Node ends idle HTTP/1.1 connections, but not HTTP/2 sessions without streams. `raw` is the TCP socket below it: a session that is closed or
 * destroyed waits until the last write is through, and behind a reader that has stopped it never is.
 */
export function closeWhenIdle(session: ServerHttp2Session, raw: Socket | undefined, idleMs: number) {
  let open = 0
  let isOver = false
  let timer = setTimeout(goAway, idleMs)
  const letGo = () => void raw?.destroy()
  function goAway() {
    if (session.destroyed) return letGo() // the peer took leave, and Node waits for it to hang up too
    session.goaway()
    timer = setTimeout(letGo, idleMs)
  }
  session.on('stream', (stream) => {
    open++
    clearTimeout(timer)
    stream.on('error', () => undefined) // a reset stream closes; whoever uses it listens for that
    stream.once('close', () => {
      if (--open === 0 && !isOver) timer = setTimeout(goAway, idleMs)
    })
  })
  session.once('close', () => {
    isOver = true
    clearTimeout(timer)
  })
}
