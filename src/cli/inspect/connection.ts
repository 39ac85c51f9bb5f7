// One verified connection of `wirelab inspect`: timed from the name on, and watched from below TLS while it is made.
import { once } from 'node:events'
import { connect as connectTcp, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { connect as connectTls, getCACertificates } from 'node:tls'
import type { ConnectionOptions, EphemeralKeyInfo, TLSSocket } from 'node:tls'
import { lookupLocal } from '../../../transports/lookup.ts'
import { PATIENCE_MS, silent, unreachable } from './failure.ts'
import { watchHandshake } from './presented.ts'
import type { Presented } from './presented.ts'

export interface Place {
  /** Without brackets. */
  host: string
  port: number
  path: string
  /** What is offered when a WebSocket is to be opened (RFC 6455 §1.9); undefined for plain HTTP. */
  subprotocol: string | undefined
}

export interface Way {
  /** PEM, trusted beside the system's. */
  ca: string | undefined
  /** Of this client, where the server asks for it. */
  client?: { cert: string; key: string }
  protocols: string[]
  session?: Buffer | undefined
  /** Instead of what Node offers. */
  offered?: Pick<ConnectionOptions, 'minVersion' | 'maxVersion' | 'ciphers'>
}

export interface Shaken {
  presented: Presented
  address: string
  /** Undefined where the host is an address (RFC 6066 §3). */
  sni: string | undefined
  /** Undefined when the certificate was verified. */
  refused: { code: string; message: string } | undefined
  ms: { dns: number; tcp: number; tls: number }
  socket: TLSSocket
  /** To come back with, once it has come. */
  session(): Promise<Buffer | undefined>
  /** Why the connection ended, if it did. */
  broken(): Error | undefined
  close(): void
}

/** TLS 1.3 sends tickets after the handshake. */
const TICKET_MS = 500

/** @throws Error when there is no such host, nobody listens, or nothing is said for 10 s. */
export async function shake({ host, port }: Place, { ca, client, protocols, session, offered }: Way): Promise<Shaken> {
  const start = performance.now()
  let known = start
  const raw = connectTcp({ host, port, noDelay: true, lookup: lookupLocal })
  raw.once('lookup', () => (known = performance.now()))
  await once(raw, 'connect', { signal: AbortSignal.timeout(PATIENCE_MS) }).catch((error: Error) => {
    raw.destroy()
    throw error.name === 'AbortError' ? silent(host, port) : unreachable(host, port, error)
  })
  const connected = performance.now()
  const address = raw.remoteAddress ?? host
  const { presented, tap, keylog } = watchHandshake()
  const sni = isIP(host) ? undefined : host
  const socket = connectTls({
    ...{ socket: tapped(raw, tap), host, servername: sni ?? '', ALPNProtocols: protocols },
    ...(ca !== undefined && { ca: [...getCACertificates('default'), ca] }),
    ...client,
    ...(session && { session }),
    ...offered,
  })
  const so: { ticket?: Buffer; broken?: NodeJS.ErrnoException } = {}
  socket.on('keylog', keylog)
  socket.on('keylog', () => {
    // Now they are agreed on. OpenSSL knows more of them than are read here, and tells nothing once it has refused.
    presented.facts.cipher ??= socket.getCipher()?.standardName
    const { type, size } = (socket.getEphemeralKeyInfo() ?? {}) as Partial<EphemeralKeyInfo>
    if (type === 'DH') presented.group ??= `DH, ${size} bits`
  })
  socket.on('session', (ticket: Buffer) => (so.ticket = ticket))
  socket.on('error', (error: NodeJS.ErrnoException) => (so.broken ??= error))
  const isUp = await patient(
    Promise.race([
      once(socket, 'secureConnect').then(
        () => true,
        () => false, // `so.broken` has it
      ),
      once(socket, 'close').then(() => false),
    ]),
    'late' as const,
  )
  const done = performance.now()
  const close = () => {
    socket.destroy()
    raw.destroy()
  }
  if (isUp === 'late') {
    close()
    throw silent(host, port)
  }
  if (!isUp) close()
  return {
    ...{ presented, address, sni, socket, close, broken: () => so.broken },
    refused: isUp ? undefined : { code: so.broken?.code ?? 'CLOSED', message: so.broken?.message ?? 'it hung up' },
    ms: { dns: known - start, tcp: connected - known, tls: done - connected },
    async session() {
      const until = performance.now() + TICKET_MS
      while (!so.ticket && !socket.destroyed && performance.now() < until) await wait(10)
      return so.ticket
    },
  }
}

/** @returns `late` when it takes longer than anybody waits. */
export async function patient<Result, Late>(what: Promise<Result>, late: Late): Promise<Result | Late> {
  const done = new AbortController()
  try {
    return await Promise.race([what, wait(PATIENCE_MS, late, { signal: done.signal })])
  } finally {
    done.abort()
  }
}

/** The socket with a tap: TLS takes a plain one over whole, and nobody else sees its bytes then. */
function tapped(raw: Socket, tap: (up: boolean, bytes: Buffer) => void): Duplex {
  const duplex = new Duplex({
    read: () => void raw.resume(),
    write(chunk: Buffer, _, done) {
      tap(true, chunk)
      raw.write(chunk, () => done()) // an error of it is told once, below
    },
    final: (done) => void raw.end(done),
    destroy(error, done) {
      raw.destroy()
      done(error)
    },
  })
  raw.on('data', (chunk: Buffer) => {
    tap(false, chunk)
    if (!duplex.push(chunk)) raw.pause()
  })
  raw.on('end', () => void duplex.push(null))
  raw.on('error', (error) => duplex.destroy(error))
  return duplex
}
