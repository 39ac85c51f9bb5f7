// The floor, server side: a bare TLS socket, no HTTP. What TLS, TCP and Node cost by themselves; whatever a transport adds is seen against it.
import { createServer } from 'node:tls'
import type { Server, TLSSocket } from 'node:tls'
import type { Entry, Feed } from '../../src/core/feed.ts'
import type { Limits } from '../../src/core/limits.ts'

/** One event: its length in four bytes, the most significant first, then its one encoding. */
export function lengthPrefixed({ bytes }: Entry): Buffer {
  const frame = Buffer.allocUnsafe(4 + bytes.length)
  frame.writeUInt32BE(bytes.length)
  frame.set(bytes, 4)
  return frame
}

/** Every socket gets what is published from now on; nothing is replayed and a slow reader is cut off. */
export function floorServer(
  feed: Feed,
  limits: Pick<Limits, 'queueBytes'>,
  /** With `clients`, they show a certificate too. */
  tls: { key: string; cert: string; clients?: { ca: string; crls: string[] } },
): Server {
  const sockets = new Set<TLSSocket>()
  const unfollow = feed.follow('now', ({ entries }) => {
    const frames = entries.map(lengthPrefixed)
    const chunk = frames.length === 1 ? frames[0]! : Buffer.concat(frames)
    for (const socket of sockets) {
      socket.write(chunk)
      if (socket.writableLength > limits.queueBytes) socket.destroy()
    }
  })
  const { key, cert, clients } = tls
  const mutual = clients && { requestCert: true, ca: clients.ca, crl: clients.crls }
  const server = createServer({ key, cert, minVersion: 'TLSv1.2', ...mutual }, (socket) => {
    socket.setNoDelay(true)
    sockets.add(socket)
    socket.on('error', () => undefined) // a reset; `close` follows
    socket.once('close', () => sockets.delete(socket))
    socket.resume() // clients say nothing; reading on is how their end is noticed
  })
  server.once('close', unfollow)
  return server
}
