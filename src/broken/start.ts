// Servers that are broken on purpose, one of each kind, beside a lab: each carries the same feed on a port of its own, on loopback only.
import { openAuthority } from '../../certs/authority.ts'
import { startOrigin } from '../lab/origin.ts'
import type { Destination } from '../lab/origin.ts'
import type { Assets } from '../server/assets.ts'
import { guard } from '../server/guard.ts'
import type { Guard } from '../server/guard.ts'
import type { HttpVersions } from '../server/secure.ts'
import { isLoopback } from '../server/shape.ts'
import type { Lab } from '../server/start.ts'
import { kindNames, kindOf, names, otherName } from './kinds.ts'
import type { Kind, KindName } from './kinds.ts'
import { speaksOld } from './old.ts'

export interface BrokenOptions {
  lab: Pick<Lab, 'feed' | 'limits' | 'metrics' | 'url' | 'publishKey'>
  /** Where the local authority lives, which signs for those that have an issuer at all. */
  certs: string
  /** Of loopback: see `isLoopback`. */
  host?: string
  /** Of the first one; the others follow. 0 takes any free ones. */
  port?: number
  http?: HttpVersions
  auth?: 'open' | 'required'
}

export interface BrokenServer {
  name: KindName
  url: string
  /** It is not broken in the way that it should be, and why. */
  note?: string
}

export interface Broken {
  servers: BrokenServer[]
  close(): Promise<{ forced: boolean }>
}

/** @throws Error when `host` is not loopback, a port is taken, or the authority cannot be opened. */
export async function startBroken(options: BrokenOptions): Promise<Broken> {
  const { lab, certs, host = '127.0.0.1', port = 0, http = 'both', auth = 'open' } = options
  // Nobody else should meet a server that is broken on purpose.
  if (!isLoopback(host)) throw new Error(`broken servers are for loopback only, not for ${host}`)
  const authority = await openAuthority(certs, names)
  const { hostname, port: labPort } = new URL(lab.url)
  const keeper = feedOnly(
    guard({
      names: ['localhost', '127.0.0.1', '[::1]', otherName],
      publishKey: lab.publishKey,
      auth,
      limits: lab.limits,
    }),
    labPort === '' ? '' : `:${labPort}`,
  )
  const started: { server: BrokenServer; destination: Destination }[] = []
  async function close() {
    const results = await Promise.all(started.map(({ destination }) => destination.close()))
    return { forced: results.some(({ forced }) => forced) }
  }
  try {
    for (const [n, name] of kindNames.entries()) {
      const kind = kindOf(name)
      const tls = await kind.make({ authority, certs })
      const { feed, limits, metrics } = lab
      const destination = await startOrigin({
        ...{ feed, limits, metrics, guard: keeper, tls, versions: http, batchMs: limits.batchMs },
        rules: kind.weakened ? { weakened: kind.weakened } : {},
        at: { host, port: port === 0 ? 0 : port + n },
        assets: welcome(kind),
      })
      const server: BrokenServer = { name, url: `https://${hostname}:${destination.port}` }
      started.push({ server, destination })
      if (kind.weakened?.maxVersion === 'TLSv1' && !(await speaksOld({ host, port: destination.port }, authority.ca)))
        server.note = 'this OpenSSL cannot speak TLS 1.0: the server refuses everybody, and shows no more than that'
    }
  } catch (error) {
    await close()
    throw error
  }
  return { servers: started.map(({ server }) => server), close }
}

/** The page of the lab may read the feed, or CORS would hide from it that TLS is what fails; visitors get no session. */
function feedOnly(own: Guard, pagePort: string): Guard {
  const door = own.atDoor(pagePort)
  return {
    ...door,
    origin: (env) => (env.path === '/' ? own : door).origin(env),
    welcome: () => undefined,
  }
}

/** For a person who has gone past the warning, or whose browser had none. */
const welcome = ({ wrong, cure }: Kind): Assets => ({
  has: (path) => path === '/',
  respond: async (context) =>
    context.text(
      `You are through, and this server is broken on purpose: ${wrong}.\n` +
        `Whoever gets this far is encrypted, but does not know to whom, or how well.\n\n` +
        `Cure: ${cure}.\n\nThe feed is here too: /feed/polling, /feed/long-polling, /feed/sse, /feed/wss.\n`,
    ),
})
