// One HTTPS server for all of it: TLS, HTTP/1.1 and HTTP/2 on one port, Upgrade and extended CONNECT, limits, and a clean stop.
import { constants, randomBytes } from 'node:crypto'
import { ServerResponse } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { createSecureServer } from 'node:http2'
import type { Http2SecureServer, Http2ServerResponse, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Hono } from 'hono'
import { WebSocketServer } from 'ws'
import type { Limits } from '../core/limits.ts'
import type { Env } from '../../transports/contract.ts'
import { SUBPROTOCOL } from '../../transports/handshake.ts'
import { giveUp } from '../../transports/page.ts'
import { errorBody, errorResponse } from './errors.ts'
import { watchWire } from './wire.ts'
import type { Wire } from './wire.ts'

export type HttpVersions = '1.1' | '2' | 'both'
export interface Credentials {
  key: string
  cert: string
}

export interface HttpsServer {
  wire: Wire
  listen(port: number, host: string): Promise<number>
  /** Another certificate for new handshakes; nobody is dropped. */
  renew(tls: Credentials): void
  /** A certificate of its own for one host name (SNI): a browser then keeps a connection of its own for it. */
  addName(name: string, tls: Credentials): void
  /** Waits for what is under way, at most `limits.stopMs`. @returns whether connections had to be broken. */
  close(): Promise<{ forced: boolean }>
}

const BACKLOG = 4096
const TLS_13_SUITES = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256'

/**
 * For every certificate. On TLS 1.2 only suites with forward secrecy and AEAD, as on 1.3 (RFC 9325 §4.2); no renegotiation, which
 * is work that a client can ask for again and again.
 */
const TLS = {
  minVersion: 'TLSv1.2',
  ciphers: `${TLS_13_SUITES}:ECDHE+AESGCM:ECDHE+CHACHA20`,
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
} as const

export function httpsServer(
  app: Hono<Env>,
  limits: Limits,
  tls: Credentials,
  versions: HttpVersions = 'both',
): HttpsServer {
  const offered = versions === 'both' ? ['h2', 'http/1.1'] : versions === '2' ? ['h2'] : ['http/1.1']
  const upgrades = new WeakMap<IncomingMessage, NonNullable<Env['Bindings']['upgrade']>>()
  const listener = getRequestListener(
    async (request, env) => {
      const bindings = env as Env['Bindings']
      const upgrade = upgrades.get(bindings.incoming)
      const response = await app.fetch(request, { ...bindings, ...(upgrade && { upgrade }) })
      // To HEAD, hono answers with a copy of the GET answer, and the copy does not know that a route has answered by itself.
      if (bindings.outgoing.headersSent) return RESPONSE_ALREADY_SENT
      const isWhole = !response.headers.has('x-hono-already-sent') // else a route keeps it: a wait, a stream, a WebSocket
      if (isWhole) giveUp(bindings.outgoing, limits.stallMs)
      return response
    },
    { errorHandler: errorResponse },
  ) as (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>

  const server = createSecureServer({
    ...tls,
    ...TLS,
    handshakeTimeout: limits.handshakeMs,
    // node:https has it by default, node:http2 only for HTTP/2: without it every second write of an SSE stream waits 40 ms.
    noDelay: true,
    allowHTTP1: versions !== '2',
    ALPNCallback: ({ protocols }) => offered.find((name) => protocols.includes(name)),
    settings: { enableConnectProtocol: true, maxConcurrentStreams: 250, maxHeaderListSize: limits.headerBytes },
    maxHeaderListPairs: limits.headers + 5,
    maxSessionInvalidFrames: 50,
    // Node's own: what the HTTP/1.1 side of this server runs with.
    http1Options: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.idleMs,
      connectionsCheckingInterval: 500,
      insecureHTTPParser: false,
      requireHostHeader: false, // refused by us instead: in our words, as JSON
    },
  } as Parameters<typeof createSecureServer>[0])
  // Zero keeps every header: with a maximum, Node drops later ones in silence, and one of them may be `Upgrade` or `Cookie`.
  ;(server as unknown as { maxHeadersCount: number }).maxHeadersCount = 0
  const wire = watchWire(server)
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    maxFragments: limits.messageFragments,
    closeTimeout: limits.closeMs,
    handleProtocols: () => SUBPROTOCOL,
  } as ConstructorParameters<typeof WebSocketServer>[0])

  const serve = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (incoming.method === 'OPTIONS' && incoming.url === '*') incoming.url = '/'
    inTurn(incoming, outgoing, () => void listener(incoming, outgoing))
  }
  server.on('request', serve as never)
  server.on('checkContinue', serve as never) // the body is invited when a route starts to read it
  server.on('checkExpectation', (_, outgoing: ServerResponse) => {
    const body = errorBody('bad_expectation', 'the only Expect known here is 100-continue')
    outgoing.writeHead(417, { 'content-type': 'application/json' }).end(body)
  })

  /** HTTP/1.1: an Upgrade runs through the same application as any request; only a route that accepts it leaves HTTP. */
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    if (isAnswering(socket)) return void socket.destroy() // behind an unanswered request: whose would the next bytes be?
    const outgoing = new ServerResponse(incoming)
    outgoing.shouldKeepAlive = false
    outgoing.assignSocket(socket)
    const ignore = () => undefined // a reset here is the client's business; `close` follows
    socket.on('error', ignore)
    outgoing.once('finish', () => hangUp(socket)) // refused: what the client sent after its head is never parsed
    upgrades.set(incoming, (accept) => {
      outgoing.detachSocket(socket)
      socket.off('error', ignore)
      sockets.handleUpgrade(incoming, socket, head, (webSocket) => accept(webSocket, socket))
    })
    serve(incoming, outgoing)
  })

  /** HTTP/2: extended CONNECT (RFC 8441) opens a WebSocket on one stream; `ws` does the rest on it as on a socket. */
  server.on('connect', ((incoming: IncomingMessage, outgoing: ServerResponse | Socket) => {
    if (incoming.httpVersionMajor !== 2) return void (outgoing as Socket).destroy()
    const response = outgoing as unknown as Http2ServerResponse
    if (incoming.headers[':protocol'] !== 'websocket') return serve(incoming, response as unknown as ServerResponse)
    incoming.method = 'GET'
    const { stream } = response
    upgrades.set(incoming, (accept) => {
      const headers = {
        ...incoming.headers,
        upgrade: 'websocket',
        'sec-websocket-key': randomBytes(16).toString('base64'),
      }
      answerOn(stream)
      sockets.handleUpgrade(
        { method: 'GET', url: incoming.url, headers } as never,
        stream,
        Buffer.alloc(0),
        (webSocket) => accept(webSocket, stream),
      )
    })
    serve(incoming, response as unknown as ServerResponse)
  }) as never)

  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => refuse(error, socket))
  server.on('session', (session: ServerHttp2Session) => closeWhenIdle(session, limits.idleMs))
  server.on('sessionError', () => undefined) // the session is gone; its streams have closed and left

  return {
    wire,
    listen: (port, host) => listen(server, port, host),
    renew: (next) => server.setSecureContext({ ...next, ...TLS }),
    addName: (name, own) => server.addContext(name, { ...own, ...TLS }),
    close: () => close(server, wire, limits.stopMs),
  }
}

