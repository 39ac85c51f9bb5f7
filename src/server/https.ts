// One HTTPS server for all of it: TLS, HTTP/1.1 and HTTP/2 on one port, Upgrade and extended CONNECT, limits, and a clean stop.
import { constants } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer as createHttp1Server } from 'node:https'
import type { Http2SecureServer, ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Limits } from '../core/limits.ts'
import type { App } from './app.ts'
import { closeWhenIdle, inTurn, refuse } from './connections.ts'
import { watchExchanges } from './exchanges.ts'
import type { Exchanges } from './exchanges.ts'
import { errorBody, errorResponse } from './errors.ts'
import { acceptUpgrades } from './upgrade.ts'
import type { Connection } from './exchanges.ts'
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
  /** Tells the secrets of every handshake from now on, a line of the NSS key log each: who sees the bytes can then read them. */
  onSecret(listener: (line: Buffer) => void): void
  /** A certificate of its own for one host name (SNI): a browser then keeps a connection of its own for it. */
  addName(name: string, tls: Credentials): void
  /** Waits for what is under way, at most `limits.stopMs`. @returns whether anything under way had to be broken. */
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
  app: App,
  limits: Limits,
  tls: Credentials,
  versions: HttpVersions,
  /** Told of errors that no route answered for. */
  failed: (error: unknown) => void,
): HttpsServer {
  const exchanges = watchExchanges(limits.stallMs)
  const listener = getRequestListener(
    (request, env) => {
      const { incoming, outgoing } = env as Connection
      const upgrade = accepting(incoming)
      const over = exchanges.begin(outgoing)
      const connection: Connection = upgrade ? { incoming, outgoing, over, upgrade } : { incoming, outgoing, over }
      const response = app(request, connection)
      return response instanceof Promise
        ? response.then((late) => readied(late, outgoing))
        : readied(response, outgoing)
    },
    { errorHandler: (error) => errorResponse(error, failed) },
  ) as (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>

  /** A route that has answered by itself says so; but hono answers HEAD with a copy of the GET answer, and the copy does not know. */
  const readied = (response: Response, { headersSent }: ServerResponse) =>
    headersSent ? RESPONSE_ALREADY_SENT : response

  const common = {
    ...tls,
    ...TLS,
    handshakeTimeout: limits.handshakeMs,
    // node:https has it by default, node:http2 only for HTTP/2: without it every second write of an SSE stream waits 40 ms.
    noDelay: true,
  }
  const http1 = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: 500,
    insecureHTTPParser: false,
    requireHostHeader: false, // refused by us instead: in our words, as JSON
  }
  const http2 = {
    allowHTTP1: versions === 'both',
    settings: { enableConnectProtocol: true, maxConcurrentStreams: 250, maxHeaderListSize: limits.headerBytes },
    maxHeaderListPairs: limits.headers + 5,
    maxSessionInvalidFrames: 50,
    http1Options: http1, // Node's own: what the HTTP/1.1 side of this server runs with
  }
  // Either server offers by ALPN what it speaks. A callback that chose would be a call from OpenSSL for each connection.
  const server =
    versions === '1.1'
      ? (createHttp1Server({ ...common, ...http1 }) as unknown as Http2SecureServer) // without sessions and streams
      : createSecureServer({ ...common, ...http2 } as Parameters<typeof createSecureServer>[0])
  // Zero keeps every header: with a maximum, Node drops later ones in silence, and one of them may be `Upgrade` or `Cookie`.
  ;(server as unknown as { maxHeadersCount: number }).maxHeadersCount = 0
  const wire = watchWire(server)
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

  const accepting = acceptUpgrades(server, limits, serve, exchanges)
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => refuse(error, socket))
  server.on('session', (session: ServerHttp2Session) => closeWhenIdle(session, limits.idleMs))
  server.on('unknownProtocol', (socket: Duplex) => void socket.destroy()) // `--http 2`, and a client that offers no protocol
  server.on('sessionError', () => undefined) // the session is gone; its streams have closed and left

  return {
    wire,
    listen: (port, host) => listen(server, port, host),
    renew: (next) => server.setSecureContext({ ...next, ...TLS }),
    onSecret: (listener) => void server.on('keylog', listener),
    addName: (name, own) => server.addContext(name, { ...own, ...TLS }),
    close: () => close(server, wire, limits.stopMs, exchanges),
  }
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

/** How long a peer may take to take leave once nothing is under way any more: browsers keep sockets that they never read. */
const FAREWELL_MS = 1000

async function close(server: Http2SecureServer, wire: Wire, stopMs: number, exchanges: Exchanges) {
  let forced = false
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  wire.destroySilent()
  // Node has it (http2 with allowHTTP1); its types do not.
  const { closeIdleConnections } = server as unknown as { closeIdleConnections(): void }
  const startedAt = performance.now()
  let busyAt = startedAt
  const look = setInterval(() => {
    closeIdleConnections.call(server)
    const now = performance.now()
    if (exchanges.open > 0) busyAt = now
    if (now - startedAt >= stopMs) forced = exchanges.open > 0
    else if (now - busyAt < FAREWELL_MS) return
    wire.destroyAll()
  }, 20)
  await closed
  clearInterval(look)
  exchanges.end()
  return { forced }
}
