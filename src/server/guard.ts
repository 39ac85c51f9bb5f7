// Who may do what, decided once for all transports: the request's shape, its Host, its Origin, its session.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { setCookie } from 'hono/cookie'
import { parse } from 'hono/utils/cookie'
import type { Context } from 'hono'
import { LRUCache } from 'lru-cache'
import { allowance } from '../core/allowance.ts'
import type { Limits } from '../core/limits.ts'
import type { Env } from '../../transports/contract.ts'
import { Refusal } from '../../transports/request.ts'

export interface GuardOptions {
  /** Host names this server answers to. */
  names: string[]
  /** What a script shows to publish (and to read, when reading is closed): `Authorization: Bearer <key>`. */
  publishKey: string
  /** `required` closes reading too. */
  auth: 'open' | 'required'
  limits: Limits
}

export interface Guard {
  /** Refuses what no route should ever see: HTTP/0.9, two Hosts, foreign hosts and origins. */
  origin(env: Env['Bindings']): void
  /** Finds out who is asking; sets `publisher`. */
  session(env: Env['Bindings']): void
  /** @returns who it is: `key`, or a session. @throws {Refusal} 401, 403 or 429, unless this request may publish now. */
  mayPublish(env: Env['Bindings']): string
  /** @returns who it is. @throws {Refusal} 401, unless this is the lab's own page, or has the key. */
  mayLook(env: Env['Bindings']): string
  /** Gives the page its guest session. */
  welcome(context: Context<Env>): void
  /**
   * The same at a door of the lab, another port of the same host that carries the feed only: read across origins by the page at
   * `pagePort` (`:8443`, or nothing where that is the default), and by no other.
   */
  atDoor(pagePort: string): Guard
}

interface Session {
  allow: (now: number) => boolean
}

/** Sent as `__Host-wirelab-8443`: Secure, this host only, Path=/. A cookie knows no port (RFC 6265 §8.5), so two labs need two names. */
const cookieAt = (port: string) => `wirelab${port.replace(':', '-')}`

/** To a browser a door is another origin of the same site as its page, whose Origin was checked already. */
const DOOR_SITES = ['same-origin', 'same-site']

export function guard({ publishKey, auth, limits, ...options }: GuardOptions): Guard {
  const names = options.names.map((name) => name.toLowerCase()) // as browsers send them
  const own = new Set(names)
  const keyHash = sha256(publishKey)
  /** By hash: who reads this memory or a dump of it has no session. */
  const sessions = new LRUCache<string, Session>({ max: limits.sessions, ttl: limits.sessionMs })

  function origin({ incoming, upgrade }: Env['Bindings']) {
    checkShape(incoming, limits)
    const host = hostOf(incoming)
    if (!own.has(nameOf(host))) throw wrongHost()
    const { origin: from, cookie } = incoming.headers
    if (from === undefined) checkUnnamed(incoming, upgrade !== undefined && cookie !== undefined)
    else if (from !== `https://${host}`) throw foreign() // not the lab's own page
  }

  function originAtDoor(pages: Set<string>, { incoming, outgoing, upgrade, path }: Env['Bindings']) {
    checkShape(incoming, limits)
    if (!own.has(nameOf(hostOf(incoming)))) throw wrongHost()
    const { origin: from, cookie } = incoming.headers
    if (from === undefined) checkUnnamed(incoming, upgrade !== undefined && cookie !== undefined)
    else if (pages.has(from)) {
      outgoing.setHeader('access-control-allow-origin', from)
      if (incoming.method === 'OPTIONS') allowConditional(outgoing)
    } else throw foreign()
    if (!path.startsWith('/feed/')) throw new Refusal(404, 'not_found', 'this is a door: it carries the feed only')
  }

  function session(env: Env['Bindings'], pagePort = portOf(env.incoming), sites = ['same-origin']) {
    const { incoming } = env
    const { authorization } = incoming.headers
    if (authorization !== undefined) {
      const key = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1]
      if (key === undefined || !timingSafeEqual(sha256(key), keyHash))
        throw unauthorized('this is not the key of this lab')
      env.publisher = 'key'
    } else {
      const id = sessionOf(incoming, pagePort)
      if (id !== undefined && incoming.headers.origin !== undefined) env.publisher = id
    }
    // Kept as long as a WebSocket is open, so it keeps two things and not the whole request.
    const { publisher } = env
    const { headers } = incoming
    env.mayPublish = () => mayPublish(headers, publisher, sites)
    if (auth === 'required' && env.path.startsWith('/feed') && env.publisher !== 'key')
      throw unauthorized('reading needs a key here: Authorization: Bearer <key>')
  }

  function sessionOf(incoming: IncomingMessage, pagePort = portOf(incoming)): string | undefined {
    const { cookie } = incoming.headers
    const name = `__Host-${cookieAt(pagePort)}`
    const value = cookie === undefined ? undefined : parse(cookie, name)[name]
    if (value === undefined) return undefined
    const id = sha256(value).toString('base64url')
    return sessions.get(id) ? id : undefined // get: whoever is used stays longest
  }

  function mayPublish(headers: IncomingMessage['headers'], publisher: string | undefined, sites = ['same-origin']) {
    if (publisher === undefined) {
      if (headers.cookie !== undefined && headers.origin === undefined)
        throw forbidden('a cookie needs the page’s Origin')
      throw unauthorized('publishing needs the page’s session, or Authorization: Bearer <key> (printed at start)')
    }
    if (publisher === 'key') return publisher
    if (!sites.includes(String(headers['sec-fetch-site'] ?? 'same-origin')))
      throw forbidden('only the lab’s own page may do this')
    const known = sessions.get(publisher)
    if (!known) throw unauthorized('this session has ended; load the page again')
    if (!known.allow(performance.now()))
      throw new Refusal(429, 'too_many', `at most ${limits.messagesPer10s} in 10 s`, { 'retry-after': '10' })
    return publisher
  }

  const keeper: Guard = {
    origin,
    session: (env) => session(env),
    mayPublish: ({ incoming, publisher }) => mayPublish(incoming.headers, publisher),
    mayLook({ incoming, publisher }) {
      // A browser names no Origin when its own page only reads, so the cookie is enough: another site could not read the answer.
      const who = publisher ?? sessionOf(incoming)
      if (who === undefined) throw unauthorized('this is for the lab’s own page')
      return who
    },
    atDoor(pagePort) {
      const pages = new Set(names.map((name) => `https://${name}${pagePort}`))
      return {
        ...keeper,
        origin: (env) => originAtDoor(pages, env),
        session: (env) => session(env, pagePort, DOOR_SITES),
      }
    },
    welcome(context) {
      if (auth === 'required' || sessionOf(context.env.incoming) !== undefined) return // a lab with keys has no guests
      const value = randomBytes(16).toString('base64url')
      sessions.set(sha256(value).toString('base64url'), { allow: allowance(limits.messagesPer10s, 10_000) })
      setCookie(context, cookieAt(portOf(context.env.incoming)), value, {
        prefix: 'host',
        secure: true,
        httpOnly: true,
        sameSite: 'Strict',
        path: '/',
        maxAge: Math.floor(limits.sessionMs / 1000),
      })
    },
  }
  return keeper
}

