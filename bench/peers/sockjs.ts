// sockjs over its WebSocket transport; its README has connections and no broadcast, so each message is written to each.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:https'
import type { Connection } from 'sockjs'
import { decodeEvent } from '../../src/core/event.ts'
import type { Read } from '../wires/contract.ts'
import { webSocket } from '../wires/websocket.ts'
import type { Peer } from './contract.ts'
import { listen } from './listen.ts'
import { versionOf } from './version.ts'

/** https://sockjs.github.io/sockjs-protocol: o opens, h is a heartbeat, a holds messages, c closes. */
function message(payload: Buffer): Partial<Read> {
  const text = payload.toString()
  if (text.startsWith('a')) return { events: (JSON.parse(text.slice(1)) as string[]).map(decodeEvent) }
  if (text === 'o') return { open: true }
  return text === 'h' ? {} : { failed: `expected a sockjs frame, got ${text.slice(0, 80)}` }
}
const frames = webSocket({ message })

export const sockjs: Peer = {
  name: 'sockjs-wss',
  beside: 'wss',
  about:
    'sockjs (0.3.24 of 2021 is its last release, its author looks for a maintainer) over /<server>/<session>/websocket, its README: connections, conn.write(text) to each',
  missing: () => undefined,
  version: () => `sockjs ${versionOf('sockjs')}`,
  path: '/feed',
  wire: ({ authority, path }) => frames({ authority, path: `${path}/000/${randomUUID()}/websocket` }),
  async serve({ tls }) {
    const { createServer: createSockjs } = (await import('sockjs')).default
    const connections = new Set<Connection>()
    const feed = createSockjs({ prefix: sockjs.path, log: () => undefined })
    feed.on('connection', (connection) => {
      connections.add(connection)
      connection.on('close', () => connections.delete(connection))
    })
    const server = createServer(tls)
    feed.installHandlers(server)
    return {
      ...(await listen(server)),
      publish({ bytes }) {
        const text = Buffer.from(bytes).toString()
        for (const connection of connections) connection.write(text)
      },
    }
  },
}
