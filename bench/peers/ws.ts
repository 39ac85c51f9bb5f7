// ws, as its README shows a broadcast.
import { createServer } from 'node:https'
import { decodeEvent } from '../../src/core/event.ts'
import { webSocket } from '../wires/websocket.ts'
import type { Peer } from './contract.ts'
import { listen } from './listen.ts'
import { versionOf } from './version.ts'

export const ws: Peer = {
  name: 'ws-wss',
  beside: 'wss',
  about:
    'ws on an https server, its README: "External HTTPS server" and "Server broadcast"; no compression, its default',
  missing: () => undefined,
  version: () => `ws ${versionOf('ws')}`,
  path: '/',
  wire: webSocket({ message: (payload) => ({ events: [decodeEvent(payload.toString())] }), opensWithHead: true }),
  async serve({ tls }) {
    const { WebSocket, WebSocketServer } = await import('ws')
    const server = createServer(tls)
    const wss = new WebSocketServer({ server })
    wss.on('connection', (client) => client.on('error', () => undefined)) // a client that is gone disturbs nobody
    const publish = ({ bytes }: { bytes: Uint8Array }) =>
      wss.clients.forEach((client) => {
        if (client.readyState === WebSocket.OPEN) client.send(bytes, { binary: false })
      })
    return { ...(await listen(server)), publish }
  },
}
