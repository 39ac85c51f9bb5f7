// What the peers that run on Node share: a place to listen on, the same for all, and an end that leaves no connection behind.
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

/** As long as Wirelab's own: what a storm of clients meets first is not for a peer to lose by. */
const BACKLOG = 4096

export async function listen(server: Server): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Duplex>()
  server.on('connection', (socket: Duplex) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve()) // an error says that the library closed it already
        for (const socket of sockets) socket.destroy()
      }),
  }
}
