// Who may do what, decided once for all transports: the request's shape, its Host, its Origin, its session.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { setCookie } from 'hono/cookie'
import type { Context } from 'hono'
import { LRUCache } from 'lru-cache'
import { MODERATED } from '../core/account.ts'
import type { Account } from '../core/account.ts'
import { allowance } from '../core/allowance.ts'
import type { Limits } from '../core/limits.ts'
import type { Env } from '../../transports/contract.ts'
import { Refusal } from '../../transports/request.ts'
import { BEARER, accountOf, accountOfBasic, cookieOf, isBasic, unauthorized } from './accounts.ts'
import type { Accounts } from './accounts.ts'
import { checkShape, hostOf, nameOf, portOf } from './shape.ts'

export interface GuardOptions {
  /** Host names this server answers to. */
  names: string[]
  /** What a script shows to publish (and to read, when reading is closed): `Authorization: Bearer <key>`. */
  publishKey: string
  /** `required` closes reading too. */
  auth: 'open' | 'required'
  limits: Limits
  /** Without them there are guests, and the key. */
  accounts?: Accounts
}

export interface Guard {
  /** Refuses what no route should ever see: HTTP/0.9, two Hosts, foreign hosts and origins. */
  origin(env: Env['Bindings']): void
  /** Finds out who is asking; sets `publisher`, `account` and `client`: at once, unless a password has to be checked. */
  session(env: Env['Bindings']): Promise<void> | undefined
  /** @returns who it is: `key`, an account or a session. @throws {Refusal} 401, 403 or 429, unless this request may publish now. */
  mayPublish(env: Env['Bindings']): string
  /** The same for whatever sets something in the lab: its rate, a bench, the range. Counted apart from what is published. */
  maySet(env: Env['Bindings']): string
  /** The same, of who ends what it had: this is not counted, or a page that was busy could not leave. @throws {Refusal} 401 or 403 */
  mayGiveBack(env: Env['Bindings']): string
  /** @throws {Refusal} 403 when events of this type are not for who asks. */
  mayUse(env: Env['Bindings'], type: string): void
  /** Of whatever changes something here and publishes nothing. @throws {Refusal} 403, unless it is a script or the lab's own page. */
  mayChange(env: Env['Bindings']): void
  /** @returns who it is. @throws {Refusal} 401, unless this is the lab's own page, or has the key. */
  mayLook(env: Env['Bindings']): string
  /** Gives the page its guest session. */
  welcome(context: Context<Env>): void
  /** Gives a browser the cookie of an account's session; without one, takes it away. */
  remember(context: Context<Env>, session?: string): void
  /**
   * The same at a door of the lab, another port of the same host that carries the feed only: read across origins by the page at
   * `pagePort` (`:8443`, or nothing where that is the default), and by no other.
   */
  atDoor(pagePort: string): Guard
}

interface Session {
  publish: (now: number) => boolean
  set: (now: number) => boolean
}

/** Sent as `__Host-wirelab-8443`: Secure, this host only, Path=/. A cookie knows no port (RFC 6265 §8.5), so two labs need two names. */
const cookieAt = (port: string) => `wirelab${port.replace(':', '-')}`
/** Another name than a guest's: a session that is not known any more has ended, while a guest just gets a new one. */
const accountCookieAt = (port: string) => `${cookieAt(port)}-account`
const COOKIE = { prefix: 'host', secure: true, httpOnly: true, sameSite: 'Strict', path: '/' } as const

const OWN_SITE = ['same-origin']
/** To a browser a door is another origin of the same site as its page, whose Origin was checked already. */
const DOOR_SITES = ['same-origin', 'same-site']

