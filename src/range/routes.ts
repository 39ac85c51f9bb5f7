// What the lab's page can ask of the range, by HTTP: `/lab/range` and below. Its switches are the target's; the lab has none.
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Env } from '../../transports/contract.ts'
import { Refusal } from '../../transports/request.ts'
import type { Limits } from '../core/limits.ts'
import { readJson } from '../server/body.ts'
import { read } from '../server/controls.ts'
import type { Guard } from '../server/guard.ts'
import { defenceNames } from './attack.ts'
import type { Attack, DefenceName } from './attack.ts'
import { defences } from './defences.ts'
import type { Runs } from './runs.ts'

type Changes = Partial<Record<DefenceName, boolean>>

export interface RoutesOptions {
  guard: Guard
  limits: Limits
  attacks: readonly Attack[]
  results: Runs
  target: () => string
  origins: () => { sibling: string; stranger: string }
  /** Where the victim begins. */
  pageOf(attack: Attack): string
  isOn(name: DefenceName): boolean
  /** @throws {Refusal} 409 while an attack is under way; 503 when the target cannot be started anew */
  turn(changes: Changes): Promise<void>
  /** Begins it. @throws {Refusal} 409 while another one is under way, or a switch is turned */
  attack(attack: Attack): void
}

/** As it is told. */
export type RangeState = ReturnType<typeof stateOf>

const Switches = v.strictObject(Object.fromEntries(defenceNames.map((name) => [name, v.optional(v.boolean())])))

export function rangeRoutes(options: RoutesOptions): Hono<Env> {
  const { guard, limits, attacks, turn, attack } = options
  const app = new Hono<Env>()

  const state = () => stateOf(options)

  app.get('/', (context) => {
    guard.mayLook(context.env)
    return context.json(state())
  })

  app.put('/defences', async (context) => {
    guard.maySet(context.env)
    const { incoming, outgoing } = context.env
    const expected = `expected {"name":true|false}, one or more of ${defenceNames.join(', ')}`
    const changes = read(Switches, await readJson(incoming, outgoing, limits.bodyBytes), expected) as Changes
    await turn(changes)
    return context.json(state())
  })

  app.post('/attacks/:slug', (context) => {
    guard.maySet(context.env)
    const wanted = attacks.find(({ slug, run }) => run && slug === context.req.param('slug'))
    if (!wanted) throw new Refusal(404, 'no_attack', 'there is no such attack that the lab makes by itself')
    attack(wanted)
    return context.json(state(), 202)
  })

  for (const [path, allow] of [
    ['/', 'GET, HEAD'],
    ['/defences', 'PUT'],
    ['/attacks/:slug', 'POST'],
  ] as const)
    app.all(path, () => {
      throw new Refusal(405, 'method_not_allowed', `only ${allow} here`, { allow })
    })
  return app
}

function stateOf({ target, pageOf, origins, isOn, attacks, results }: RoutesOptions) {
  return {
    target: target(),
    ...origins(),
    defences: defences.map(({ name, title, does }) => ({ name, title, does, on: isOn(name) })),
    attacks: attacks.map((attack) => {
      const { slug, title, from, defences, about, why, source } = attack
      return {
        ...{ slug, title, from, defences, about, why, source },
        /** Where a browser is attacked; the others are made by the lab itself. */
        page: from === 'socket' ? null : pageOf(attack),
        run: results.of(slug) ?? null,
      }
    }),
  }
}
