// The target: a whole server of ours, with accounts and closed reading, built without the defences that are switched off.
import { randomBytes } from 'node:crypto'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Hono } from 'hono'
import type { Env } from '../../transports/contract.ts'
import { nodePlatform } from '../../transports/platform.ts'
import { Refusal } from '../../transports/request.ts'
import { accountRoom } from '../accounts/room.ts'
import type { Account } from '../core/account.ts'
import type { Draft } from '../core/event.ts'
import type { Feed } from '../core/feed.ts'
import { defaults } from '../core/limits.ts'
import type { Limits } from '../core/limits.ts'
import { createApp } from '../server/app.ts'
import type { App } from '../server/app.ts'
import { guard } from '../server/guard.ts'
import type { Guard } from '../server/guard.ts'
import { httpsServer } from '../server/https.ts'
import type { HttpsServer } from '../server/https.ts'
import type { Metrics } from '../server/metrics.ts'
import type { Credentials, TlsRules } from '../server/secure.ts'
import type { Defence, Target, Weakness } from './attack.ts'
import { WEAK } from './attacks/guesses.ts'
import { targetLimits } from './sockets.ts'
import { visitOf } from './visit.ts'

export interface TargetOptions {
  tls: Credentials
  ca: string
  port: number
  /** Another than localhost that it answers to. */
  name?: string | undefined
  feed: Feed
  metrics: Metrics
  clock: () => number
  off: readonly Defence[]
  /** Below `/lab`. */
  routes(limits: Limits, guard: Guard): Hono<Env>
  /** Told of each request that a page of another origin had made, in words. */
  arrived(line: string): void
  published(account: Account): void
}

export interface OpenTarget extends Target {
  server: HttpsServer
  /** As the attacker's account. @throws {Refusal} as it was answered */
  publish(draft: Draft): Promise<void>
  /** @param ca PEM of the authority that signed it */
  renew(tls: Credentials, ca: string): void
  /** Once; again is the same. */
  close(): Promise<void>
}

/** Cheap, in every position of the switches: these passwords guard nothing, and are told to whoever asks. A lab has 12. */
const BCRYPT_COST = 4
const STOP_MS = 300

export async function startTarget(options: TargetOptions): Promise<OpenTarget> {
  const { tls, ca, feed, metrics, clock, off, arrived, published } = options
  const weak = off.map((defence) => defence.off)
  const usual = { ...defaults, ...targetLimits, stopMs: STOP_MS }
  const limits = weak.reduce<Limits>((all, each) => ({ ...all, ...each.limits }), usual)
  const stop = new AbortController()
  const publishKey = randomBytes(18).toString('base64url')

  const open = accountRoom({
    ...{ path: ':memory:', signUp: 'key', cost: BCRYPT_COST, frequent: 'taken' },
    ...weak.reduce<Weakness['room']>((all, { room }) => ({ ...all, ...room }), {}),
  })
  const real = await open({ limits, clock, origin: () => '', report: () => undefined })
  const told = {
    ...real,
    published: (event: string, account: Account) => (real.published(event, account), published(account)),
  }
  const accounts = weak.reduce((room, each) => each.accounts?.(room) ?? room, told)
  const keeper = guard({
    names: ['localhost', ...(options.name === undefined ? [] : [options.name])],
    publishKey,
    auth: 'required',
    limits,
    accounts,
  })
  const app = createApp({
    ...{ feed, limits, metrics, guard: keeper, stop: stop.signal, startedAt: performance.now() },
    controls: options.routes(limits, keeper),
    accounts: accounts.routes(keeper),
    countLane: (incoming) => server.wire.request(incoming),
  })

  /** Around the server's own code: what it is not to see is taken from the request before, and the answer is changed after. */
  const blindfolded: App = async (request, connection) => {
    const visit = visitOf(connection)
    for (const each of weak) each.blind?.(connection)
    const response = await app(request, connection)
    if (visit) arrived(visit(response.status))
    if (response !== RESPONSE_ALREADY_SENT) for (const each of weak) each.answer?.(response, connection)
    return response
  }
  const rules = weak.reduce<TlsRules>((all, each) => ({ ...all, ...each.rules }), {})
  const server = httpsServer(blindfolded, limits, tls, 'both', metrics.failed, rules)
  const port = await server.listen(options.port, '127.0.0.1').catch((error: unknown) => {
    accounts.close()
    throw error
  })
  const origin = `https://localhost:${port}`

  const victim = { name: 'victim', password: WEAK }
  const attacker = { name: 'mallory', password: randomBytes(12).toString('base64url') }
  let platform = nodePlatform({ ca })
  async function send(path: string, body: object, authorization: string) {
    const headers = { 'content-type': 'application/json', authorization }
    const answer = await platform.fetch(origin + path, { method: 'POST', headers, body: JSON.stringify(body) })
    const text = await answer.text()
    if (answer.ok) return
    const code = /"code":"([a-z_]+)"/.exec(text)?.[1] ?? 'internal'
    throw new Refusal(answer.status, code, `the target of the range answered ${answer.status} to POST ${path}`)
  }
  let closing: Promise<void> | undefined
  const close = () => (closing ??= closeNow())
  async function closeNow() {
    stop.abort()
    await platform.close()
    await server.close()
    accounts.close()
  }
  try {
    for (const each of [victim, attacker]) await send('/users', each, `Bearer ${publishKey}`)
  } catch (error) {
    await close()
    throw error
  }

  const basic = `Basic ${Buffer.from(`${attacker.name}:${attacker.password}`).toString('base64')}`
  const target: OpenTarget = {
    ...{ origin, port, ca, victim, attacker, server, close },
    publish: (draft) => send('/feed', draft, basic),
    renew(now, authority) {
      server.renew(now)
      target.ca = authority
      void platform.close()
      platform = nodePlatform({ ca: authority })
    },
  }
  return target
}
