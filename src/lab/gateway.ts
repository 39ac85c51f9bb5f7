// A reverse proxy (a gateway, RFC 9110 §3.7) that buffers answers, as many do unless they are told not to: the enemy of every stream.
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Session } from 'node:http2'
import { connect } from 'node:tls'
import type { PeerCertificate } from 'node:tls'
import type { Duplex } from 'node:stream'
import { Agent, buildConnector } from 'undici'
import type { Limits } from '../core/limits.ts'
import { closeWhenIdle, refuse } from '../server/connections.ts'
import { listen, renew, secureServer } from '../server/secure.ts'
import type { Credentials, HttpVersions, TlsVersion } from '../server/secure.ts'
import { watchWire } from '../server/wire.ts'
import type { Destination } from './origin.ts'

export interface GatewayOptions {
  limits: Limits
  tls: Credentials
  versions: HttpVersions
  tlsVersion: TlsVersion
  /** The server behind it; ends with it. */
  origin: Destination
  onSecret?: ((line: Buffer) => void) | undefined
}

/** nginx: 8 buffers of 8 KiB (proxy_buffers). An answer begins when it is complete, or when these are full. */
const BUFFER_BYTES = 64 * 1024
const FAREWELL_MS = 1000

/**
 * `X-Accel-Buffering: no`, which our streams send, is nginx's own word; this one does as the others do and does not know it. WebSockets
 * pass as a tunnel (RFC 9110 §7.8): after the upgrade there are no answers to hold.
 */
export async function startGateway(options: GatewayOptions): Promise<Destination> {
  const { limits, tls, versions, tlsVersion, origin, onSecret } = options
  const trust = pinned(tls)
  const server = secureServer({ limits, tls, versions, tlsVersion, extendedConnect: false })
  const wire = watchWire(server)
  // Read at each connection: the certificate may be renewed.
  const agent = new Agent({
    connect: (...to) => buildConnector(trust)(...to),
    connections: null,
    bodyTimeout: 0,
    headersTimeout: 0,
  })
  if (onSecret) server.on('keylog', onSecret)

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse) {
    wire.request(incoming)
    const gone = new AbortController()
    outgoing.once('close', () => gone.abort())
    const { statusCode, headers, body } = await agent.request({
      ...{ origin: `https://127.0.0.1:${origin.port}`, path: incoming.url ?? '/', method: incoming.method as 'GET' },
      ...{
        headers: onward(incoming.headers, incoming.headers[':authority'] as string | undefined),
        signal: gone.signal,
      },
      body: incoming.method === 'GET' || incoming.method === 'HEAD' ? null : incoming,
    })
    let [held, heldBytes]: [Buffer[], number] = [[], 0]
    async function letOut() {
      if (!outgoing.headersSent) outgoing.writeHead(statusCode, onward(headers))
      const more = outgoing.write(Buffer.concat(held))
      ;[held, heldBytes] = [[], 0]
      if (!more) await once(outgoing, 'drain', { signal: gone.signal })
    }
    for await (const chunk of body as AsyncIterable<Buffer>) {
      held.push(chunk)
      heldBytes += chunk.length
      if (heldBytes >= BUFFER_BYTES) await letOut()
    }
    if (!outgoing.headersSent) outgoing.writeHead(statusCode, onward(headers))
    outgoing.end(Buffer.concat(held))
  }

  server.on('request', ((incoming: IncomingMessage, outgoing: ServerResponse) => {
    pass(incoming, outgoing).catch(() => {
      if (outgoing.headersSent) outgoing.destroy()
      else outgoing.writeHead(502).end() // RFC 9110 §15.6.3: the server behind it gave no answer
    })
  }) as never)
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    wire.request(incoming)
    const further = connect({ ...trust, port: origin.port, host: '127.0.0.1', ALPNProtocols: ['http/1.1'] })
    further.setNoDelay(true)
    further.once('secureConnect', () => {
      further.write(headOf(incoming), 'latin1')
      further.write(head)
      further.pipe(socket).pipe(further)
    })
    for (const [one, other] of [
      [socket, further],
      [further, socket],
    ] as const)
      one.on('error', () => undefined).once('close', () => other.destroy())
  })
  server.on('clientError', refuse)
  server.on('session', (session: ServerHttp2Session) => closeWhenIdle(session, limits.idleMs))
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
      renew(server, next, tlsVersion)
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

/** RFC 9110 §7.6.1: of one connection only. */
const HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'])

function onward(headers: IncomingMessage['headers'], authority?: string): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(([name]) => !HOP.has(name) && !name.startsWith(':'))
  return Object.fromEntries([...kept, ...(authority ? [['host', authority]] : [])]) as Record<string, string | string[]>
}

function headOf({ method, url, rawHeaders }: IncomingMessage): string {
  let head = `${method} ${url} HTTP/1.1\r\n`
  for (let i = 0; i < rawHeaders.length; i += 2) head += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`
  return `${head}\r\n`
}
