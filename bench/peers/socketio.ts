// socket.io, over WebSocket alone and over HTTP long polling alone.
import { createServer } from 'node:https'
import type { TransportName } from '../../transports/clients.ts'
import type { Wire } from '../wires/contract.ts'
import type { Peer } from './contract.ts'
import { NAME, overPolling, overWebSocket } from './engineio.ts'
import { listen } from './listen.ts'
import { versionOf } from './version.ts'

function peer(transport: 'websocket' | 'polling', name: string, beside: TransportName, wire: Wire): Peer {
  return {
    name,
    beside,
    about: `socket.io, transports: ['${transport}'], https://socket.io/docs/v4/server-initialization/ "With an HTTPS server" and io.emit('event', object); compression as by default`,
    missing: () => undefined,
    version: () => `socket.io ${versionOf('socket.io')}`,
    path: `/socket.io/?EIO=4&transport=${transport}`,
    wire,
    async serve({ tls }) {
      const { Server } = await import('socket.io')
      const server = createServer(tls)
      const io = new Server(server, { transports: [transport], serveClient: false })
      const { port, close } = await listen(server)
      return {
        port,
        // As it came is how a user has it: an object. Encoded once by io, and to the same bytes.
        publish: ({ bytes }) => void io.emit(NAME, JSON.parse(Buffer.from(bytes).toString())),
        async close() {
          await Promise.all([io.close(), close()])
        },
      }
    },
  }
}

export const socketioWss = peer('websocket', 'socket.io-wss', 'wss', overWebSocket)
export const socketioPolling = peer('polling', 'socket.io-polling', 'long-polling', overPolling)
