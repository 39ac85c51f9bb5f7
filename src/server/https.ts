// One HTTPS server for all of it: HTTP/1.1 and HTTP/2 on one port, Upgrade and extended CONNECT, limits, and a clean stop.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2SecureServer, ServerHttp2Session } from 'node:http2'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Limits } from '../core/limits.ts'
import type { App } from './app.ts'
import { closeWhenIdle, inTurn, refuse } from './connections.ts'
import { watchExchanges } from './exchanges.ts'
import type { Exchanges } from './exchanges.ts'
import { errorBody, errorResponse } from './errors.ts'
import { listen, renew, secureServer } from './secure.ts'
import type { Credentials, HttpVersions, TlsRules } from './secure.ts'
import { acceptUpgrades } from './upgrade.ts'
import type { Connection } from './exchanges.ts'
import { watchWire } from './wire.ts'
import type { Wire } from './wire.ts'

export interface HttpsServer {
  wire: Wire
  listen(port: number, host: string): Promise<number>
  /** Another certificate for new handshakes; nobody is dropped. */
  renew(tls: Credentials): void
  /** Each secret of each connection from now on, as a line of the NSS key log (SSLKEYLOGFILE): what reads its records. */
  onSecret(listener: (line: Buffer) => void): void
  /** Waits for what is under way, at most `limits.stopMs`. @returns whether anything under way had to be broken. */
  close(): Promise<{ forced: boolean }>
}

export function httpsServer(
  app: App,
  limits: Limits,
  tls: Credentials,
  versions: HttpVersions,
  /** Told of errors that no route answered for. */
  failed: (error: unknown) => void,
  rules: TlsRules = {},
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

  const server = secureServer({ limits, tls, versions, rules })
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
  server.on('session', (session: ServerHttp2Session) =>
    closeWhenIdle(session, wire.below(session.socket), limits.idleMs),
  )
  server.on('unknownProtocol', (socket: Duplex) => void socket.destroy()) // `--http 2`, and a client that offers no protocol
  server.on('sessionError', () => undefined) // the session is gone; its streams have closed and left

  return {
    wire,
    listen: (port, host) => listen(server, port, host),
    renew: (next) => renew(server, next, rules),
    onSecret: (listener) => void server.on('keylog', listener),
    close: () => close(server, wire, limits.stopMs, exchanges),
  }
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
