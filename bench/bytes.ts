// Where the bytes of a window went, by layer: payload, framing, HTTP heads, TLS, and an estimate of TCP and IP.
import { SEGMENT } from './layers.ts'
import type { Layers } from './layers.ts'
import type { Edges } from './load/edges.ts'

export interface BothWays {
  up: Layers
  down: Layers
}

/** `per`: deliveries, or clients × minutes. @returns undefined when there is nothing to divide by. */
export function layersOf(edges: Edges, asks: boolean, per: number): BothWays | undefined {
  const { bytes, payload, heads, bodies, sent, segmentsDown } = edges
  if (!(per > 0)) return undefined
  const { tls, plain } = bytes
  // Asked for: what is no body is a head. Pushed: what is no head and no event is a frame.
  const headersDown = asks ? plain.down - bodies : heads
  const each = (value: number) => round(value / per)
  // Every segment is acknowledged by one of the other side: more than TCP sends when answers carry the ACK, never less.
  const tcpip = each(SEGMENT * (segmentsDown + sent))
  return {
    up: {
      payload: 0,
      framing: asks ? 0 : each(plain.up),
      headers: asks ? each(plain.up) : 0,
      tls: each(tls.up - plain.up),
      tcpip,
    },
    down: {
      payload: each(payload),
      framing: each(plain.down - headersDown - payload),
      headers: each(headersDown),
      tls: each(tls.down - plain.down),
      tcpip,
    },
  }
}

/** SPEC §7: the layers of both ways together, and their sums. What is estimated is not in them. */
export function bytesPerEvent({ up, down }: BothWays) {
  const both = (key: keyof Layers) => round(up[key] + down[key])
  const sum = ({ payload, framing, headers, tls }: Layers) => round(payload + framing + headers + tls)
  const parts = { payload: both('payload'), framing: both('framing'), headers: both('headers'), tls: both('tls') }
  return { ...parts, total: round(sum(up) + sum(down)), up: sum(up), down: sum(down) }
}

const round = (value: number) => Math.round(value * 100) / 100
