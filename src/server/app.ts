// The application as a reading list: origin → session → limits → transports → publish → page.
import { Hono } from 'hono'
import type { IncomingMessage } from 'node:http'
import type { Feed } from '../core/feed.ts'
import type { Limits } from '../core/limits.ts'
import type { Env } from '../../transports/contract.ts'
import { transportNames } from '../../transports/clients.ts'
import type { TransportName } from '../../transports/clients.ts'
import { readDraft } from '../../transports/draft.ts'
import { Refusal } from '../../transports/request.ts'
import { servers } from '../../transports/servers.ts'
import type { Assets } from './assets.ts'
import { readJson } from './body.ts'
import { codeOf, errorResponse } from './errors.ts'
import type { Guard } from './guard.ts'
import { lineLimits } from './lines.ts'
import type { Connection } from './exchanges.ts'
import type { Entrance, Metrics } from './metrics.ts'

export interface AppOptions {
  feed: Feed
  limits: Limits
  guard: Guard
  metrics: Metrics
  /** As what requests are counted. */
  entrance?: Entrance
  assets?: Assets
  /** What the page may do beside following and publishing. */
  controls?: Hono<Env>
  /** Signing up, logging in and the rest of it, where the lab has accounts. */
  accounts?: Hono<Env>
  /** Notes which lane of a page a request is for. */
  countLane(incoming: IncomingMessage, lane?: string): void
  stop: AbortSignal
  startedAt: number
}

export type App = (request: Request, connection: Connection) => Response | Promise<Response>

export function createApp({
  feed,
  limits,
  guard,
  metrics,
  entrance = 'lab',
  assets,
  controls,
  accounts,
  countLane,
  stop,
  startedAt,
}: AppOptions): App {
  const app = new Hono<Env>({ getPath: (_, options) => (options!.env as Env['Bindings']).path })
  const holdLine = lineLimits(limits)

  /** What every request goes through before a route sees it; plain calls, for polling pays for them again and again. */
  function check(env: Env['Bindings']): Promise<void> | undefined {
    const { incoming, outgoing } = env
    env.path = pathOf(env)
    const isFeed = env.path.startsWith('/feed/')
    if (!isFeed) {
      // An answer of the feed is no page, and says only what matters for it (transports/page.ts).
      outgoing.setHeader('x-content-type-options', 'nosniff')
      outgoing.setHeader('cache-control', 'no-store')
      outgoing.setHeader('referrer-policy', 'no-referrer')
      outgoing.setHeader('strict-transport-security', `max-age=${limits.hstsSeconds}; includeSubDomains`)
      outgoing.setHeader('vary', 'Origin')
      if (env.path !== '/feed') bare(env) // the answer to each event that is published has no need of it
    }
    // RFC 9112 §9.3: with HTTP/1.1 a connection stays open without being told to; Node would say so in 47 bytes of each answer.
    if (isFeed && outgoing.shouldKeepAlive && incoming.httpVersion === '1.1') outgoing.removeHeader('connection')
    metrics.request(env, entrance)
    guard.origin(env)
    const asking = guard.session(env)
    if (asking) return asking.then(stillThere(env))
    enter(env)
  }

  /** To check a password takes a while: who has gone meanwhile holds no line, and is not served. */
  function stillThere(env: Env['Bindings']) {
    let isGone = false
    env.over.push(() => (isGone = true))
    return () => {
      if (isGone) throw new Refusal(400, 'gone', 'the client went away')
      enter(env)
    }
  }

  /** Who asks is known. */
  function enter(env: Env['Bindings']) {
    const { incoming, path } = env
    const isFeed = path.startsWith('/feed/')
    countLane(incoming, isFeed ? laneOf(incoming.url) : undefined)
    if (isFeed) holdLine(env)
  }

  /** No other site may put it into its pages; and what is no file of the page is no page, whoever opens it in a window or a frame. */
  function bare({ path, outgoing }: Env['Bindings']) {
    outgoing.setHeader('cross-origin-resource-policy', 'same-origin')
    if (!assets?.has(path)) outgoing.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  }

  for (const name of transportNames) app.route(`/feed/${name}`, servers[name](feed, limits, stop))

  app.post('/feed', async (context) => {
    guard.mayPublish(context.env)
    const { incoming, outgoing, client, publisher = '' } = context.env
    const draft = readDraft(await readJson(incoming, outgoing, limits.bodyBytes))
    guard.mayUse(context.env, draft.type)
    const event = await feed.publish(draft, keyOf(incoming, publisher))
    client.published?.(event.id)
    return context.json({ id: event.id }, 201)
  })

  app.get('/metrics', async (context) =>
    context.text(await metrics.text(), 200, { 'content-type': metrics.contentType }),
  )
  app.get('/healthz', (context) =>
    context.json({
      status: stop.aborted ? 'stopping' : 'ok',
      epoch: feed.epoch,
      tail: feed.tail,
      uptimeSeconds: seconds(startedAt),
    }),
  )
  app.get('/limits', (context) => context.json(limits))
  if (controls) app.route('/lab', controls)
  if (accounts) app.route('/', accounts)

  // No route for everything: a request with one route goes through hono without promises.
  app.notFound((context) => {
    const { path, method } = context.req
    if (assets?.has(path) && (method === 'GET' || method === 'HEAD')) {
      if (path === '/') guard.welcome(context)
      return assets.respond(context)
    }
    const { outgoing } = context.env
    if (method === 'OPTIONS' && outgoing.hasHeader('access-control-allow-headers')) return context.body(null, 204)
    const allow = methods.get(path) ?? (assets?.has(path) ? 'GET, HEAD' : undefined)
    throw allow
      ? new Refusal(405, 'method_not_allowed', `only ${allow} here`, { allow })
      : new Refusal(404, 'not_found', 'no such path; see /, /feed, /metrics, /healthz, /limits')
  })
  app.onError((error, { env }) => refused(error, env))

  function refused(error: unknown, { outgoing }: Connection): Response {
    metrics.refused(codeOf(error))
    if (!outgoing.hasHeader('vary')) outgoing.setHeader('vary', 'Origin') // a cache must not mix up what two origins got
    return errorResponse(error, metrics.failed)
  }

  return (request, connection) => {
    const env = connection as Env['Bindings'] // `check` adds the rest
    function turnAway(error: unknown) {
      const refusal = refused(error, env)
      return request.method === 'HEAD' ? new Response(null, refusal) : refusal
    }
    try {
      const checking = check(env)
      if (checking) return checking.then(() => app.fetch(request, env)).catch(turnAway)
    } catch (error) {
      return turnAway(error)
    }
    return app.fetch(request, env)
  }
}

