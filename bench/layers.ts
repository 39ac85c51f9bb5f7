// Bytes by layer, packets and questions as numbers that can be added and scaled; and what TCP and IP add to them, estimated.

/** `tcpip` is an estimate, all else is exact. */
export interface Layers {
  payload: number
  framing: number
  headers: number
  tls: number
  tcpip: number
}
/** What the sockets count: without the estimate. */
export type Counted = Omit<Layers, 'tcpip'>
export interface Cost {
  up: Layers
  down: Layers
  /** TCP segments, acknowledgements without data among them. */
  packetsUp: number
  packetsDown: number
  /** Questions asked, those with an empty answer too. */
  requests: number
}

/** IPv4 20 (RFC 791 §3.1), TCP 20 (RFC 9293 §3.1), timestamps 10 and 2 of padding (RFC 7323 §3.2). IPv6 would be 20 more. */
export const SEGMENT = 52
/** What of an Ethernet packet of 1500 is left for data. Loopback's segments are larger; the estimate is for a network. */
const MSS = 1448

export const nothing: Counted = { payload: 0, framing: 0, headers: 0, tls: 0 }

export const segmentsOf = (bytes: number) => Math.ceil(bytes / MSS)

export const sum = (layers: Partial<Layers>): number => Object.values(layers).reduce((total, bytes) => total + bytes, 0)

export const counted = ({ tcpip: _, ...layers }: Layers): number => sum(layers)

export function cost(
  times: number,
  bytes: { up: Counted; down: Counted },
  packets: { up: number; down: number },
  requests = 0,
): Cost {
  return {
    up: scaled({ ...bytes.up, tcpip: packets.up * SEGMENT }, times),
    down: scaled({ ...bytes.down, tcpip: packets.down * SEGMENT }, times),
    packetsUp: packets.up * times,
    packetsDown: packets.down * times,
    requests,
  }
}

export const scaled = ({ payload, framing, headers, tls, tcpip }: Layers, by: number): Layers => ({
  ...{ payload: payload * by, framing: framing * by, headers: headers * by, tls: tls * by, tcpip: tcpip * by },
})

export function added(a: Cost, b: Cost): Cost {
  const layers = (one: Layers, other: Layers): Layers => ({
    payload: one.payload + other.payload,
    framing: one.framing + other.framing,
    headers: one.headers + other.headers,
    tls: one.tls + other.tls,
    tcpip: one.tcpip + other.tcpip,
  })
  return {
    up: layers(a.up, b.up),
    down: layers(a.down, b.down),
    packetsUp: a.packetsUp + b.packetsUp,
    packetsDown: a.packetsDown + b.packetsDown,
    requests: a.requests + b.requests,
  }
}