/** CORS preflight [WHATWG Fetch]: the page may send this header of the feed, which is not one of those that need no leave. */
function allowConditional(outgoing: Env['Bindings']['outgoing']) {
  outgoing.setHeader('access-control-allow-headers', 'if-none-match')
  outgoing.setHeader('access-control-max-age', '600')
}

/** Without an Origin. */
function checkUnnamed({ headers }: IncomingMessage, upgradesWithCookie: boolean) {
  // An <img> of another site names no Origin, and its requests would use up the lines of this address.
  const fetching = String(headers['sec-fetch-mode'] ?? 'navigate') !== 'navigate'
  if (fetching && headers['sec-fetch-site'] === 'cross-site') throw forbidden('another site may not use this server')
  // Browsers always send it on an upgrade: a cookie without one is not the page's (CWE-1385).
  if (upgradesWithCookie) throw forbidden('an upgrade with a cookie must name its Origin')
}

/** What Node lets through and RFC 9112 does not. */
function checkShape(incoming: IncomingMessage, limits: Limits) {
  const { httpVersion, rawHeaders, headers, url } = incoming
  // Node's HTTP/1.1 parser takes "HTTP/2.0" on a request line; what follows is not HTTP/2, and nothing here may think so.
  if (httpVersion === '2.0' && !('stream' in incoming)) throw bad('HTTP/2 is chosen by ALPN')
  if (httpVersion === '0.9') throw bad('HTTP/0.9 is not spoken here')
  if (httpVersion === '1.0' && headers.upgrade !== undefined) throw bad('HTTP/1.0 has no Upgrade')
  if (!url?.startsWith('/')) throw bad('the request target must be a path')
  let [count, hosts] = [0, 0]
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (!name.startsWith(':')) count++
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++
  }
  if (hosts > 1) throw bad('one Host, please')
  const isHttp2 = incoming.httpVersionMajor === 2
  const close: Record<string, string> = isHttp2 ? {} : { connection: 'close' }
  if (count > limits.headers) throw new Refusal(431, 'too_many_headers', `at most ${limits.headers} headers`, close)
  // HTTP/1.1 has this in its parser; over HTTP/2 Node's limit is in force only once the client has acknowledged it.
  if (isHttp2 && rawHeaders.join('').length > limits.headerBytes)
    throw new Refusal(431, 'too_many_headers', `at most ${limits.headerBytes} bytes of headers`, close)
}

/** As the client wrote it, with the port. */
export function hostOf({ headers, httpVersionMajor }: IncomingMessage): string {
  const host = (httpVersionMajor === 2 ? headers[':authority'] : headers.host) ?? headers.host
  return String(host ?? '').toLowerCase()
}

/** As the browser sees it, `:8443`; empty where it is the default. A tunnel may have another than this server. */
const portOf = (incoming: IncomingMessage) => hostOf(incoming).slice(nameOf(hostOf(incoming)).length)

/** The name without the port; an IPv6 address keeps its brackets. */
export function nameOf(host: string): string {
  return host.replace(/:\d{1,5}$/, '')
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

const wrongHost = () => new Refusal(421, 'wrong_host', 'this server does not answer to that Host; see --name')
const foreign = () => forbidden('this Origin may not use this server')
const bad = (message: string) => new Refusal(400, 'bad_request', message)
const forbidden = (message: string) => new Refusal(403, 'forbidden', message)
const unauthorized = (message: string) =>
  new Refusal(401, 'unauthorized', message, { 'www-authenticate': 'Bearer realm="wirelab"' })
