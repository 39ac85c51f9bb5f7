// Who can stand in a row, and how the generator talks to them: our four transports, the floor, the null transport, and peers.
import { transportNames } from '../transports/clients.ts'
import type { TransportName } from '../transports/clients.ts'
import type { WireOverHttp2 } from './line.ts'
import type { Wire } from './wires/contract.ts'
import { floor, ours, oursOverHttp2 } from './wires/ours.ts'

/** `floor`: a bare TLS socket. `null`: no network at all, the bench measuring itself. */
export const controls = ['floor', 'null'] as const
export const contestants = [...transportNames, ...controls] as const
/** One of these, or the name of a peer. */
export type Contestant = string

export const isOurs = (name: Contestant): name is TransportName => (transportNames as readonly string[]).includes(name)

export interface Approach {
  path: string
  wire: Wire
  overHttp2?: WireOverHttp2
}

export function approach(name: Contestant): Approach {
  if (isOurs(name)) return { path: `/feed/${name}`, wire: ours[name], overHttp2: oursOverHttp2[name] }
  if (name === 'floor') return { path: '', wire: floor }
  throw new Error(`${name} is no transport, and no peer that is known here`)
}
