// The lab's own HTTPS server behind a proxy that is tapped, and clients whose every plaintext byte is kept: the other side of the truth.
import { Hono } from 'hono'
import { connect as connectHttp2 } from 'node:http2'
import type { ClientHttp2Session } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { startProxy } from '../bench/network/proxy.ts'
import { openAuthority } from '../certs/authority.ts'
import { issue } from '../certs/issue.ts'
import { defaults } from '../src/core/limits.ts'
import { memoryFeed } from '../src/feeds/memory.ts'
import { startCapture } from '../src/lab/wire/capture.ts'
import type { Capture, CaptureOptions, WireRecord } from '../src/lab/wire/captured.ts'
import { createApp } from '../src/server/app.ts'
import { loadAssets } from '../src/server/assets.ts'
import { hostClock } from '../src/server/clock.ts'
import { guard } from '../src/server/guard.ts'
import { httpsServer } from '../src/server/https.ts'
import { createMetrics } from '../src/server/metrics.ts'
import { certs, sleep } from './lab.ts'

export interface Tapped {
  port: number
  ca: string
  feed: ReturnType<typeof memoryFeed>
  capture: Capture
  /** Every line of the key log so far. */
  secrets: Buffer[]
  /** Everything that passed the tap, in order. */
  passed: { connection: number; up: boolean; bytes: Buffer }[]
  /** As the server's own sockets count. */
  total(): ReturnType<ReturnType<typeof httpsServer>['wire']['total']>
  /** Resolves when no connection is open any more. */
  quiet(): Promise<void>
  close(): Promise<void>
}

export async function startTapped({
  rsa = false,
  late = false,
  sliceBytes = Infinity,
  ...options
}: { rsa?: boolean; late?: boolean; sliceBytes?: number } & Partial<CaptureOptions> = {}): Promise<Tapped> {
  const clock = hostClock()
  const { ca, leaf, intermediate: issuer } = await openAuthority(certs, ['localhost', '127.0.0.1', '::1'])
  const feed = memoryFeed({ clock })
  const keeper = guard({ names: ['localhost'], publishKey: 'a key', auth: 'open', limits: defaults })
  const fail = (error: unknown) => {
    throw error
  }
  const stop = new AbortController()
  const app = createApp({
    ...{ feed, limits: defaults, guard: keeper, controls: new Hono(), stop: stop.signal, startedAt: 0 },
    metrics: createMetrics({ feed, wire: () => server.wire, log: fail }),
    assets: await loadAssets(() => ''),
    countLane: () => undefined,
  })
  // Issued by the same authority, for the suites that are signed with RSA.
  const shown = rsa ? await issue({ kind: 'server', names: ['localhost'], issuer, keyType: 'rsa' }) : leaf
  const server = httpsServer(app, defaults, shown, 'both', fail)
  const serverPort = await server.listen(0, '127.0.0.1')
  const capture = startCapture({ clock, ...options })
  const [secrets, passed]: [Buffer[], Tapped['passed']] = [[], []]
  server.onSecret((line) => {
    secrets.push(line)
    if (!late) capture.keylog(line)
  })
  const proxy = await startProxy(
    () => serverPort,
    { sliceBytes },
    {
      tap(connection, up, bytes) {
        passed.push({ connection, up, bytes })
        capture.tap(connection, up, bytes)
      },
      ended: capture.ended,
    },
  )
  return {
    ...{ port: proxy.port, ca, feed, capture, secrets, passed, total: () => server.wire.total() },
    async quiet() {
      while (proxy.open > 0 || server.wire.open > 0) await sleep(2)
    },
    async close() {
      await proxy.close()
      stop.abort()
      await server.close()
      feed.close()
    },
  }
}

export interface Kept {
  socket: TLSSocket
  sent: Buffer[]
  got: Buffer[]
  write(bytes: string | Uint8Array): void
  /** Waits until all that came contains this. */
  until(text: string, ms?: number): Promise<void>
}

/** A TLS client that remembers each plaintext byte that it wrote and read. */
export async function keep({ port, ca }: Tapped, options: ConnectionOptions = {}): Promise<Kept> {
  const socket = connectTls({
    ...{ socket: connectTcp(port, '127.0.0.1'), servername: 'localhost', ca, ALPNProtocols: ['http/1.1'] },
    ...options,
  })
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
  const kept: Kept = {
    ...{ socket, sent: [], got: [] },
    write(bytes) {
      kept.sent.push(Buffer.from(bytes as string))
      socket.write(bytes)
    },
    async until(text, ms = 5000) {
      const until = performance.now() + ms
      while (!Buffer.concat(kept.got).includes(text)) {
        if (performance.now() > until) throw new Error(`${ms} ms without ${text}`)
        await sleep(2)
      }
    },
  }
  socket.on('data', (bytes: Buffer) => kept.got.push(bytes))
  socket.on('error', () => undefined) // the server may be gone first
  return kept
}

/** Node's own HTTP/2 client on such a socket. */
export function keptSession(kept: Kept, port: number): ClientHttp2Session {
  const { socket } = kept
  const duplex = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _, done) {
      kept.write(Buffer.from(chunk))
      done()
    },
    final: (done) => void socket.end(done),
  })
  socket.on('data', (bytes: Buffer) => duplex.push(bytes)).on('end', () => duplex.push(null))
  socket.on('close', () => duplex.destroy())
  const session = connectHttp2(`https://localhost:${port}`, { createConnection: () => duplex })
  return session.on('error', () => undefined)
}

/** What of application data the capture has read, one direction. */
export function plainOf(records: WireRecord[], up: boolean): Buffer {
  const data = records.filter((record) => record.type === 'data' && record.up === up)
  return Buffer.concat(data.map(({ plain }) => Buffer.from(plain!, 'base64')))
}
