// What can be set at a door, and what it means for the network before it.
import * as v from 'valibot'
import { clear } from '../../bench/network/conditions.ts'
import type { Conditions } from '../../bench/network/conditions.ts'
import { profileNames, profiles } from '../../bench/network/profiles.ts'
import { transportNames } from '../../transports/clients.ts'

const entries = {
  /** The highest version of HTTP that is offered. With "2" HTTP/1.1 is offered too: a WebSocket opens with it where extended CONNECT (RFC 8441) is not known or not taken. */
  http: v.picklist(['1.1', '2']),
  tls: v.picklist(['1.2', '1.3']),
  profile: v.picklist(['none', ...profileNames]),
  /** Push waits so long after an event for more that leave in the same write. */
  batchMs: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000)),
  /** A reverse proxy that holds answers back. */
  buffering: v.boolean(),
  /** A line that carried nothing for so long is reset; 0: never. */
  idleCutMs: v.picklist([0, 10_000, 60_000]),
  /** On each line; 0: as the profile says. */
  downBytesPerSecond: v.picklist([0, 2000, 20_000]),
}
export const Settings = v.strictObject(entries)
export const Changes = v.partial(Settings)
export type Settings = v.InferOutput<typeof Settings>
export type Changes = v.InferOutput<typeof Changes>

export const Fault = v.strictObject({ fault: v.picklist(['cut', 'freeze', 'stall', 'restart', 'tamper']) })
export type Fault = v.InferOutput<typeof Fault>['fault']

export const StormOrder = v.strictObject({
  transport: v.picklist(transportNames),
  /** The door that it goes through. */
  lane: v.picklist(transportNames),
  clients: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
  /** Whether they wait before they come back, each for a time of its own. */
  jitter: v.boolean(),
})
export type StormOrder = v.InferOutput<typeof StormOrder>

/** What is to be overheard: votes over all four transports, each over a plain socket and over TLS. */
export const TapOrder = v.strictObject({
  tls: v.picklist(['1.2', '1.3']),
  /** Both votes are written with as many bytes. */
  padded: v.boolean(),
  /** Whoever listens changes one bit of one event on each line, too. */
  tamper: v.boolean(),
})
export type TapOrder = v.InferOutput<typeof TapOrder>

/** What may be sent, in words: `{"tls":"1.2"|"1.3","buffering":true|false,"batchMs":0–1000}`. */
export function expected({ entries }: typeof Settings | typeof StormOrder | typeof TapOrder | typeof Fault): string {
  return `expected {${Object.entries<Entry>(entries)
    .map(([name, entry]) => `"${name}":${valuesOf(entry)}`)
    .join(',')}}`
}

type Entry =
  | (typeof Settings.entries)[keyof typeof Settings.entries]
  | (typeof StormOrder.entries)[keyof typeof StormOrder.entries]
  | (typeof TapOrder.entries)[keyof typeof TapOrder.entries]
  | typeof Fault.entries.fault
function valuesOf(entry: Entry): string {
  if (entry.type === 'picklist') return entry.options.map((option) => JSON.stringify(option)).join('|')
  if (entry.type === 'boolean') return 'true|false'
  const bounds = entry.pipe.map((each) => ('requirement' in each ? each.requirement : undefined))
  return bounds.filter((bound) => typeof bound === 'number').join('–')
}

/** What only a new server can do: its connections end. */
const ofTheServer = ['http', 'tls', 'batchMs', 'buffering'] as const

export const needsNewServer = (before: Settings, after: Settings) =>
  ofTheServer.some((name) => before[name] !== after[name])

export function conditionsOf({ profile, idleCutMs, downBytesPerSecond }: Settings): Conditions {
  const network = { ...clear, ...(profile !== 'none' && profiles[profile].conditions) }
  return {
    ...network,
    idleCutMs: idleCutMs || Infinity,
    downBytesPerSecond: Math.min(network.downBytesPerSecond, downBytesPerSecond || Infinity),
  }
}