export function guard({ publishKey, auth, limits, accounts, ...options }: GuardOptions): Guard {
  const names = options.names.map((name) => name.toLowerCase()) // as browsers send them
  const own = new Set(names)
  const keyHash = sha256(publishKey)
  /** By hash: who reads this memory or a dump of it has no session. An account is in it by its id, whatever it came by. */
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

  function session(env: Env['Bindings'], pagePort = portOf(env.incoming), sites = OWN_SITE): Promise<void> | undefined {
    const { incoming } = env
    const { authorization, origin: from, cookie } = incoming.headers
    if (accounts && authorization !== undefined && isBasic(authorization)) {
      // All who come through a door have one address, and wrong passwords are counted by address.
      if (sites === DOOR_SITES) throw noEntry('HTTP Basic is for the lab’s own port', incoming.headers)
      return accountOfBasic(accounts, incoming).then((account) => {
        env.account = account
        env.publisher = idOf(account)
        admit(env, sites)
      })
    }
    if (authorization !== undefined) {
      const key = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1]
      if (key === undefined || !timingSafeEqual(sha256(key), keyHash))
        throw noEntry('this is not the key of this lab', incoming.headers)
      env.publisher = 'key'
    } else {
      const account = accounts && accountOf(accounts, env, cookieOf(incoming, `__Host-${accountCookieAt(pagePort)}`))
      // Another site may have a browser send its cookie: the Origin says that it was this page.
      if (account) {
        env.account = account
        if (from !== undefined || cookie === undefined) env.publisher = idOf(account)
      } else {
        const id = sessionOf(incoming, pagePort)
        if (id !== undefined && from !== undefined) env.publisher = id
      }
    }
    admit(env, sites)
  }

  function admit(env: Env['Bindings'], sites: string[]) {
    // Kept as long as a WebSocket is open, so it keeps these few and not the whole request.
    const { publisher, account } = env
    const { headers } = env.incoming
    env.client = {
      mayPublish(type) {
        mayAct('publish', headers, publisher, account, sites)
        mayUse(type, publisher, account)
      },
    }
    if (accounts && account) {
      env.client.whenEnded = (act) => accounts.hold(account, act)
      env.client.published = (event) => accounts.published(event, account)
    }
    if (auth === 'required' && env.path.startsWith('/feed') && publisher !== 'key' && !account)
      throw noEntry(`reading needs ${accounts ? 'an account or ' : ''}a key here: Authorization: Bearer <key>`, headers)
  }

  function sessionOf(incoming: IncomingMessage, pagePort = portOf(incoming)): string | undefined {
    const value = cookieOf(incoming, `__Host-${cookieAt(pagePort)}`)
    if (value === undefined) return undefined
    const id = sha256(value).toString('base64url')
    return sessions.get(id) ? id : undefined // get: whoever is used stays longest
  }

  function begin(id: string): Session {
    const session = { publish: allowance(limits.messagesPer10s, 10_000), set: allowance(limits.changesPer10s, 10_000) }
    sessions.set(id, session)
    return session
  }

  /** @returns who it is, and by which session; the key has none, and no bound. @throws {Refusal} 401 or 403 */
  function mayWrite(
    headers: IncomingHttpHeaders,
    publisher: string | undefined,
    account: Account | undefined,
    sites = OWN_SITE,
  ): { who: string; session?: Session } {
    if (publisher === undefined) {
      if (headers.cookie !== undefined && headers.origin === undefined) throw unnamed()
      throw noEntry('publishing needs the page’s session, or Authorization: Bearer <key> (printed at start)', headers)
    }
    if (publisher === 'key') return { who: publisher }
    checkSite(headers, sites)
    if (account?.role === 'reader') throw forbidden('this account may read only')
    const session = sessions.get(publisher) ?? (account && begin(publisher))
    if (!session) throw noEntry('this session has ended; load the page again', headers)
    return { who: publisher, session }
  }

  /** @param what each has an allowance of its own: who plays with faults can still publish */
  function mayAct(what: keyof Session, ...asked: Parameters<typeof mayWrite>) {
    const { who, session } = mayWrite(...asked)
    if (session?.[what](performance.now()) === false) {
      const most = what === 'publish' ? `${limits.messagesPer10s} events` : `${limits.changesPer10s} changes of the lab`
      throw new Refusal(429, 'too_many', `at most ${most} in 10 s`, { 'retry-after': '10' })
    }
    return who
  }

  function mayUse(type: string, publisher: string | undefined, account: Account | undefined) {
    if (accounts && type === MODERATED && publisher !== 'key' && account?.role !== 'moderator')
      throw forbidden(`events of type ${MODERATED} are for moderators`)
  }

  const noEntry = (message: string, headers: IncomingHttpHeaders) =>
    accounts
      ? unauthorized(message, headers)
      : new Refusal(401, 'unauthorized', message, { 'www-authenticate': BEARER })

  const keeper: Guard = {
    origin,
    session: (env) => session(env),
    mayPublish: ({ incoming, publisher, account }) => mayAct('publish', incoming.headers, publisher, account),
    maySet: ({ incoming, publisher, account }) => mayAct('set', incoming.headers, publisher, account),
    mayGiveBack: ({ incoming, publisher, account }) => mayWrite(incoming.headers, publisher, account).who,
    mayUse: ({ publisher, account }, type) => mayUse(type, publisher, account),
    mayChange({ incoming: { headers }, publisher, account }) {
      if (account && publisher === undefined) throw unnamed()
      checkSite(headers, OWN_SITE)
    },
    mayLook({ incoming, publisher, account }) {
      // A browser names no Origin when its own page only reads, so the cookie is enough: another site could not read the answer.
      const who = publisher ?? (account ? idOf(account) : sessionOf(incoming))
      if (who === undefined) throw noEntry('this is for the lab’s own page', incoming.headers)
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
      const { incoming, account } = context.env
      if (account) return
      if (accounts && cookieOf(incoming, `__Host-${accountCookieAt(portOf(incoming))}`) !== undefined)
        keeper.remember(context) // its session has ended: on as a guest
      if (auth === 'required' || sessionOf(incoming) !== undefined) return // a lab with keys has no guests
      const value = randomBytes(16).toString('base64url')
      begin(sha256(value).toString('base64url'))
      const maxAge = Math.floor(limits.sessionMs / 1000)
      setCookie(context, cookieAt(portOf(incoming)), value, { ...COOKIE, maxAge })
    },
    remember(context, session) {
      const maxAge = session === undefined ? 0 : Math.floor(limits.sessionMs / 1000)
      setCookie(context, accountCookieAt(portOf(context.env.incoming)), session ?? '', { ...COOKIE, maxAge })
    },
  }
  return keeper
}

const idOf = ({ id }: Account) => `user ${id}`

/** `Sec-Fetch-Site`: only browsers send it. */
function checkSite(headers: IncomingHttpHeaders, sites: string[]) {
  if (!sites.includes(String(headers['sec-fetch-site'] ?? 'same-origin')))
    throw forbidden('only the lab’s own page may do this')
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

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

const wrongHost = () => new Refusal(421, 'wrong_host', 'this server does not answer to that Host; see --name')
const foreign = () => forbidden('this Origin may not use this server')
const unnamed = () => forbidden('a cookie needs the page’s Origin')
const forbidden = (message: string) => new Refusal(403, 'forbidden', message)
