// The model: what each transport costs by arithmetic alone, latency and bytes by layer, from plain numbers. transports/*/README.md derive it.
import type { Arrivals } from './arrivals.ts'
import { scaled } from './layers.ts'
import type { Cost, Layers } from './layers.ts'
import { holding, longPolling, polling, pushed } from './traffic.ts'

/** What the formulas are for. */
export const modelled = ['polling', 'long-polling', 'sse', 'wss', 'floor'] as const
export type Modelled = (typeof modelled)[number]

/** The lessons' letters stand beside the names. */
export interface Conditions {
  /** p: bytes of an encoded event. */
  payload: number
  /** c: bytes of a cursor. */
  cursor: number
  /** r: events a second. */
  rate: number
  /** i: pause between two polls. */
  pollMs: number
  /** t: round trip, as a question and its answer take it. */
  roundTripMs: number
  /** h↑ and h↓: bytes of a request's and a response's head; over HTTP/2 of the HPACK block, frame headers apart. */
  headUp: number
  headDown: number
  /** w: the longest time that a question is held. */
  waitSeconds: number
  /** 22 on TLS 1.3 (RFC 8446 §5.2), 29 with AES-GCM on TLS 1.2 (RFC 5246 §6.2.3.3, RFC 5288 §3). */
  recordBytes: 22 | 29
  http: '1.1' | '2'
  /** 0: none. */
  heartbeatSeconds: number
  pingSeconds: number
  /** `slots`: the bench's source, one event at a random moment of each slot of 1/r. `poisson`: nobody keeps a schedule. */
  arrivals: Arrivals
  /** Events that are due within so long of one another leave in one write: a timer's millisecond, or a batching window. */
  togetherMs: number
  clients: number
  /** What the server does for one delivery, one after the other: the last of `clients` waits for all of it. 0: infinitely fast. */
  deliveryUs: number
  /** A, and the pause before the next stream; 0: a stream never ends. */
  streamSeconds: number
  pauseSeconds: number
}

export const usual: Conditions = {
  ...{ payload: 200, cursor: 12, rate: 20, pollMs: 1000, roundTripMs: 1, headUp: 69, headDown: 187, waitSeconds: 25 },
  ...{ recordBytes: 22, http: '1.1', heartbeatSeconds: 15, pingSeconds: 20, arrivals: 'poisson', togetherMs: 1 },
  ...{ clients: 1, deliveryUs: 0, streamSeconds: 0, pauseSeconds: 0 },
}

export interface Prediction {
  p50Ms: number
  meanMs: number
  requestsPerEvent: number
  bytesPerEvent: { up: Layers; down: Layers }
}

/** Without an event in the denominator everything would be infinite: `perSecond` is what silence costs. */
export function predict(transport: Modelled, conditions: Conditions): Prediction {
  const { rate } = conditions
  const { up, down, requests } = perSecond(transport, conditions)
  const each = (layers: Layers) => scaled(layers, 1 / rate)
  return {
    ...latency(transport, conditions),
    requestsPerEvent: requests / rate,
    bytesPerEvent: { up: each(up), down: each(down) },
  }
}

/** From the moment an event is due until a client has it. */
export function latency(transport: Modelled, conditions: Conditions): { p50Ms: number; meanMs: number } {
  const { roundTripMs: t, pollMs, clients, deliveryUs, streamSeconds, pauseSeconds } = conditions
  // A push goes to one client after the other, so the median client has half of the clients before it.
  const turn = (clients * deliveryUs) / 2000
  if (transport === 'polling') return both(pollMs / 2 + t)
  if (transport === 'long-polling') {
    const { found } = holding(conditions)
    // Who finds no held question waits for the next one, anything up to a round trip.
    const waits = found >= 0.5 ? 0 : (t * (0.5 - found)) / (1 - found)
    return { p50Ms: t / 2 + turn + waits, meanMs: t / 2 + turn + ((1 - found) * t) / 2 }
  }
  const late = transport === 'sse' && streamSeconds > 0 ? (1000 * pauseSeconds ** 2) / (2 * streamSeconds) : 0
  return { p50Ms: t / 2 + turn, meanMs: t / 2 + turn + late }
}

/** For one client. Opening connections is not in it. */
export function perSecond(transport: Modelled, conditions: Conditions): Cost {
  if (transport === 'polling') return polling(conditions)
  if (transport === 'long-polling') return longPolling(conditions)
  return pushed(transport, conditions)
}

const both = (ms: number) => ({ p50Ms: ms, meanMs: ms })