/** What else there is at a path that was asked with the wrong method. */
const methods = new Map<string, string>([
  ['/feed', 'GET, HEAD, POST'],
  ['/lab/rate', 'PUT'],
  ...['/metrics', '/healthz', '/limits', '/lab', '/lab/lanes'].map((path) => [path, 'GET, HEAD'] as const),
  ...transportNames.map((name) => [`/feed/${name}`, 'GET, HEAD'] as const),
])

/** Content negotiation on `/feed`: one URL, four transports. */
function pathOf({ incoming, outgoing, upgrade }: Connection): string {
  const path = (incoming.url ?? '/').split('?', 1)[0]!
  if (path !== '/feed' || (incoming.method !== 'GET' && incoming.method !== 'HEAD')) return path
  outgoing.setHeader('vary', 'Accept, Prefer, Upgrade, Origin')
  return `/feed/${negotiate(incoming, upgrade !== undefined)}`
}

function negotiate(incoming: IncomingMessage, isUpgrade: boolean): TransportName {
  if (isUpgrade) return 'wss'
  if (/(^|,)\s*text\/event-stream\s*(;(?!\s*q=0(\.0*)?\s*(,|$))|,|$)/i.test(incoming.headers.accept ?? '')) return 'sse'
  if (/(^|[,;])\s*wait=/i.test(String(incoming.headers.prefer ?? ''))) return 'long-polling'
  return 'polling'
}

/** `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the publisher's own; two publishers may choose the same. */
function keyOf(incoming: IncomingMessage, publisher: string): string | undefined {
  const key = incoming.headers['idempotency-key']
  if (key === undefined) return undefined
  if (!/^[\x21-\x7e]{1,255}$/.test(String(key)))
    throw new Refusal(400, 'bad_idempotency_key', 'Idempotency-Key is 1–255 visible ASCII characters')
  return `${publisher} ${String(key)}`
}

const laneOf = (url = '') => /[?&]lane=([a-z0-9-]{1,40})(?:&|$)/.exec(url)?.[1]
const seconds = (since: number) => Math.round((performance.now() - since) / 1000)
