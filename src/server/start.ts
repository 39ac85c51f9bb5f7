// Puts a lab together and starts it: certificates, feed, server, source. Used by the command, the tests and the bench.
import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { Readable } from 'node:stream'
import type { Authority } from '../../certs/authority.ts'
import { transportNames } from '../../transports/clients.ts'
import type { Feed } from '../core/feed.ts'
import { defaults } from '../core/limits.ts'
import type { Limits } from '../core/limits.ts'
import { memoryFeed } from '../feeds/memory.ts'
import { startHost } from '../sources/host.ts'
import { startStdin } from '../sources/stdin.ts'
import { keepRate } from '../sources/rate.ts'
import { startTicker } from '../sources/ticker.ts'
import type { OpenAccounts } from './accounts.ts'
import { createApp } from './app.ts'
import { loadAssets } from './assets.ts'
import type { ExtraFile } from './assets.ts'
import { hostClock } from './clock.ts'
import { controls } from './controls.ts'
import { readCredentials } from './credentials.ts'
import type { CredentialsOptions } from './credentials.ts'
import { guard } from './guard.ts'
import { httpsServer } from './https.ts'
import type { HttpsServer } from './https.ts'
import { createMetrics } from './metrics.ts'
import type { Metrics } from './metrics.ts'
import type { LabRoom, OpenRange, OpenRoom, RangeRoom } from './room.ts'
import type { HttpVersions, TlsRules } from './secure.ts'
import { nameOf } from './shape.ts'
import type { Wire } from './wire.ts'

export interface LabOptions extends Omit<CredentialsOptions, 'names' | 'certs' | 'clientCert'> {
  /** 0 takes any free port. */
  port?: number
  host?: string
  /** More host names to answer to, and to certify. */
  names?: string[]
  http?: HttpVersions
  certs?: string
  /** How TLS is spoken, at the doors of the benches too. */
  rules?: TlsRules
  /** Given each secret of TLS from the start, as a line of the NSS key log: what reads all records. */
  onSecret?: (line: Buffer) => void
  auth?: 'open' | 'required'
  publishKey?: string
  source?: 'ticker' | 'host' | 'stdin' | 'none'
  /** Lines for the source `stdin`. */
  input?: Readable
  /** Events a second of the ticker. */
  perSecond?: number
  limits?: Partial<Limits>
  feed?: Feed
  /** The benches of the pages that are open (src/lab). */
  lab?: OpenRoom
  /** Attacks and defences (src/range): servers of their own, on loopback, beside this one. */
  range?: OpenRange
  /** Accounts (src/accounts); without them there are guests, and the key. */
  accounts?: OpenAccounts
  /** Where others find the lab, for links in letters; its URL otherwise. */
  origin?: string
  clock?: () => number
  /** Served beside the page's own. */
  files?: ExtraFile[]
  /** One line each: what a person at the terminal should know. */
  report?: (message: string) => void
}

export interface Lab {
  url: string
  port: number
  feed: Feed
  wire: Wire
  limits: Limits
  metrics: Metrics
  publishKey: string
  /** Undefined with one's own certificate. */
  authority: Authority | undefined
  /** What is attacked in the range: its URL. */
  target: string | undefined
  /** Reads all certificates and lists again; nobody is dropped. @throws Error, and those before stay, when they cannot be used. */
  renew(): Promise<void>
  close(): Promise<{ forced: boolean }>
}

const LOOPBACK = ['localhost', '127.0.0.1', '::1']
const RENEW_MS = 12 * 3_600_000

