// The model beside the measurement: what bench/model.ts says of each row, from what was ordered and from what only a trial can tell.
import { counted } from './layers.ts'
import { modelled, predict, usual } from './model.ts'
import type { Conditions, Modelled } from './model.ts'
import type { Conditions as Network } from './network/conditions.ts'
import { profiles } from './network/profiles.ts'
import type { ProfileName } from './network/profiles.ts'
import type { Prediction, Results, Row } from './results.ts'

const isModelled = (name: string): name is Modelled => (modelled as readonly string[]).includes(name)

/**
 * Ordered: payload, rate, interval, versions, the network's delay. Told by the trial: the size of the heads, the time of an answer, and
 * what the server takes for a delivery. How late a timer of the source is, is the same for all: the median of the null transport in the
 * same repeat, where it was run.
 */
export function predictionsOf({ trials, scenarios }: Pick<Results, 'trials' | 'scenarios'>): Prediction[] {
  return trials.flatMap((row) => {
    const found = scenarios.find(({ name }) => name === row.scenario)
    if (!found || found.kind !== 'window' || found.together || !row.valid || !isModelled(row.transport)) return []
    const scenario = { ...found, ...row.point }
    const conditions = conditionsOf(row, scenario)
    if (!conditions) return []
    const { p50Ms, bytesPerEvent } = predict(row.transport, conditions)
    const { scenario: name, transport, repeat, point } = row
    const nobody = trials.find(
      (each) => each.valid && each.transport === 'null' && each.scenario === name && each.repeat === repeat,
    )
    // A long poll's processor time is the answer's and the next question's, and nobody sees how much of it comes before the answer
    // leaves: on loopback, where that is all there is, its median is not predicted.
    const isUnknown = transport === 'long-polling' && !scenario.profile
    const late = transport === 'polling' ? 0 : isUnknown ? undefined : nobody?.latencyMs.p50
    const bytes = scenario.batchMs > 0 ? undefined : round(counted(bytesPerEvent.up) + counted(bytesPerEvent.down))
    return [
      {
        ...{ scenario: name, transport, repeat },
        ...(point && { point }),
        ...(late !== undefined && late !== null && { p50Ms: round(p50Ms + late) }),
        ...(bytes !== undefined && { bytesPerEvent: bytes }),
      },
    ]
  })
}

function conditionsOf(row: Row, scenario: Results['scenarios'][number]): Conditions | undefined {
  const { layers, bytesPerEvent, requestsPerEvent, server, generator, rate, clients } = row
  if (!layers || bytesPerEvent.payload === null || requestsPerEvent === null) return undefined
  const network: Partial<Network> = scenario.profile ? profiles[scenario.profile as ProfileName].conditions : {}
  const { delayMs = 0, jitterMs = 0 } = network
  // Over HTTP/2 what is no body is heads and frame headers together (RFC 9113 §4.1); the model adds the frames by itself.
  const frames = scenario.http === '2' ? { up: FRAME, down: 2 * FRAME } : { up: 0, down: 0 }
  const heads = (way: 'up' | 'down') =>
    requestsPerEvent > 0 ? (layers[way].headers ?? 0) / requestsPerEvent - frames[way] : 0
  return {
    ...usual,
    ...{ payload: bytesPerEvent.payload, rate, clients, pollMs: scenario.pollMs, http: scenario.http },
    // An epoch of eight, a dot, and the digits of an event in the middle of the window.
    cursor: 9 + String(Math.ceil(rate * (scenario.warmSeconds + row.seconds / 2))).length,
    ...{ headUp: heads('up'), headDown: heads('down') },
    roundTripMs: row.transport === 'polling' ? (generator.answerMs ?? 1) : 2 * delayMs + jitterMs,
    recordBytes: scenario.tls === '1.2' ? 29 : 22,
    deliveryUs: server.cpuUsPerDelivery ?? 0,
    ...{ arrivals: 'slots', heartbeatSeconds: 0, pingSeconds: 0 },
  }
}

const FRAME = 9
const round = (value: number) => Math.round(value * 100) / 100
