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
 * What a server does, smallest set first. For each event it wakes, encodes once and walks its list; then something for each delivery or
 * question; then what goes by size, copying and encrypting. An answer of long polling is one event to everybody who waits: questions and
 * deliveries are one count there. What a process does for itself, by second, cannot be told from its events at one rate.
 */
const PUSHED: Count[][] = [['deliveries'], ['events', 'deliveries'], ['deliveries', 'bytes']]
const ASKED: Count[][] = [['requests'], ['requests', 'bytes']]
const SETS: Record<Modelled, Count[][]> = {
  ...{ polling: ASKED, 'long-polling': [['requests'], ['events', 'requests'], ['requests', 'bytes']] },
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
  const few = points.filter(({ clients }) => clients <= FITTED_CLIENTS)
  const large = points.filter(({ clients }) => clients > FITTED_CLIENTS).toSorted((a, b) => b.clients - a.clients)
  const tests = large.filter((point) => loadOf(point) === loadOf(large[0]!))
  const asked = name === 'polling' || name === 'long-polling'
  const observations = few.map((point) => ({ counts: countsOf(point), cost: point.cpuUsPerDelivery * point.rate * point.clients })) // prettier-ignore
  const found = choose(observations, SETS[name])
  if (!found) return undefined
  const heads = headsOf(few, asked, http)
  // Whatever else a process allocates between the two looks only adds: the lowest is nearest to what connections take.
  const rss = lowest(rssOf(points.filter((point) => !tests.includes(point))))
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

const lowest = (values: number[]) => (values.length > 0 ? Math.min(...values) : undefined)