export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const { port = 8443, host = '127.0.0.1', http = 'both', certs = 'certs', auth = 'open', source = 'ticker' } = options
  const { publishKey = randomBytes(18).toString('base64url'), report = () => undefined, clock = hostClock() } = options
  const limits: Limits = { ...defaults, ...options.limits }
  const stop = new AbortController()

  const names = [...new Set([...LOOPBACK, ...(isUnspecified(host) ? [] : [host]), ...(options.names ?? [])])]
  const { rules = {}, onSecret } = options
  const shown = { ...options, names, certs, ...(rules.clientCert && { clientCert: rules.clientCert }) }
  const { authority, tls } = await readCredentials(shown)
  const urlOf = (at: number) =>
    `https://${host === '127.0.0.1' || isUnspecified(host) ? 'localhost' : bracketed(host)}:${at}`

  const feed = options.feed ?? memoryFeedOf(limits, clock)
  const metrics = createMetrics({
    ...{ feed, wire: () => server.wire, room: options.lab && (() => room!.counts()) },
    log: (error) => report(`error: ${describe(error)}`),
  })
  const accounts = await options.accounts?.({ limits, clock, report, origin: () => options.origin ?? urlOf(listening) })
  const keeper = guard({
    names: [...names, ...(tls.named ?? []).map(({ name }) => name)].map(bracketed),
    ...{ publishKey, auth, limits, ...(accounts && { accounts }) },
  })
  const room: LabRoom | undefined = options.lab?.({
    ...{ feed, limits, http, guard: keeper, metrics, host, tls, rules, onSecret, ca: authority?.ca, clock },
    rate: () => rate,
    readKey: auth === 'required' ? publishKey : undefined,
  })
  /** What is open before the lab listens, when something after it fails. */
  const giveUp = (range?: RangeRoom) => async (error: unknown) => {
    accounts?.close()
    if (!options.feed) feed.close()
    await Promise.all([range?.close(), room?.close()])
    throw error
  }
  // Before the lab listens: what it needs to start may be missing.
  const range = await options
    .range?.({
      ...{ port, host, names, tls, ca: authority?.ca, guard: keeper, limits, clock, failed: metrics.failed },
    })
    .catch(giveUp())
  const app = createApp({
    feed,
    limits,
    guard: keeper,
    metrics,
    assets: await loadAssets((host) => policy(room && nameOf(host)), options.files, {
      hasRange: range !== undefined,
    }),
    controls: controls({
      guard: keeper,
      limits,
      wire: () => server.wire,
      rate: () => rate,
      storms: () => room?.counts().storms ?? 0,
      ...(room && { benches: room.routes }),
      ...(range && { range: range.routes }),
      about: () => ({
        transports: transportNames,
        tail: feed.tail, // so that all lanes of a page start at one position
        source,
        http,
        auth,
        accounts: accounts !== undefined,
        range: range !== undefined,
      }),
    }),
    ...(accounts && { accounts: accounts.routes(keeper) }),
    countLane: (incoming, lane) => server.wire.request(incoming, lane),
    stop: stop.signal,
    startedAt: performance.now(),
  })
  const server: HttpsServer = httpsServer(app, limits, tls, http, metrics.failed, rules)
  if (onSecret) server.onSecret(onSecret)
  const listening = await server.listen(port, host).catch(giveUp(range))

  // The source starts last: nothing runs yet when the port is taken.
  const ticker = source === 'ticker' ? startTicker(feed, { perSecond: options.perSecond ?? 5, clock }) : undefined
  const rate = ticker && keepRate(ticker)
  const other =
    source === 'host'
      ? startHost(feed, 1000, metrics.failed)
      : source === 'stdin'
        ? startStdin(feed, options.input ?? Readable.from([]), report)
        : undefined

  // A lab that runs for months must not end with its certificate.
  const renewal = setInterval(() => {
    renew().catch(metrics.failed)
  }, RENEW_MS).unref()
  async function renew() {
    const now = await readCredentials(shown)
    server.renew(now.tls)
    room?.renew(now.tls)
    range?.renew(now.tls, now.authority?.ca)
  }

  return {
    url: urlOf(listening),
    port: listening,
    feed,
    get wire() {
      return server.wire
    },
    limits,
    metrics,
    publishKey,
    authority,
    target: range?.target,
    renew,
    async close() {
      clearInterval(renewal)
      ticker?.stop()
      other?.stop()
      const closing = [server.close(), ...(room ? [room.close()] : [])]
      stop.abort()
      const [results] = await Promise.all([Promise.all(closing), range?.close()])
      accounts?.close()
      feed.close()
      return { forced: results.some((each) => each.forced) }
    },
  }
}

function memoryFeedOf(limits: Limits, clock: () => number): Feed {
  return memoryFeed({
    events: limits.retentionEvents,
    bytes: limits.retentionBytes,
    ageMs: limits.retentionMs,
    dataBytes: limits.dataBytes,
    keys: limits.idempotencyKeys,
    keyAgeMs: limits.idempotencyMs,
    clock,
  })
}

/**
 * Content-Security-Policy of the page: only its own files; and on its own host every port, for those of the doors of its bench are not
 * known before it asks for one.
 */
export function policy(doors: string | undefined): string {
  // CSP Level 3 has no IPv6 address in a source: there only the schemes are left.
  const allowed = doors?.startsWith('[') ? ['https:', 'wss:'] : [`https://${doors}:*`, `wss://${doors}:*`]
  const connect = ["'self'", ...(doors === undefined ? [] : allowed)]
  return [
    "default-src 'self'",
    "script-src 'self'",
    `connect-src ${connect.join(' ')}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')
}

const isUnspecified = (host: string) => host === '0.0.0.0' || host === '::'
const bracketed = (name: string) => (isIP(name) === 6 ? `[${name}]` : name)

/** For the log only: one line, whatever was thrown. */
function describe(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return text.replace(/\s*\n\s*/g, ' | ').replace(/[^\x20-\x7e]/g, '?')
}
