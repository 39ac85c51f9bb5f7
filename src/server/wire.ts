// What really went over the wire: bytes of each connection, below TLS (as the network sees them) and above it, both directions.
import type { IncomingMessage } from 'node:http'
import type { Server, TLSSocket } from 'node:tls'
import type { Socket } from 'node:net'
import { LRUCache } from 'lru-cache'

/** Bytes: `up` from the clients, `down` to them. */
export interface Bytes {
  up: number
  down: number
}
export interface Traffic {
  connections: number
  requests: number
  /** Below TLS: records, handshakes and all. */
  tls: Bytes
  /** Above TLS: HTTP heads, frames and payload. */
  plain: Bytes
}

export interface LaneTraffic extends Traffic {
  /** Another lane uses one of these connections too (HTTP/2, or two tabs of one browser): the bytes are of both. */
  shared: boolean
  open: number
}

interface Line {
  raw: Socket
  tls?: TLSSocket
  requests: number
  lanes: Set<string>
}
interface Lane {
  requests: number
  connections: number
  shared: boolean
  open: Set<Line>
  closed: Traffic
}

export interface Wire {
  /** Everything since the server started. */
  total(): Traffic
  /** Notes a request, and the lane of the page that it is for. */
  request(incoming: IncomingMessage, lane?: string): void
  lane(name: string): LaneTraffic | undefined
  /** The TCP socket below that of a session that has just begun, which shows a stand-in for it. */
  below(socket: Peer): Socket | undefined
  destroyAll(): void
  /** Breaks connections that have not finished their TLS handshake: nobody has asked anything on them. */
  destroySilent(): void
  readonly open: number
}

interface Peer {
  remoteAddress?: string | undefined
  remotePort?: number | undefined
}

const MAX_LANES = 32

const nothing = (): Traffic => ({ connections: 0, requests: 0, tls: { up: 0, down: 0 }, plain: { up: 0, down: 0 } })

export function watchWire(server: Server): Wire {
  const lines = new Set<Line>()
  /** The latest of each: a port may come again while the line before is not closed here yet. */
  const latest = new Map<string, Line>()
  const lineOf = new WeakMap<Socket, Line>() // what requests ask for; an HTTP/2 request shows a stand-in for its socket
  const closed = nothing()
  const lanes = new LRUCache<string, Lane>({ max: 1000 })

  // The raw socket and its TLS socket meet by the client's port: Node has no public way from one to the other.
  server.on('connection', (raw: Socket) => {
    const key = keyOf(raw)
    const line: Line = { raw, requests: 0, lanes: new Set() }
    lines.add(line)
    latest.set(key, line)
    closed.connections++
    raw.once('close', () => {
      lines.delete(line)
      if (latest.get(key) === line) latest.delete(key)
      add(closed, line)
      for (const name of line.lanes) {
        const lane = lanes.get(name)
        if (lane?.open.delete(line)) add(lane.closed, line)
      }
    })
  })
  server.on('secureConnection', (tls: TLSSocket) => {
    const line = latest.get(keyOf(tls))
    if (!line) return
    line.tls = tls
    lineOf.set(tls, line)
  })

  return {
    total() {
      const sum = structuredClone(closed)
      for (const line of lines) add(sum, line)
      return sum
    },
    request(incoming, name) {
      const line = lineOf.get(incoming.socket) ?? latest.get(keyOf(incoming.socket))
      if (!line) return
      line.requests++
      // So many lanes on one connection are no page's.
      if (name === undefined || (!line.lanes.has(name) && line.lanes.size >= MAX_LANES)) return
      const lane = lanes.get(name) ?? { requests: 0, connections: 0, shared: false, open: new Set(), closed: nothing() }
      lanes.set(name, lane)
      lane.requests++
      if (!lane.open.has(line)) lane.connections++
      lane.open.add(line)
      if (line.lanes.has(name)) return
      line.lanes.add(name)
      if (line.lanes.size > 1) for (const each of line.lanes) (lanes.get(each) ?? lane).shared = true
    },
    lane(name) {
      const lane = lanes.get(name)
      if (!lane) return undefined
      const sum = structuredClone(lane.closed)
      for (const line of lane.open) add(sum, line)
      return {
        ...sum,
        requests: lane.requests,
        connections: lane.connections,
        shared: lane.shared,
        open: lane.open.size,
      }
    },
    below: (socket) => latest.get(keyOf(socket))?.raw,
    destroyAll() {
      for (const { raw } of lines) raw.destroy()
    },
    destroySilent() {
      for (const { raw, tls } of lines) if (!tls) raw.destroy()
    },
    get open() {
      return lines.size
    },
  }
}

function keyOf({ remoteAddress, remotePort }: Peer) {
  return `${remoteAddress} ${remotePort}`
}

function add(sum: Traffic, { raw, tls, requests }: Line) {
  sum.requests += requests
  sum.tls.up += raw.bytesRead
  sum.tls.down += raw.bytesWritten
  sum.plain.up += tls?.bytesRead ?? 0
  sum.plain.down += tls?.bytesWritten ?? 0
}
