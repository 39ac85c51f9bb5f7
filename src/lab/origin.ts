// The server behind a door: a whole HTTPS server that carries the feed and nothing else, with its own versions and limits.
import type { Hono } from 'hono'
import type { Env } from '../../transports/contract.ts'
import { createApp } from '../server/app.ts'
import type { Assets } from '../server/assets.ts'
import type { Guard } from '../server/guard.ts'
import { httpsServer } from '../server/https.ts'
import type { RoomOptions } from '../server/room.ts'
import type { Credentials, HttpVersions, TlsRules } from '../server/secure.ts'
import type { Traffic } from '../server/wire.ts'

/** What a door leads to: a server, or a gateway with one behind it. */
export interface Destination {
  port: number
  /** Since it was started. */
  traffic(): Traffic
  /** Connections now, as far as it knows. */
  readonly open: number
  renew(tls: Credentials): void
  /** As on SIGTERM: long polls are answered, streams end after `retry:`, WebSockets with 1001. */
  close(): Promise<{ forced: boolean }>
}

export interface OriginOptions extends Pick<RoomOptions, 'feed' | 'limits' | 'metrics'> {
  guard: Guard
  tls: Credentials
  versions: HttpVersions
  rules: TlsRules
  batchMs: number
  /** Given each secret of TLS, as a line of the NSS key log. */
  onSecret?: ((line: Buffer) => void) | undefined
  /** Where it listens; a free port of loopback otherwise: whoever is not on this machine comes through the door. */
  at?: { host: string; port: number }
  /** What there is beside the feed. */
  assets?: Assets
  /** Accounts of its own. */
  accounts?: Hono<Env>
}

/** All who come through a door have one address, and a storm is to fit. */
const MAX_LINES = 2500

export async function startOrigin(options: OriginOptions): Promise<Destination> {
  const { feed, metrics, guard, tls, versions, rules, batchMs, onSecret, assets, accounts } = options
  const { host, port } = options.at ?? { host: '127.0.0.1', port: 0 }
  const limits = { ...options.limits, batchMs, lines: MAX_LINES, linesPerAddress: MAX_LINES }
  const stop = new AbortController()
  const app = createApp({
    ...{ feed, limits, guard, metrics, entrance: 'door', stop: stop.signal, startedAt: performance.now() },
    ...(assets && { assets }),
    ...(accounts && { accounts }),
    countLane: (incoming) => server.wire.request(incoming),
  })
  const server = httpsServer(app, limits, tls, versions, metrics.failed, rules)
  if (onSecret) server.onSecret(onSecret)
  return {
    port: await server.listen(port, host),
    traffic: () => server.wire.total(),
    get open() {
      return server.wire.open
    },
    renew: (next) => server.renew(next),
    close() {
      const closed = server.close()
      stop.abort()
      return closed
    },
  }
}
