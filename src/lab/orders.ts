// What the page can order for its bench, by HTTP: a storm, and a tap. Each begins at once and is looked at while it goes on.
import type { Context, Hono } from 'hono'
import type { Env } from '../../transports/contract.ts'
import { Refusal } from '../../transports/request.ts'
import { read } from '../server/controls.ts'
import type { Guard } from '../server/guard.ts'
import { hostOf, nameOf } from '../server/shape.ts'
import type { Bench } from './bench.ts'
import { StormOrder, TapOrder, expected } from './settings.ts'

/** `name`: by which the page knows this host. @returns whether it could begin. */
export interface Orders {
  /** One at a time. */
  startStorm(bench: Bench, order: StormOrder, name: string): boolean
  /** One at a time of a bench. */
  startTap(bench: Bench, order: TapOrder, name: string): boolean
}

export interface OrderOptions extends Orders {
  app: Hono<Env>
  guard: Guard
  /** @throws {Refusal} when there is none for who asks. */
  benchOf(context: Context<Env>, who: string): Bench
  bodyOf(context: Context<Env>): Promise<string>
  /** For any other method than those that were routed before. */
  only(path: string, allow: string): void
}

export function orderRoutes({ app, guard, benchOf, bodyOf, only, startStorm, startTap }: OrderOptions): void {
  const host = ({ env }: Context<Env>) => nameOf(hostOf(env.incoming))

  app.post('/:id/storm', async (context) => {
    const who = guard.maySet(context.env)
    const bench = benchOf(context, who)
    const order = read(StormOrder, await bodyOf(context), expected(StormOrder))
    if (!startStorm(bench, order, host(context)))
      throw new Refusal(409, 'storm_under_way', 'one storm at a time; wait for its end')
    return context.json(bench.storm!.state, 202)
  })
  app.delete('/:id/storm', async (context) => {
    const who = guard.maySet(context.env)
    const { storm } = benchOf(context, who)
    if (!storm || storm.over) throw new Refusal(404, 'no_storm', 'there is no storm, or it is over')
    await storm.end('it was cancelled')
    return context.body(null, 204)
  })
  only('/:id/storm', 'POST, DELETE')

  app.post('/:id/tap', async (context) => {
    const who = guard.maySet(context.env)
    const bench = benchOf(context, who)
    const order = read(TapOrder, await bodyOf(context), expected(TapOrder))
    if (!startTap(bench, order, host(context)))
      throw new Refusal(409, 'tap_under_way', 'one tap at a time; wait for its end')
    return context.json(bench.tap!.state(0), 202)
  })
  app.get('/:id/tap', (context) => {
    const who = guard.mayLook(context.env)
    const { tap } = benchOf(context, who)
    if (!tap) throw new Refusal(404, 'no_tap', 'nothing was overheard yet; POST begins it')
    return context.json(tap.state(afterOf(context)))
  })
  only('/:id/tap', 'POST, GET, HEAD')
}

/** A name that is unknown or comes twice is a question that was meant otherwise. */
export function afterOf({ req }: Context<Env>): number {
  const asked = [...new URL(req.url).searchParams]
  if (asked.some(([name]) => name !== 'after')) throw new Refusal(400, 'bad_parameter', 'the one parameter is after')
  const [after = '0', ...more] = asked.map(([, value]) => value)
  if (more.length > 0 || !/^\d{1,16}$/.test(after))
    throw new Refusal(400, 'bad_after', 'after is the number of a record or packet, 0 or more, given once')
  return Number(after)
}
