// Unit costs of this machine, from rows of the bench: what a delivery, a question, a connection cost; and how wrong they were where they were not fitted.
import { median } from '../../src/core/stats.ts'
import { modelled } from '../model.ts'
import type { Modelled } from '../model.ts'
import type { Results } from '../results.ts'
import { SCHEMA } from './file.ts'
import type { Count, Units, UnitsFile } from './file.ts'
import { choose } from './fit.ts'
import { heldOut } from './heldout.ts'
import { countsOf, headsOf, loadOf, pointOf, rssOf } from './points.ts'
import type { Point } from './points.ts'

/** Trials with more clients are never fitted: they are what the unit costs are tested with. */
export const FITTED_CLIENTS = 300

/**
 * What a server does; what stands first is kept, unless another predicts much better. For each event that is pushed it wakes, encodes once and
 * walks its list; then something for each delivery. An answer of polling is a question, and something for each event in it; of long polling
 * questions and deliveries are one count. What goes by size drowns in all of them at 1 000 bytes.
 */
const PUSHED: Count[][] = [['events', 'deliveries'], ['deliveries']]
const SETS: Record<Modelled, Count[][]> = {
  polling: [['requests', 'deliveries'], ['requests']],
  'long-polling': [['requests']],
  ...{ sse: PUSHED, wss: PUSHED, floor: PUSHED },
}

/** @throws Error when no transport has a trial to fit. */
export function unitsOf(results: Results, socketBytes: UnitsFile['socketBytes'] = null): UnitsFile {
  const { startedAt, machine, versions, commit, seed, scenarios, trials } = results
  const { http } = scenarios[0] ?? { http: '1.1' as const }
  const transports: UnitsFile['transports'] = {}
  for (const name of modelled) {
    const points = trials.flatMap((row) => (row.transport === name ? (pointOf(row, results, http) ?? []) : []))
    const units = unitsOfOne(name, points, http)
    if (units) transports[name] = units
  }
  const invalid = trials
    .filter((row) => !row.valid)
    .map((row) => `${row.transport}, ${row.clients} clients: ${row.why}`)
  if (Object.keys(transports).length === 0)
    throw new Error(`expected trials of at most ${FITTED_CLIENTS} clients to fit, found none that is valid; ${invalid[0] ?? 'none at all'}`) // prettier-ignore
  return { schema: SCHEMA, ...{ startedAt, machine, versions, commit, seed, http, socketBytes, transports, invalid } }
}

function unitsOfOne(name: Modelled, points: Point[], http: '1.1' | '2'): Units | undefined {
  const few = points.filter(({ clients, isMemory }) => clients <= FITTED_CLIENTS && !isMemory)
  const large = points.filter(({ clients }) => clients > FITTED_CLIENTS).toSorted((a, b) => b.clients - a.clients)
  const tests = large.filter((point) => loadOf(point) === loadOf(large[0]!))
  const asked = name === 'polling' || name === 'long-polling'
  const observations = few.map((point) => ({ counts: countsOf(point), cost: point.cpuUsPerDelivery * point.rate * point.clients })) // prettier-ignore
  const found = choose(observations, SETS[name])
  if (!found) return undefined
  const heads = headsOf(few, asked, http)
  const rss = median(rssOf(points.filter((point) => !tests.includes(point))))
  const units: Units = {
    ...{ cpuUs: found.prices, fitError: found.error ?? null, rssKbPerConnection: rss ?? null, heads, heldOut: null },
    fitted: few.map(({ clients, rate, payload, pollMs, cpuUsPerDelivery }) => ({
      clients,
      rate,
      payload,
      pollMs,
      cpuUsPerDelivery,
    })),
  }
  units.heldOut = heldOut(name, units, few, tests, http)
  // Better a slope that was measured and not tested than none.
  units.rssKbPerConnection ??= median(rssOf(tests)) ?? null
  return units
}