const answering = new WeakMap<Socket, ServerResponse>()
const isAnswering = (socket: Socket) => answering.get(socket)?.closed === false

/**
 * Pipelined requests are served one after the other: a connection then costs one page of the feed in memory, not a thousand, and
 * nothing is counted as open that Node would forget without a `close` when the connection breaks.
 */
function inTurn(incoming: IncomingMessage, outgoing: ServerResponse, act: () => void) {
  if (incoming.httpVersionMajor === 2 && !(outgoing instanceof ServerResponse)) return act()
  const { socket } = incoming
  const before = answering.get(socket)
  answering.set(socket, outgoing)
  if (!before || before.closed) act()
  else before.once('close', () => socket.destroyed || act())
}

function listen(server: Http2SecureServer, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

async function close(server: Http2SecureServer, wire: Wire, stopMs: number): Promise<{ forced: boolean }> {
  let forced = false
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // Node has it (http2 with allowHTTP1); its types do not.
  const { closeIdleConnections } = server as unknown as { closeIdleConnections(): void }
  const idle = setInterval(() => closeIdleConnections.call(server), 20)
  const force = setTimeout(() => {
    forced = wire.open > 0
    wire.destroyAll()
  }, stopMs)
  await closed
  clearInterval(idle)
  clearTimeout(force)
  return { forced }
}

/** `ws` answers on a raw socket; on a stream its first write, the HTTP/1.1 head, becomes HEADERS (RFC 8441 §5.1). */
function answerOn(stream: ServerHttp2Stream) {
  const write = stream.write
  stream.write = () => {
    stream.write = write
    stream.respond({ ':status': 200, 'sec-websocket-protocol': SUBPROTOCOL })
    return true
  }
}

/** What never became a request: say why where a client can read it, then go; a silent one is not waited for. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex) {
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
function hangUp(socket: Duplex) {
  socket.end()
  socket.resume()
  setTimeout(() => socket.destroy(), 500).unref()
}

/** Node ends idle HTTP/1.1 connections, but not HTTP/2 sessions without streams. */
function closeWhenIdle(session: ServerHttp2Session, idleMs: number) {
  let open = 0
  let timer = setTimeout(goAway, idleMs)
  function goAway() {
    session.close()
    timer = setTimeout(() => session.destroy(), idleMs) // a peer that reads nothing never takes our goodbye
  }
  session.on('stream', (stream) => {
    open++
    clearTimeout(timer)
    stream.on('error', () => undefined) // a reset stream closes; whoever uses it listens for that
    stream.once('close', () => {
      if (--open === 0 && !session.destroyed) timer = setTimeout(goAway, idleMs)
    })
  })
  session.once('close', () => clearTimeout(timer))
}
