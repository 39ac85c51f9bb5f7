// One connection of the generator: a TLS socket, over HTTP/1.1 or HTTP/2, whose bytes are counted below and above TLS.
import { connect as connectHttp2 } from 'node:http2'
import type { ClientHttp2Session } from 'node:http2'
import { connect as connectTcp, isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import type { SecureContext } from 'node:tls'
import type { Body, Read, Reader, Target, Wire } from './wires/contract.ts'

export interface LineBytes {
  tls: { up: number; down: number }
  plain: { up: number; down: number }
}

export interface Line {
  bytes(): LineBytes
  /** The ticket to come back with (RFC 8446 §2.2); undefined when none came yet. */
  readonly session: Buffer | undefined
  readonly resumed: boolean
  /** Beyond what the wire says by itself; over HTTP/1.1 only. */
  send(data: string | Buffer): void
  destroy(): void
}

export type TlsVersion = '1.2' | '1.3'
export interface Way {
  port: number
  /** Default 127.0.0.1. */
  host?: string
  /** Whom the certificate is to name, a host name or an address; default localhost. */
  name?: string
  /** The CA, and the version of TLS. */
  secureContext: SecureContext
  http: '1.1' | '2'
  session?: Buffer
}

export interface Ends {
  /** TLS is up. */
  onSecure?(): void
  /** Each chunk as it is read: `read` is called by the receiver, after it has looked at the clock. */
  onChunk(bytes: number, read: () => Read): void
  /** For what is to be sent when it is time: calls back then. */
  pause(then: () => void): void
  /** A question or a pong left. */
  onSent(): void
  onEnd(cause: Error | undefined): void
}

/** What a wire is over HTTP/2: the same bodies, other heads. */
export interface StreamOverHttp2 {
  kind: 'stream' | 'websocket'
  headers(target: Target): Record<string, string>
  body(): Body
}
export interface AskingOverHttp2 {
  kind: 'asking'
  path(target: Target): string
  /** What the answer means, and the path to ask next. */
  answer(body: Buffer, target: Target): Read & { nextPath: string; when: 'later' | 'reply' }
}
export type WireOverHttp2 = StreamOverHttp2 | AskingOverHttp2

export function openSocket({ port, host = '127.0.0.1', name = 'localhost', ...way }: Way, onEnd: Ends['onEnd']) {
  const { secureContext, http, session } = way
  const raw = connectTcp({ port, host, noDelay: true })
  const socket = connectTls({
    ...{ socket: raw, secureContext, host: name, servername: isIP(name) ? '' : name }, // no address in SNI (RFC 6066 §3)
    ...{ ALPNProtocols: [http === '2' ? 'h2' : 'http/1.1'] },
    ...(session && { session }),
  })
  let cause: Error | undefined
  let ticket = session // good for more than one return; a new one replaces it
  const failed = (error: Error) => (cause ??= error)
  raw.on('error', failed)
  socket.once('error', () => raw.destroy()) // of TLS: Node leaves the socket open then
  socket.on('error', failed).on('session', (next: Buffer) => (ticket = next))
  socket.once('close', () => onEnd(cause))
  const line: Line = {
    send: (data) => void socket.write(data),
    bytes: () => ({
      tls: { up: raw.bytesWritten, down: raw.bytesRead },
      plain: { up: socket.bytesWritten, down: socket.bytesRead },
    }),
    get session() {
      return ticket
    },
    get resumed() {
      return socket.isSessionReused()
    },
    destroy: () => raw.destroy(),
  }
  return { socket, line }
}

export function openLine(way: Way, wire: Wire, target: Target, ends: Ends): Line {
  const { socket, line } = openSocket(way, ends.onEnd)
  const begin = speak(socket, wire(target), ends)
  socket.once('secureConnect', () => {
    ends.onSecure?.()
    begin()
  })
  return line
}

/** The same words on any socket, sealed or not. @returns what says the first ones. */
export function speak(socket: Duplex, reader: Reader, ends: Pick<Ends, 'onChunk' | 'pause' | 'onSent'>): () => void {
  const send = (data: string | Buffer) => {
    if (socket.destroyed) return
    socket.write(data)
    ends.onSent()
  }
  socket.on('data', (chunk: Buffer) =>
    ends.onChunk(chunk.length, () => {
      const read = reader.read(chunk)
      if (read.reply !== undefined) send(read.reply)
      if (read.later !== undefined) ends.pause(() => send(read.later!))
      return read
    }),
  )
  return () => {
    const hello = reader.hello()
    if (hello.length > 0) send(hello)
  }
}

/** RFC 9113; a WebSocket by extended CONNECT (RFC 8441). A connection for each client, as over HTTP/1.1. */
export function openLineOverHttp2(way: Way, wire: WireOverHttp2, target: Target, ends: Ends): Line {
  const { socket, line } = openSocket(way, (cause) => ends.onEnd(cause ?? failure))
  let failure: Error | undefined
  const session = connectHttp2(`https://${target.authority}`, { createConnection: () => socket })
  session.on('error', (error: Error) => (failure ??= error))
  socket.once('secureConnect', () => ends.onSecure?.())
  if (wire.kind === 'asking') ask(wire, wire.path(target))
  else if (wire.kind === 'stream') stream(wire)
  else session.once('remoteSettings', () => stream(wire)) // only then is it known that the server takes extended CONNECT
  return line

  function ask(asking: AskingOverHttp2, path: string) {
    if (session.destroyed) return
    const { authorization } = target
    const request = session.request({ ':path': path, ...(authorization !== undefined && { authorization }) })
    request.on('error', () => undefined)
    ends.onSent()
    let status: number | undefined
    request.once('response', (head) => (status = head[':status']))
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.once('end', () => {
      const body = Buffer.concat(parts)
      ends.onChunk(body.length, () => {
        if (status !== 200 && status !== 304) return { events: [], failed: `no answer: HTTP ${status}` }
        const { nextPath, when, ...read } = asking.answer(body, target)
        const next = () => ask(asking, nextPath)
        if (when === 'reply') next()
        else ends.pause(next)
        return read
      })
    })
  }

  function stream({ headers, body }: StreamOverHttp2) {
    const source = body()
    const request = open(session, headers(target), wire.kind === 'websocket')
    ends.onSent()
    request.once('response', ({ ':status': status }) => {
      if (status !== 200) ends.onChunk(0, () => ({ events: [], failed: `no stream: HTTP ${status}` }))
    })
    request.on('data', (chunk: Buffer) =>
      ends.onChunk(chunk.length, () => {
        const read = source.read(chunk)
        if (read.reply !== undefined) request.write(read.reply)
        return read
      }),
    )
  }
}

const open = (session: ClientHttp2Session, headers: Record<string, string>, twoWay: boolean) =>
  session.request(headers, { endStream: !twoWay }).on('error', () => undefined)
