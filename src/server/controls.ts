// What the page may do beside following and publishing: learn about the lab, read its lanes' traffic, set the rate.
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Limits } from '../core/limits.ts'
import type { Env } from '../../transports/contract.ts'
import { Refusal } from '../../transports/request.ts'
import type { Rate } from '../sources/rate.ts'
import { readJson } from './body.ts'
import type { Guard } from './guard.ts'
import type { Wire } from './wire.ts'

export interface ControlsOptions {
  guard: Guard
  limits: Limits
  wire: () => Wire
  /** What the page needs to know of this lab. */
  about: () => object
  /** Undefined when events come from somewhere whose rate is not ours to set. */
  rate: () => Rate | undefined
  /** How many are under way, whoever began them. */
  storms: () => number
  /** Routes below `/bench`; a lab without them has none. */
  benches?: Hono<Env>
  /** Routes below `/range`, the same. */
  range?: Hono<Env>
}

const MAX_LANES = 16
const Lane = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,40}$/))
const PayloadBytes = v.pipe(v.number(), v.integer(), v.maxValue(16_000))
/** All of what the ticker is to make. */
export const Made = v.strictObject({
  perSecond: v.pipe(v.number(), v.minValue(0), v.maxValue(200)),
  payloadBytes: v.union([v.literal(0), v.pipe(PayloadBytes, v.minValue(68))]),
})
export const expectedMade = 'expected {"perSecond":0–200, "payloadBytes":0 or 68–16000}'
const MadeChanges = v.pipe(
  v.partial(Made),
  v.check((changes) => Object.keys(changes).length > 0),
)

export function controls({ guard, limits, wire, about, rate, storms, benches, range }: ControlsOptions): Hono<Env> {
  const app = new Hono<Env>()

  app.get('/', (context) => {
    guard.welcome(context)
    const { account } = context.env
    const who = account && { account: { name: account.name, role: account.role } }
    return context.json({ ...about(), ...rateOf(rate()), storms: storms(), ...who })
  })

  app.get('/lanes', (context) => {
    const names = context.req.queries('lane') ?? []
    if (names.length > MAX_LANES || !names.every((name) => v.is(Lane, name)))
      throw new Refusal(400, 'bad_lane', `lane is 1–40 of a–z, 0–9 and -, at most ${MAX_LANES} at once`)
    const lanes = Object.fromEntries(names.map((name) => [name, wire().lane(name) ?? null]))
    return context.json({ lanes, ...rateOf(rate()), storms: storms() })
  })

  app.put('/rate', async (context) => {
    guard.maySet(context.env)
    const changes = read(MadeChanges, await bodyOf(context.env), `${expectedMade}, one of them or both`)
    return context.json(change(rate(), (ours) => ours.set(changes)))
  })

  if (benches) app.route('/bench', benches)
  if (range) app.route('/range', range)

  const bodyOf = ({ incoming, outgoing }: Env['Bindings']) => readJson(incoming, outgoing, limits.bodyBytes)
  return app
}

export interface RateState {
  perSecond: number | null
  payloadBytes: number | null
  changes: number | null
}

/** What of it anybody may know; another page may have set it. */
export function rateOf(rate: Rate | undefined): RateState {
  return {
    perSecond: rate?.perSecond ?? null,
    payloadBytes: rate?.payloadBytes ?? null,
    changes: rate?.changes ?? null,
  }
}

/**
 * @returns what is in force then; and how much of the count is this one, so that who changes it can tell that from what others did.
 * @throws {Refusal} 409
 */
export function change(rate: Rate | undefined, act: (rate: Rate) => number): RateState & { changed: number } {
  if (!rate) throw new Refusal(409, 'no_ticker', 'events come from another source; its rate is not ours to set')
  const changed = act(rate)
  return { ...rateOf(rate), changed }
}

/** @throws {Refusal} 400 */
export function read<Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
  expected: string,
): v.InferOutput<Schema> {
  // To valibot an array is an object; to whoever sends a part of the settings it is none.
  const isNoArray = v.check((value) => !Array.isArray(value))
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), isNoArray, schema), text)
  if (!result.success) throw new Refusal(400, 'bad_message', expected)
  return result.output
}
