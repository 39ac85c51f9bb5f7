// The room of the range: what `startLab` is handed to have it. A target, an attacker and a port without TLS, all of them on 127.0.0.1.
import { isIP } from 'node:net'
import { Refusal } from '../../transports/request.ts'
import { defaults } from '../core/limits.ts'
import type { OpenRange } from '../server/room.ts'
import { isLoopback } from '../server/shape.ts'
import type { Attack, DefenceName } from './attack.ts'
import { attackerServer } from './attacker.ts'
import { attacks } from './attacks.ts'
import { openPlain } from './plain.ts'
import { rangeRoutes } from './routes.ts'
import { LONGEST_MS, runs } from './runs.ts'
import { readPages } from './shell.ts'
import { keepTarget } from './switched.ts'
import type { Told } from './victim.ts'

const HOST = '127.0.0.1'
/** Beside the lab's own. */
const PORTS = 3
/** How long a forged event may take to come. */
const FORGED_MS = 4000
const STOP_MS = 300
const AFTERWARDS_MS = 3000

const busy = (why: string) => new Refusal(409, 'attack_under_way', why)

export const rangeRoom: OpenRange = async ({ port, host, names, ca, guard, limits, clock, failed, tls }) => {
  if (!isLoopback(host)) throw new Error(`the range is for this machine alone, not for a lab on ${host}`)
  if (port > 0 && port + PORTS > 65_535)
    throw new Error(`the range needs the ${PORTS} ports after the lab’s, and ${port} leaves too few`)
  if (ca === undefined)
    throw new Error('the range needs the lab’s own authority, which certifies localhost: leave --cert and --key out')
  const stop = new AbortController()
  const files = await readPages()
  const results = runs()
  /** A real host name, if there is one: for localhost and for addresses browsers keep no HSTS. */
  const name = names.find((each) => isIP(each) === 0 && !/(^|\.)localhost$/.test(each))
  const placed = (places: number) => (port === 0 ? 0 : port + places)
  const ports = { attacker: 0, plain: 0 }

  const told: Told = (slug, what, line) => {
    if (what === 'won') results.win(slug, line)
    else if (what === 'seen') results.see(slug, line)
    else if (what === 'failed') results.fail(slug, line)
    else results.end(slug)
    // The form leaves for the target; of what it does there the attacker's page hears nothing.
    if (slug === 'forged-post' && what === 'seen')
      results.endIn(
        FORGED_MS,
        slug,
        'No event was published in the victim’s name.',
        'the form did not get to the target',
      )
  }
  function forged() {
    results.win('forged-post', 'An event was published in the victim’s name.')
    results.end('forged-post')
  }

  const origins = () => ({
    sibling: `https://localhost:${ports.attacker}`,
    stranger: `https://${HOST}:${ports.attacker}`,
  })
  function next({ from }: Attack) {
    if (from === 'network') return `http://${name ?? 'localhost'}:${ports.plain}/`
    return from === 'stranger' || from === 'sibling' ? origins()[from] : ''
  }

  const target = await keepTarget({
    ...{ attacks, files, tls, ca, port: placed(1), name, clock, failed, results, told, forged },
    next: (attack) => (attack.from === 'network' ? next(attack) : `${next(attack)}/attack/${attack.slug}`),
    loot: () => `${origins().stranger}/report/xss/won`,
  })
  const attacker = attackerServer({
    ...{ tls, files, attacks, told, failed, limits: { ...defaults, stopMs: STOP_MS } },
    target: () => target.now().origin,
    origins: () => Object.values(origins()),
  })
  const begun: (() => Promise<unknown>)[] = [() => target.close()]
  const close = async () => {
    stop.abort()
    await Promise.all(begun.map((end) => end()))
  }
  try {
    ports.attacker = await attacker.listen(placed(2), HOST)
    begun.push(() => attacker.close())
    const plain = await openPlain({
      port: placed(3),
      names: [...(name === undefined ? [] : [name]), 'localhost', HOST],
      plain(request) {
        results.win('plain-http', `A request in plain text: ${request}`)
        results.end('plain-http')
      },
      hello() {
        results.see('plain-http', 'The browser asked for TLS, which nobody speaks on this port.')
        results.endIn(AFTERWARDS_MS, 'plain-http') // who only tries that first comes again
      },
    })
    ports.plain = plain.port
    begun.push(() => plain.close())
  } catch (error) {
    await close()
    throw error
  }

  let isAttacking = false
  let turning = 0
  function mustBeIdle(but?: 'turning') {
    if (isAttacking) throw busy('an attack is under way; wait for its end')
    if (turning > 0 && but === undefined) throw busy('a switch is being turned; try again')
  }
  /** Of those that need no browser, one at a time, and none while a switch is turned: its target would be gone. */
  function attack({ slug, run }: Attack) {
    mustBeIdle()
    if (!run) return
    isAttacking = true
    results.begin(slug, target.off())
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(LONGEST_MS - 1000)])
    run(target.now(), signal)
      .then(
        ({ succeeded, seen }) => {
          for (const [n, line] of seen.entries())
            if (succeeded && n === seen.length - 1) results.win(slug, line)
            else results.see(slug, line)
          results.end(slug)
        },
        (error: Error) => results.fail(slug, error.message),
      )
      .catch(failed)
      .finally(() => (isAttacking = false))
  }
  async function turn(changes: Partial<Record<DefenceName, boolean>>) {
    mustBeIdle('turning')
    turning++
    try {
      await target.turn(changes)
    } finally {
      turning--
    }
  }

  return {
    target: target.now().origin,
    routes: rangeRoutes({
      ...{ guard, limits, attacks, results, origins, attack },
      target: () => target.now().origin,
      pageOf: ({ slug, from }) =>
        `https://${(from === 'network' && name) || 'localhost'}:${target.now().port}/lab/victim/${slug}`,
      isOn: target.isOn,
      turn,
    }),
    renew(now, authority = ca) {
      target.renew(now, authority)
      attacker.renew(now)
    },
    close,
  }
}
