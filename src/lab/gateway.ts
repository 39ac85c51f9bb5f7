// A reverse proxy (a gateway, RFC 9110 §3.7) that buffers answers, as many do unless they are told not to: the enemy of every stream.
import { X509Certificate } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Session } from 'node:http2'
import { connect } from 'node:tls'
import type { PeerCertificate } from 'node:tls'
import type { Duplex } from 'node:stream'
import { Agent, buildConnector } from 'undici'
import type { Env } from '../../transports/contract.ts'
import { Refusal } from '../../transports/request.ts'
import type { Limits } from '../core/limits.ts'
import { closeWhenIdle, hangUp, refuse } from '../server/connections.ts'
import { errorBody, errorResponse } from '../server/errors.ts'
import type { Guard } from '../server/guard.ts'
import { listen, renew, secureServer } from '../server/secure.ts'
import type { Credentials, HttpVersions, TlsRules } from '../server/secure.ts'
import { watchWire } from '../server/wire.ts'
import { exchange } from './exchange.ts'
import { headOf } from './onward.ts'
import type { Destination } from './origin.ts'

export interface GatewayOptions {
  limits: Limits
  /** Says which page may read that there is no answer. */
  guard: Guard
  tls: Credentials
  versions: HttpVersions
  rules: TlsRules
  /** The server behind it; ends with it. */
  origin: Destination
  onSecret?: ((line: Buffer) => void) | undefined
}

const FAREWELL_MS = 1000

/**
 * `X-Accel-Buffering: no`, which our streams send, is nginx's own word; this one does as the others do and does not know it. WebSockets
 * pass as a tunnel (RFC 9110 §7.8): after the upgrade there are no answers to hold.
 */
export async function startGateway(options: GatewayOptions): Promise<Destination> {
  const { limits, guard, tls, versions, rules, origin, onSecret } = options
  const trust = pinned(tls)
  const server = secureServer({ limits, tls, versions, rules, extendedConnect: false })
  const wire = watchWire(server)
  // Read at each connection: the certificate may be renewed.
  const agent = new Agent({
    connect: (...to) => buildConnector(trust)(...to),
    connections: null,
    bodyTimeout: 0,
    headersTimeout: 0,
  })
  if (onSecret) server.on('keylog', onSecret)

  server.on('request', ((incoming: IncomingMessage, outgoing: ServerResponse) => {
    wire.request(incoming)
    exchange(agent, origin.port, incoming, outgoing).catch(async () => {
      if (outgoing.headersSent || outgoing.destroyed) return outgoing.destroy()
      const response = errorResponse(failure(incoming, outgoing))
      const text = await response.text()
      outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(text)
    })
  }) as never)
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    wire.request(incoming)
    const further = connect({ ...trust, port: origin.port, host: '127.0.0.1', ALPNProtocols: ['http/1.1'] })
    further.setNoDelay(true)
    let isUp = false
    further.once('secureConnect', () => {
      isUp = true
      further.write(headOf(incoming), 'latin1')
      further.write(head)
      further.pipe(socket).pipe(further)
    })
    for (const each of [socket, further]) each.on('error', () => undefined)
    socket.once('close', () => further.destroy())
    further.once('close', () => {
      if (isUp) socket.destroy()
      else if (socket.writable) noAnswer(socket)
    })
  })

  /** It gave no answer; and to whom nothing is said at all, not this either. */
  function failure(incoming: IncomingMessage, outgoing: ServerResponse): unknown {
    try {
      guard.origin({ incoming, outgoing, path: '/feed/' } as unknown as Env['Bindings'])
      outgoing.setHeader('vary', 'Origin')
      return new Refusal(502, BAD_GATEWAY, NO_ANSWER)
    } catch (error) {
      return error
    }
  }
  server.on('clientError', refuse)
  server.on('session', (session: ServerHttp2Session) =>
    closeWhenIdle(session, wire.below(session.socket), limits.idleMs),
  )
  server.on('unknownProtocol', (socket: Duplex) => void socket.destroy())
  server.on('sessionError', () => undefined)

  return {
    port: await listen(server, 0, '127.0.0.1'),
    traffic: () => wire.total(),
    get open() {
      return wire.open
    },
    renew(next) {
      Object.assign(trust, pinned(next))
      renew(server, next, rules)
      origin.renew(next)
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const result = await origin.close() // its last words go through here
      const late = setTimeout(() => wire.destroyAll(), FAREWELL_MS)
      const { closeIdleConnections } = server as unknown as { closeIdleConnections(): void }
      const look = setInterval(() => closeIdleConnections.call(server), 20)
      await closed
      clearTimeout(late)
      clearInterval(look)
      await agent.destroy()
      return result
    },
  }
}

const [BAD_GATEWAY, NO_ANSWER] = ['bad_gateway', 'the server behind this proxy gave no answer'] as const

/** RFC 9110 §15.6.3, to who wanted to leave HTTP. */
function noAnswer(socket: Duplex) {
  const body = errorBody(BAD_GATEWAY, NO_ANSWER)
  socket.write(
    `HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  hangUp(socket)
}

/** Trusts the very certificate that the lab shows, whoever signed it. */
function pinned({ cert }: Credentials) {
  const { raw } = new X509Certificate(cert)
  return {
    ca: cert,
    allowPartialTrustChain: true,
    checkServerIdentity: (_: string, peer: PeerCertificate) =>
      raw.equals(peer.raw) ? undefined : new Error('the server behind the gateway shows another certificate'),
  }
}
