// Where TLS begins: a server of Node for one or both versions of HTTP, with our suites and limits, that nothing answers for yet.
import { constants } from 'node:crypto'
import { createSecureServer } from 'node:http2'
import type { Http2SecureServer } from 'node:http2'
import { createServer as createHttp1Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Limits } from '../core/limits.ts'

export type HttpVersions = '1.1' | '2' | 'both'
export type TlsVersion = '1.2' | '1.3'
export interface Credentials {
  key: string
  cert: string
}

const BACKLOG = 4096
const TLS_13_SUITES = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256'

/**
 * For every certificate. On TLS 1.2 only suites with forward secrecy and AEAD, as on 1.3 (RFC 9325 §4.2); no renegotiation, which
 * is work that a client can ask for again and again.
 */
const secured = (tls: Credentials, version?: TlsVersion) =>
  ({
    ...tls,
    minVersion: `TLSv${version ?? '1.2'}`,
    maxVersion: `TLSv${version ?? '1.3'}`,
    ciphers: `${TLS_13_SUITES}:ECDHE+AESGCM:ECDHE+CHACHA20`,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  }) as const

export interface SecureServerOptions {
  limits: Limits
  tls: Credentials
  versions: HttpVersions
  tlsVersion?: TlsVersion
  /** Whether a WebSocket may be opened on a stream of HTTP/2 (RFC 8441); default yes. */
  extendedConnect?: boolean
}

export function secureServer({
  limits,
  tls,
  versions,
  tlsVersion,
  extendedConnect = true,
}: SecureServerOptions): Http2SecureServer {
  const common = {
    ...secured(tls, tlsVersion),
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
    settings: {
      enableConnectProtocol: extendedConnect,
      maxConcurrentStreams: 250,
      maxHeaderListSize: limits.headerBytes,
    },
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
  return server
}

/** Another certificate for new handshakes; nobody is dropped. */
export function renew(server: Http2SecureServer, tls: Credentials, version?: TlsVersion) {
  server.setSecureContext(secured(tls, version))
}

/** @returns the port. */
export function listen(server: Http2SecureServer, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}
