// Where TLS begins: a server of Node for one or both versions of HTTP, with our suites and limits, that nothing answers for yet.
import { constants } from 'node:crypto'
import { createSecureServer } from 'node:http2'
import type { Http2SecureServer } from 'node:http2'
import { createServer as createHttp1Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { SecureContextOptions, TLSSocket } from 'node:tls'
import type { Limits } from '../core/limits.ts'

export type HttpVersions = '1.1' | '2' | 'both'
export type TlsVersion = '1.2' | '1.3'
export interface Credentials {
  key: string
  cert: string
  /** Others, for clients that ask for their name (SNI, RFC 6066 §3). */
  named?: NamedCredentials[]
  /** Who signs for clients, and the lists of what is revoked of it, PEM. */
  clients?: { ca: string; crls: string[] }
}
export interface NamedCredentials {
  name: string
  key: string
  cert: string
}

/** How TLS is spoken, whatever the certificate. */
export interface TlsRules {
  /** Only this one; both without it. */
  version?: TlsVersion
  /** Only these; all without them. */
  ciphers?: readonly Suite[]
  /** Whether a client is asked for a certificate. One that does not verify is refused, even where none is needed. */
  clientCert?: ClientCert
  /** Keys by identity (RFC 4279 §2): who has one needs no certificate, of neither side. */
  psk?: ReadonlyMap<string, Buffer>
  /** Whether a session may be resumed; default yes. */
  tickets?: boolean
  /** Instead of what is safe: for servers that are broken on purpose, and nobody else (src/broken, and targets of src/range). */
  weakened?: Weakened
}
export type Weakened = Pick<SecureContextOptions, 'minVersion' | 'maxVersion' | 'ciphers' | 'dhparam'>
export const clientCerts = ['none', 'request', 'require'] as const
export type ClientCert = (typeof clientCerts)[number]

/** Forward secrecy, AEAD, and a server that proves who it is (RFC 9325 §4.2); in this order, by OpenSSL's names. */
export const suites = [
  ...['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
  ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
] as const
export type Suite = (typeof suites)[number]
export const versionOf = (suite: Suite): TlsVersion => (suite.startsWith('TLS_') ? '1.3' : '1.2')
/** The one with forward secrecy and AEAD (RFC 7905); TLS 1.3 has no suites for it. */
const PSK_SUITE = 'ECDHE-PSK-CHACHA20-POLY1305'
const BACKLOG = 4096

/**
 * For every certificate. No renegotiation, which is work that a client can ask for again and again. No groups of our own: OpenSSL's, of
 * 3.5 and newer, begin with X25519MLKEM768.
 */
function secured({ cert, key, clients }: Credentials, { version, ciphers, psk, tickets = true, weakened }: TlsRules) {
  const fitting = (ciphers ?? suites).filter((suite) => version === undefined || versionOf(suite) === version)
  const offered = fitting.length > 0 ? fitting : suites // a door of another version than the suites are for
  // OpenSSL has its own suites of TLS 1.3 where none is named.
  const only = version ?? (['1.2', '1.3'] as const).find((each) => offered.every((suite) => versionOf(suite) === each))
  return {
    cert,
    key,
    minVersion: `TLSv${only ?? '1.2'}`,
    maxVersion: `TLSv${only ?? '1.3'}`,
    // The keys first: who offers them means them, and would get the certificate otherwise.
    ciphers: [...(psk ? [PSK_SUITE] : []), ...(psk ? offered.toSorted(sha256First) : offered)].join(':'),
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | (tickets ? 0 : constants.SSL_OP_NO_TICKET),
    ...(clients && { ca: clients.ca, crl: clients.crls }),
    ...weakened,
  } as const
}

/** A key of TLS 1.3 goes with this hash (RFC 8446 §4.2.11): with a suite of another one it would be passed over. */
const sha256First = (a: Suite, b: Suite) => Number(b.endsWith('SHA256')) - Number(a.endsWith('SHA256'))

export interface SecureServerOptions {
  limits: Limits
  tls: Credentials
  versions: HttpVersions
  rules?: TlsRules
  /** Whether a WebSocket may be opened on a stream of HTTP/2 (RFC 8441); default yes. */
  extendedConnect?: boolean
}

export function secureServer({
  limits,
  tls,
  versions,
  rules = {},
  extendedConnect = true,
}: SecureServerOptions): Http2SecureServer {
  const { clientCert = 'none', psk } = rules
  const common = {
    ...secured(tls, rules),
    ...(clientCert !== 'none' && {
      requestCert: true,
      // eslint-disable-next-line no-restricted-syntax -- of a server: whether who shows no certificate is let in
      rejectUnauthorized: clientCert === 'require',
    }),
    ...(psk && { pskCallback: (_: unknown, identity: string) => psk.get(identity) ?? null }),
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
  server.maxConnections = limits.connections
  addNamed(server, tls, rules)
  if (clientCert === 'request') server.on('secureConnection', refuseUnverified)
  return server
}

/** Another certificate for new handshakes; nobody is dropped. @throws Error, and the one before stays, when it cannot be used. */
export function renew(server: Http2SecureServer, tls: Credentials, rules: TlsRules = {}) {
  server.setSecureContext(secured(tls, rules))
  addNamed(server, tls, rules)
}

/** Of two contexts for one name Node takes the later. */
function addNamed(server: Http2SecureServer, { named = [], clients }: Credentials, rules: TlsRules) {
  for (const { name, cert, key } of named)
    server.addContext(name, secured({ cert, key, ...(clients && { clients }) }, rules))
}

/** To show none is allowed then; to show one that is forged, has expired or is revoked is not. */
function refuseUnverified(socket: TLSSocket) {
  if (!socket.authorized && socket.getPeerX509Certificate()) socket.destroy()
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
