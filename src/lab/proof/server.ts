// The server of a proof: a whole one of ours with accounts in memory, closed to all but one, and before it somebody who reads each handshake.
import { randomBytes } from 'node:crypto'
import { startProxy } from '../../../bench/network/proxy.ts'
import { memoryFeed } from '../../feeds/memory.ts'
import { guard } from '../../server/guard.ts'
import type { RoomOptions } from '../../server/room.ts'
import type { Credentials } from '../../server/secure.ts'
import { startOrigin } from '../origin.ts'
import { trusting } from '../tap/way.ts'
import { startHearing } from './hearing.ts'
import type { Own } from './hearing.ts'
import { closedOff } from './keeper.ts'
import { say } from './say.ts'
import type { Heard } from './told.ts'

export interface ServerOptions extends Pick<RoomOptions, 'limits' | 'metrics' | 'clock' | 'host'> {
  tls: Credentials
  /** PEM: the authority, or the server's own certificate. */
  ca: string
  /** As the page has it in `Host`, without its port. */
  name: string
  /** Of the page that may come from another origin: `:8443`, or nothing. */
  pagePort: string
}

export interface ProofServer {
  port: number
  /** Another one to the same server: to a browser another origin, where it may keep a password and send it unasked from then on. */
  asidePort: number
  /** Host and port, as it is known. */
  authority: string
  /** Of whoever makes accounts. */
  key: string
  heard(): Heard[]
  /** A handshake; `isHeard`: where the page goes in. @returns the answer; nothing when none came, or `stop` was called */
  say(request: string, isHeard?: boolean): Promise<string>
  /** Waits for its answer in any case: a password that is being hashed is then written into a store that is still there. */
  ask(request: string): Promise<string>
  stop(): void
  /** Never fails: what did is told to the metrics. */
  close(): Promise<void>
}

const OWN_LIMITS = { accounts: 1, connections: 64, stopMs: 300 }
const TLS = '1.3'
/** Where a server that listens everywhere is found on its own machine. */
export const reached = (host: string) => ({ '0.0.0.0': '127.0.0.1', '::': '::1' })[host] ?? host

export async function startServer(
  { tls, ca, name, pagePort, host, clock, metrics, ...options }: ServerOptions,
  own: Pick<Own, 'authorization' | 'cookie'>,
): Promise<ProofServer> {
  // Loaded for whoever asks: SQLite and bcrypt are not for the others.
  const { accountRoom } = await import('../../accounts/room.ts')
  const limits = { ...options.limits, ...OWN_LIMITS }
  const open = accountRoom({ path: ':memory:', signUp: 'key' })
  const accounts = await open({ limits, clock, origin: () => '', report: () => undefined })
  const feed = memoryFeed({ clock })
  const key = randomBytes(18).toString('base64url')
  const keeper = guard({ names: [name], publishKey: key, auth: 'required', limits, accounts })
  const hearing = startHearing(clock, { ...own, origin: `https://${name}${pagePort}` })
  const stop = new AbortController()
  const closing: (() => unknown)[] = [() => feed.close(), () => accounts.close(), () => hearing.forget()]
  /** One after the other, for the one serves the other; and all of them, whatever one of them says. */
  async function close() {
    stop.abort()
    for (const each of closing.splice(0).toReversed()) await (async () => each())().catch(metrics.failed)
  }
  try {
    const origin = await startOrigin({
      ...{ feed, limits, metrics, tls, versions: '1.1', rules: { version: TLS }, batchMs: 0 },
      guard: closedOff(keeper, { pagePort, key, authorization: own.authorization }),
      ...{ accounts: accounts.routes(keeper), onSecret: hearing.keylog },
    })
    closing.push(() => origin.close())
    const listen = async (sign: 1 | -1) => {
      const tap = (n: number, up: boolean, bytes: Buffer) => hearing.tap(sign * n, up, bytes)
      const proxy = await startProxy(() => origin.port, {}, { host, tap, ended: (n) => hearing.ended(sign * n) })
      closing.push(() => proxy.close())
      return proxy.port
    }
    const [port, asidePort] = [await listen(1), await listen(-1)]
    const near = { name: name.replace(/^\[|\]$/g, ''), secureContext: trusting(ca, TLS) }
    const inside = { ...near, port: origin.port }
    return {
      ...{ port, asidePort, authority: `${name}:${port}`, key },
      heard: hearing.heard,
      say: (request, isHeard = false) =>
        say(isHeard ? { ...near, port, host: reached(host) } : inside, request, stop.signal),
      ask: (request) => say(inside, request),
      stop: () => stop.abort(),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
