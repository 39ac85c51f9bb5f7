// The model beside the measurement: what bench/model.ts says of each row, from what was ordered and from other trials; nothing of the row itself.
import { isDeepStrictEqual } from 'node:util'
import { median } from '../src/core/stats.ts'
import { headsOf } from './heads.ts'
import { round } from './health.ts'
import { counted } from './layers.ts'
import { modelled, predict, usual } from './model.ts'
import type { Conditions, Modelled } from './model.ts'
import type { Conditions as Network } from './network/conditions.ts'
import { profiles } from './network/profiles.ts'
import type { ProfileName } from './network/profiles.ts'
import type { Prediction, Results, Row } from './results.ts'
import { eventBytes } from './source.ts'

type Scenario = Results['scenarios'][number]
/** A value, and in words where it comes from. */
type Input = readonly [value: number | undefined, from: string]

const isModelled = (name: string): name is Modelled => (modelled as readonly string[]).includes(name)

/**
 * Ordered: payload, rate, interval, versions, the network's delay. What only a trial can tell comes from others: of the same transport
 * in the other repeats, of the floor, and of the null transport, whose median is how late a timer of the source is, whatever the scenario:
 * it has no network, server or reader. What no other trial tells is not predicted with.
 */
export function predictionsOf({ trials, scenarios }: Pick<Results, 'trials' | 'scenarios'>): Prediction[] {
  return trials.flatMap((row) => {
    const found = scenarios.find(({ name }) => name === row.scenario)
    const { transport } = row
    if (!found || found.kind !== 'window' || found.together || !row.valid || !isModelled(transport)) return []
    const scenario: Scenario = { ...found, ...row.point }
    if (scenario.connection !== undefined) return [] // handshakes are not in the formulas
    const { given, from } = inputsOf(row, transport, scenario, trials)
    const { headUp, headDown, deliveryUs, lateMs } = given
    const isAsking = transport === 'polling' || transport === 'long-polling'
    const { p50Ms, bytesPerEvent } = predict(transport, {
      ...conditionsOf(transport, scenario, given.roundTripMs!, given.payload!),
      ...{ headUp: headUp ?? 0, headDown: headDown ?? 0, deliveryUs: deliveryUs ?? 0 },
    })
    // A long poll's processor time is the answer's and the next question's, and nobody sees how much of it comes before the answer
    // leaves: on loopback, where that is all there is, its median is not predicted. Polling has no turn to wait for, and no timer.
    // And how long an event waits in a batching window is not in the formulas.
    const isUnknown = scenario.batchMs > 0 || (transport === 'long-polling' && !scenario.profile)
    const isKnown = transport === 'polling' || (!isUnknown && deliveryUs !== undefined && lateMs !== undefined)
    const sized = scenario.batchMs === 0 && (!isAsking || (headUp !== undefined && headDown !== undefined))
    const { scenario: name, repeat, point } = row
    if (!isKnown && !sized) return []
    return [
      {
        ...{ scenario: name, transport, repeat },
        ...(point && { point }),
        ...(isKnown && { p50Ms: round(p50Ms + (transport === 'polling' ? 0 : lateMs!)) }),
        ...(sized && { bytesPerEvent: round(counted(bytesPerEvent.up) + counted(bytesPerEvent.down)) }),
        inputs: from,
      },
    ]
  })
}

type Needed = 'payload' | 'headUp' | 'headDown' | 'roundTripMs' | 'deliveryUs' | 'lateMs'

function inputsOf(row: Row, transport: Modelled, scenario: Scenario, trials: Row[]) {
  const { repeat } = row
  const beside = trials.filter((each) => each.valid && each.scenario === row.scenario && each !== row)
  const same = beside.filter((each) => isDeepStrictEqual(each.point, row.point))
  const others = same.filter((each) => each.transport === transport && each.repeat !== repeat)
  const floors = same.filter((each) => each.transport === 'floor')
  const deliveryUs = over(others, cpuOf)
  const inputs: Partial<Record<Needed, Input>> = {
    payload: [eventBytes(scenario.payload, window(transport, scenario).digits), 'ordered'],
    roundTripMs: roundTripOf(transport, scenario, others),
    ...(transport === 'polling' || transport === 'long-polling'
      ? headInputs(transport, scenario, others)
      : {
          deliveryUs:
            deliveryUs === undefined && transport !== 'floor'
              ? [over(floors, cpuOf), 'the floor']
              : [deliveryUs, 'other repeats'],
        }),
    ...(transport === 'long-polling' && { deliveryUs: [deliveryUs, 'other repeats'] as const }),
    ...(transport !== 'polling' && { lateMs: latenessOf(row, trials) }),
  }
  const known = Object.entries(inputs).filter(([, [value]]) => value !== undefined)
  return {
    given: Object.fromEntries(known.map(([name, [value]]) => [name, value])) as Partial<Record<Needed, number>>,
    from: Object.fromEntries(known.map(([name, [, from]]) => [name, from])),
  }
}

