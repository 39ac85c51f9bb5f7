// What the page may do beside following and publishing: learn about the lab, read its lanes' traffic, cut a line, set the rate.
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Limits } from '../core/limits.ts'
import type { Env } from '../../transports/contract.ts'
import { Refusal } from '../../transports/request.ts'
import type { Ticker } from '../sources/ticker.ts'
import { readJson } from './body.ts'
import { hostOf } from './guard.ts'
import type { Guard } from './guard.ts'
import type { Wire } from './wire.ts'

export interface ControlsOptions {
  guard: Guard
  limits: Limits
  wire: () => Wire
  /** What the page needs to know of this lab. */
  about: (host: string) => object
  /** Undefined when events come from somewhere whose rate is not ours to set. */
  ticker: () => Ticker | undefined
}

const MAX_LANES = 16
const Lane = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,40}$/))
const Cut = v.strictObject({ lane: Lane })
const Rate = v.strictObject({ perSecond: v.pipe(v.number(), v.minValue(0), v.maxValue(200)) })

export function controls({ guard, limits, wire, about, ticker }: ControlsOptions): Hono<Env> {
  const app = new Hono<Env>()

  app.get('/', (context) => {
    guard.welcome(context)
    return context.json({ ...about(hostOf(context.env.incoming)), perSecond: ticker()?.perSecond ?? null })
  })

  app.get('/lanes', (context) => {
    const names = context.req.queries('lane') ?? []
    if (names.length > MAX_LANES || !names.every((name) => v.is(Lane, name)))
      throw new Refusal(400, 'bad_lane', `lane is 1–40 of a–z, 0–9 and -, at most ${MAX_LANES} at once`)
    const lanes = Object.fromEntries(names.map((name) => [name, wire().lane(name) ?? null]))
    return context.json({ lanes, perSecond: ticker()?.perSecond ?? null }) // another page may have set the rate
  })

  app.post('/cut', async (context) => {
    guard.mayPublish(context.env)
    const { lane } = read(Cut, await bodyOf(context.env), 'expected {"lane":"…"}')
    return context.json({ cut: wire().cut(lane) })
  })

  app.put('/rate', async (context) => {
    guard.mayPublish(context.env)
    const { perSecond } = read(Rate, await bodyOf(context.env), 'expected {"perSecond":0–200}')
    const clock = ticker()
    if (!clock) throw new Refusal(409, 'no_ticker', 'events come from another source; its rate is not ours to set')
    clock.perSecond = perSecond
    return context.json({ perSecond })
  })

  const bodyOf = ({ incoming, outgoing }: Env['Bindings']) => readJson(incoming, outgoing, limits.bodyBytes)
  return app
}

function read<Schema extends v.GenericSchema>(schema: Schema, text: string, expected: string): v.InferOutput<Schema> {
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text)
  if (!result.success) throw new Refusal(400, 'bad_message', expected)
  return result.output
}
