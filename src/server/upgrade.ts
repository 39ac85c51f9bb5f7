// How a request becomes a WebSocket: it runs through the same application as any other, and only a route that accepts it leaves HTTP.
import { randomBytes } from 'node:crypto'
import { ServerResponse } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Http2SecureServer, Http2ServerResponse, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import type { Limits } from '../core/limits.ts'
import type { Env } from '../../transports/contract.ts'
import { SUBPROTOCOL } from '../core/subprotocol.ts'
import type { Exchanges } from './exchanges.ts'
import { hangUp, isAnswering, forget, streamOn } from './connections.ts'

type Upgrade = NonNullable<Env['Bindings']['upgrade']>

/** `serve` runs a request through the application. @returns what a route calls to take the connection of a request over, if it can be. */
export function acceptUpgrades(
  server: Http2SecureServer,
  limits: Limits,
  serve: (incoming: IncomingMessage, outgoing: ServerResponse) => void,
  exchanges: Exchanges,
): (incoming: IncomingMessage) => Upgrade | undefined {
  const upgrades = new WeakMap<IncomingMessage, Upgrade>()
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    maxFragments: limits.messageFragments,
    closeTimeout: limits.closeMs,
    handleProtocols: () => SUBPROTOCOL,
  } as ConstructorParameters<typeof WebSocketServer>[0])

  const leave = (socket: Socket, outgoing: ServerResponse) => {
    forget(socket, outgoing)
    exchanges.outlive(socket)
  }

  /** HTTP/1.1: Upgrade (RFC 9110 §7.8). */
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    const stream = streamOn(socket, incoming)
    if (stream) {
      leave(socket, stream)
      return letGo(socket)
    }
    if (isAnswering(socket)) return void socket.destroy() // behind an unanswered request: whose would the next bytes be?
    const outgoing = new ServerResponse(incoming)
    outgoing.shouldKeepAlive = false
    outgoing.assignSocket(socket)
    socket.on('error', ignore)
    outgoing.once('finish', () => hangUp(socket)) // refused: what the client sent after its head is never parsed
    upgrades.set(incoming, (accept) => {
      leave(socket, outgoing)
      socket.off('error', ignore)
      socket.cork() // `ws` answers and accepts in one go: head, hello and replay leave in one write
      sockets.handleUpgrade(incoming, socket, head, (webSocket) => accept(webSocket, socket))
      socket.uncork()
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

  return (incoming) => upgrades.get(incoming)
}

/** A stream of events has said that its connection is no HTTP any more (`incoming.upgrade`), and Node has put its parser away. */
function letGo(socket: Socket) {
  socket.on('error', broken)
  socket.on('data', unasked) // reading on is also how the client's end is noticed
  socket.on('end', gone)
}

/** A fatal alert, or a record that does not open: Node says so and leaves the socket as it is, deaf (RFC 8446 §6.2: it is to be closed). */
function broken(this: Socket) {
  this.destroy()
}

/** Nobody reads a goodbye any more: thousands who left at once come back at once, and the time is theirs. */
function gone(this: Socket) {
  if (this.writableLength === 0) this.destroy()
  else this.destroySoon() // when that is out
}

/** A client that was told `Connection: close` has nothing more to say. A little is let pass; whoever goes on is put out. */
function unasked(this: Socket) {
  if (this.bytesRead > UNASKED_BYTES) this.destroy()
}
const UNASKED_BYTES = 64 * 1024 // of the whole connection

const ignore = () => undefined // a reset is the client's business; `close` follows

/** `ws` answers on a raw socket; on a stream its first write, the HTTP/1.1 head, becomes HEADERS (RFC 8441 §5.1). */
function answerOn(stream: ServerHttp2Stream) {
  const write = stream.write
  stream.write = () => {
    stream.write = write
    stream.respond({ ':status': 200, 'sec-websocket-protocol': SUBPROTOCOL })
    return true
  }
}
