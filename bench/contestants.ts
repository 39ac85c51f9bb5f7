// Who can stand in a row, and how the generator talks to them: our four transports, the floor, the null transport, and peers.
import { transportNames } from '../transports/clients.ts'
import type { TransportName } from '../transports/clients.ts'
import type { WireOverHttp2 } from './line.ts'
import type { Peer } from './peers/contract.ts'
import { peers } from './peers/peers.ts'
import type { Wire } from './wires/contract.ts'
import { floor, ours, oursOverHttp2 } from './wires/ours.ts'

/** `floor`: a bare TLS socket. `null`: no network at all, the bench measuring itself. */
export const controls = ['floor', 'null'] as const
export const contestants = [...transportNames, ...controls] as const
/** One of these, or the name of a peer. */
export type Contestant = string

export const peerNames: readonly Contestant[] = peers.map(({ name }) => name)
export const peerOf = (name: Contestant): Peer | undefined => peers.find((peer) => peer.name === name)
/** The peers that can run here; what is missing of the others is in `missing`, a line each. */
export function installedPeers(): { names: Contestant[]; missing: string[] } {
  const missing = peers.flatMap((peer) => peer.missing() ?? [])
  return { names: peers.filter((peer) => !peer.missing()).map(({ name }) => name), missing: [...new Set(missing)] }
}
/** The transport that this one is, or stands beside. */
export const kindOf = (name: Contestant): Contestant => peerOf(name)?.beside ?? name
export const asks = (name: Contestant): boolean => ['polling', 'long-polling'].includes(kindOf(name))

export const isOurs = (name: Contestant): name is TransportName => (transportNames as readonly string[]).includes(name)

export interface Approach {
  path: string
  wire: Wire
  overHttp2?: WireOverHttp2
}

export function approach(name: Contestant): Approach {
  if (isOurs(name)) return { path: `/feed/${name}`, wire: ours[name], overHttp2: oursOverHttp2[name] }
  if (name === 'floor') return { path: '', wire: floor }
  const peer = peerOf(name)
  if (peer) return { path: peer.path, wire: peer.wire }
  throw new Error(`${name} is no transport, and no peer that is known here`)
}
