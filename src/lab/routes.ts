// What the page can ask of its bench, by HTTP: `/lab/bench` and below.
import { Hono } from 'hono'
import type { Context } from 'hono'
import { transportNames } from '../../transports/clients.ts'
import { isCursor } from '../core/event.ts'
import type { TransportName } from '../../transports/clients.ts'
import type { Env } from '../../transports/contract.ts'
import { Refusal } from '../../transports/request.ts'
import { readJson } from '../server/body.ts'
import { rateOf, read } from '../server/controls.ts'
import { hostOf, nameOf } from '../server/shape.ts'
import type { RoomOptions } from '../server/room.ts'
import type { Bench, BenchState } from './bench.ts'
import type { Benches } from './benches.ts'
import { afterOf, orderRoutes } from './orders.ts'
import type { Orders } from './orders.ts'
import { proofRoutes } from './proof/routes.ts'
import type { StartProof } from './proof/routes.ts'
import { rateRoutes } from './rate.ts'
import { Changes, Fault, Settings, expected } from './settings.ts'

export interface RoutesOptions extends Orders, Pick<RoomOptions, 'feed' | 'guard' | 'limits' | 'clock' | 'rate'> {
  benches: Benches
  startProof: StartProof
  /** Whether a storm of another bench is under way. */
  stormElsewhere: (bench: Bench) => boolean
  /** Told of errors that nobody expected. */
  failed: (error: unknown) => void
}

/** One guest in front of many pages must not take the benches of all others. */
const MAX_OF_A_SESSION = 6
const SOON = { 'retry-after': '10' }

export function benchRoutes({
  feed,
  guard,
  limits,
  clock,
  rate,
  benches,
  startProof,
  stormElsewhere,
  failed,
  ...start
}: RoutesOptions): Hono<Env> {
  const app = new Hono<Env>()
  type Asked = Context<Env>
  const bodyOf = ({ env }: Asked) => readJson(env.incoming, env.outgoing, limits.bodyBytes)

  function benchOf(context: Asked, who: string): Bench {
    const bench = benches.get(context.req.param('id')!, who)
    if (!bench) throw noBench()
    return bench
  }
  function doorOf(context: Asked, who: string) {
    const bench = benchOf(context, who)
    const lane = context.req.param('lane')!
    if (!(transportNames as readonly string[]).includes(lane))
      throw new Refusal(404, 'no_lane', `lane is one of ${transportNames.join(', ')}`)
    return bench.doors[lane as TransportName]
  }
  const stateOf = (bench: Bench): BenchState => ({
    ...{ ...bench.state(), stormElsewhere: stormElsewhere(bench), ...rateOf(rate()), now: clock() },
  })

  app.post('/', async (context) => {
    const who = guard.maySet(context.env)
    if (who !== 'key' && benches.of(who) >= MAX_OF_A_SESSION)
      throw new Refusal(429, 'too_many_benches', `at most ${MAX_OF_A_SESSION} of one browser; close a page`, SOON)
    const host = hostOf(context.env.incoming)
    const opened = await benches.open(host.slice(nameOf(host).length), who)
    if (!opened) throw new Refusal(503, 'too_many_benches', 'no bench is free now; come back', SOON)
    return context.json({ id: opened.id, ...stateOf(opened.bench) }, 201)
  })

  app.get('/:id', (context) => {
    const who = guard.mayLook(context.env)
    return context.json(stateOf(benchOf(context, who)))
  })

  app.delete('/:id', async (context) => {
    const who = guard.mayGiveBack(context.env)
    const { proof } = benchOf(context, who)
    await benches.end(context.req.param('id'))
    if (proof?.forgetting !== undefined) context.header('set-cookie', proof.forgetting)
    return context.body(null, 204)
  })

  orderRoutes({ app, guard, benchOf, bodyOf, only, ...start }) // here: they are no lanes
  rateRoutes({ app, guard, benchOf, bodyOf, only, rate })
  proofRoutes({ app, guard, benchOf, only, startProof, failed })

  app.get('/:id/published/:event', (context) => {
    const who = guard.mayLook(context.env)
    benchOf(context, who)
    const event = context.req.param('event')
    if (!isCursor(event)) throw new Refusal(400, 'bad_cursor', 'an event is known by its id (epoch.offset)')
    const at = feed.publishedAt(event)
    if (at === undefined) throw new Refusal(404, 'not_known', 'known are the events that the feed still holds')
    return context.json({ at })
  })

  app.put('/:id/:lane', async (context) => {
    const who = guard.maySet(context.env)
    const door = doorOf(context, who)
    const settings = await door.set(read(Changes, await bodyOf(context), expected(Settings)))
    if (!settings) throw noBench()
    return context.json(settings)
  })

  app.post('/:id/:lane/fault', async (context) => {
    const who = guard.maySet(context.env)
    const door = doorOf(context, who)
    const { fault } = read(Fault, await bodyOf(context), expected(Fault))
    const connections = door.fault(fault)
    if (connections === undefined)
      throw new Refusal(409, 'away', 'this server is away already, and comes back by itself')
    return context.json({ connections })
  })

  app.get('/:id/:lane/wire', (context) => {
    const who = guard.mayLook(context.env)
    const after = afterOf(context)
    return context.json(doorOf(context, who).wire(after))
  })

  for (const [path, allow] of [
    ['/', 'POST'],
    ['/:id', 'GET, HEAD, DELETE'],
    ['/:id/published/:event', 'GET, HEAD'],
    ['/:id/:lane', 'PUT'],
    ['/:id/:lane/fault', 'POST'],
    ['/:id/:lane/wire', 'GET, HEAD'],
  ] as const)
    only(path, allow)
  return app

  /** For any other method than those that were routed before. */
  function only(path: string, allow: string) {
    app.all(path, () => {
      throw new Refusal(405, 'method_not_allowed', `only ${allow} here`, { allow })
    })
  }
}

const noBench = () => new Refusal(404, 'no_bench', 'there is no such bench, or it has ended; POST /lab/bench opens one')
