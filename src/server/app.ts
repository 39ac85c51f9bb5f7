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
import { errorResponse } from './errors.ts'
import type { Guard } from './guard.ts'
import { lineLimits } from './lines.ts'
import type { Metrics } from './metrics.ts'

export interface AppOptions {
  feed: Feed
  limits: Limits
  guard: Guard
  metrics: Metrics
  assets: Assets
  /** What the page may do beside following and publishing. */
  controls: Hono<Env>
  /** Notes which lane of a page a request is for. */
  countLane(incoming: IncomingMessage, lane?: string): void
  stop: AbortSignal
  startedAt: number
}

export function createApp({
  feed,
  limits,
  guard,
  metrics,
  assets,
  controls,
  countLane,
  stop,
  startedAt,
}: AppOptions): Hono<Env> {
  const app = new Hono<Env>({ getPath: pathOf })

  app.use(async ({ env, req }, next) => {
    const { outgoing } = env
    outgoing.setHeader('x-content-type-options', 'nosniff')
    outgoing.setHeader('cache-control', 'no-store')
    outgoing.setHeader('referrer-policy', 'no-referrer')
    outgoing.setHeader('strict-transport-security', `max-age=${limits.hstsSeconds}; includeSubDomains`)
    metrics.request(req.path, env)
    await next()
  })
  app.use(guard.origin)
  app.use(guard.session)
  app.use(({ env: { incoming }, req }, next) => {
    countLane(incoming, req.path.startsWith('/feed/') ? laneOf(incoming.url) : undefined)
    return next()
  })
  app.use('/feed/*', lineLimits(limits))

  for (const name of transportNames) app.route(`/feed/${name}`, servers[name](feed, limits, stop))

  app.post('/feed', async (context) => {
    guard.mayPublish(context)
    const { incoming, outgoing } = context.env
    const draft = readDraft(await readJson(incoming, outgoing, limits.bodyBytes))
    const event = await feed.publish(draft, keyOf(incoming, context.get('publisher') ?? ''))
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
  app.route('/lab', controls)

  app.get('*', async (context, next) => {
    if (!assets.has(context.req.path)) return next()
    if (context.req.path === '/') guard.welcome(context)
    return assets.respond(context)
  })

  app.all('*', ({ req }) => {
    const allow = methods.get(req.path) ?? (assets.has(req.path) ? 'GET, HEAD' : undefined)
    throw allow
      ? new Refusal(405, 'method_not_allowed', `only ${allow} here`, { allow })
      : new Refusal(404, 'not_found', 'no such path; see /, /feed, /metrics, /healthz, /limits')
  })
  app.onError((error) => errorResponse(error, metrics.failed))
  return app
}

/** What else there is at a path that was asked with the wrong method. */
const methods = new Map<string, string>([
  ['/feed', 'GET, HEAD, POST'],
  ['/lab/cut', 'POST'],
  ['/lab/rate', 'PUT'],
  ...['/metrics', '/healthz', '/limits', '/lab', '/lab/lanes'].map((path) => [path, 'GET, HEAD'] as const),
  ...transportNames.map((name) => [`/feed/${name}`, 'GET, HEAD'] as const),
])

/** Content negotiation on `/feed`: one URL, four transports. */
function pathOf(_: Request, options?: { env?: unknown }): string {
  const { incoming, outgoing, upgrade } = options?.env as Env['Bindings']
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