/** Of the same repeat where there is one, of the same scenario where there is one. */
function latenessOf({ scenario, repeat }: Row, trials: Row[]): Input {
  const all = trials.filter(
    ({ transport, valid, latencyMs }) => transport === 'null' && valid && latencyMs.p50 !== null,
  )
  const now = all.filter((each) => each.repeat === repeat)
  const here = now.filter((each) => each.scenario === scenario)
  const used = [here, now, all].find(({ length }) => length > 0) ?? []
  const where = used === here ? '' : ` in ${[...new Set(used.map((each) => each.scenario))].join(', ')}`
  const when = used === all && now.length === 0 ? ', in other repeats' : ''
  return [over(used, ({ latencyMs }) => latencyMs.p50), `the null transport${where}${when}`]
}

const cpuOf = ({ server }: Row) => server.cpuUsPerDelivery

function roundTripOf(transport: Modelled, { profile }: Scenario, others: Row[]): Input {
  const network: Partial<Network> = profile ? profiles[profile as ProfileName].conditions : {}
  const ordered = 2 * (network.delayMs ?? 0) + (network.jitterMs ?? 0)
  if (transport !== 'polling') return [ordered, 'ordered']
  const answered = over(others, ({ generator }) => generator.answerMs)
  return answered === undefined ? [ordered + usual.roundTripMs, 'ordered, and 1 ms'] : [answered, 'other repeats']
}

/** HPACK's sizes hang on what was said before (RFC 7541 §2.3.2): over HTTP/2 the heads are those of the other repeats. */
function headInputs(transport: 'polling' | 'long-polling', scenario: Scenario, others: Row[]) {
  if (scenario.http === '1.1') {
    const { rate, pollMs } = scenario
    const { cursor, digits } = window(transport, scenario)
    const events = transport === 'polling' ? Math.max(1, (rate * pollMs) / 1000) : 1
    const body = 25 + cursor + events * eventBytes(scenario.payload, digits) + events - 1
    const { headUp, headDown } = headsOf(transport, { cursor, body })
    const from = 'the heads that the lesson recorded'
    return { headUp: [headUp, from] as const, headDown: [headDown, from] as const }
  }
  // What is no body is heads and frame headers together (RFC 9113 §4.1); the model adds the frames by itself.
  const head = (way: 'up' | 'down', frames: number): Input => [
    over(others, ({ layers, requestsPerEvent }) =>
      layers && requestsPerEvent ? (layers[way].headers ?? 0) / requestsPerEvent - frames : undefined,
    ),
    'other repeats',
  ]
  return { headUp: head('up', FRAME), headDown: head('down', 2 * FRAME) }
}

function over(rows: Row[], of: (row: Row) => number | null | undefined): number | undefined {
  return median(rows.flatMap((row) => of(row) ?? []))
}

function conditionsOf(transport: Modelled, scenario: Scenario, roundTripMs: number, payload: number): Conditions {
  const { rate, clients, pollMs, http } = scenario
  return {
    ...usual,
    ...{ payload, rate, clients, pollMs, http, roundTripMs, cursor: window(transport, scenario).cursor },
    recordBytes: scenario.tls === '1.2' ? 29 : 22,
    ...{ arrivals: 'slots', heartbeatSeconds: 0, pingSeconds: 0 },
  }
}

/** What the events of the window carry: an epoch of eight, a dot, and the digits of an offset, on average. */
function window(transport: Modelled, { rate, warmSeconds, seconds, pollMs }: Scenario) {
  const warm = transport === 'polling' ? Math.max(warmSeconds, (pollMs + 200) / 1000) : warmSeconds
  const [first, last] = [Math.floor(rate * warm) + 1, Math.max(1, Math.ceil(rate * (warm + seconds)))]
  let total = 0
  for (let offset = first; offset <= last; offset++) total += String(offset).length
  const digits = last >= first ? total / (last - first + 1) : String(last).length
  return { digits, cursor: 9 + digits }
}

const FRAME = 9
