// What a network can do to a connection, as numbers; and the network that does nothing.

/**
 * All of it for each connection by itself, as if every client had an access line of its own: a client that opens two connections has
 * twice the bandwidth. Both directions have the same conditions, except for their bandwidth. `Infinity` is "no limit", or "never".
 */
export interface Conditions {
  /** One way, after the last bit has left. Half of the round trip. */
  delayMs: number
  /** Added to the delay, different for each chunk: from 0 to so much, evenly. Later bytes never overtake earlier ones: they wait. */
  jitterMs: number
  /** From the client to the server. A chunk goes in packets, and a packet leaves when its last bit would. */
  upBytesPerSecond: number
  /** From the server to the client. */
  downBytesPerSecond: number
  /**
   * The buffer before the bottleneck. What does not fit is not dropped, as a router would, but not read: the sender's kernel
   * buffers fill, and then the sender feels it. Chunks are read whole, so it may hold one (up to 64 KiB) more.
   */
  queueBytes: number
  /**
   * How long a direction runs on average from the end of a stall to the next one, and how long nothing then arrives; what was held
   * arrives at once after it. Random (the gaps are exponential, so no rhythm of a client can fall in with them), each direction by
   * itself. This stands in for a lost segment: below TCP it is missing, above TCP it is a silence of one retransmission timeout, with
   * all that was behind it following at once. There is no other loss: a proxy in user space cannot lose bytes of a TCP stream.
   */
  stallEveryMs: number
  stallMs: number
  /** Passed on in writes of at most this size. */
  sliceBytes: number
  /**
   * A connection that carried nothing in either direction for so long is reset at both ends. Gentle for a NAT, which mostly forgets
   * and says nothing until somebody speaks; for that, `vanish`.
   */
  idleCutMs: number
}

/** The network that does nothing. The buffer is the 50 packets of dummynet (ipfw(8), "queue"), and of the tools built on it. */
export const clear: Readonly<Conditions> = {
  ...{ delayMs: 0, jitterMs: 0, upBytesPerSecond: Infinity, downBytesPerSecond: Infinity, queueBytes: 50 * 1500 },
  ...{ stallEveryMs: Infinity, stallMs: 0, sliceBytes: Infinity, idleCutMs: Infinity },
}

const mayBeZero = new Set<string>(['delayMs', 'jitterMs', 'stallMs', 'queueBytes'] satisfies (keyof Conditions)[])

/** @returns `conditions` with those in `changes` replaced. @throws RangeError for a name or number that is none. */
export function changed(conditions: Conditions, changes: Partial<Conditions>): Conditions {
  for (const [name, value] of Object.entries(changes) as [string, unknown][]) {
    if (!(name in clear))
      throw new RangeError(`no network condition is called ${name}; there are ${Object.keys(clear).join(', ')}`)
    const least = mayBeZero.has(name) ? 'a number from 0' : 'a number above 0'
    if (typeof value !== 'number' || !(mayBeZero.has(name) ? value >= 0 : value > 0))
      throw new RangeError(`${name} of a network is ${least}, got ${String(value)}`)
  }
  const next = { ...conditions, ...changes }
  for (const name of ['delayMs', 'jitterMs', 'stallMs'] as const)
    if (next[name] === Infinity)
      throw new RangeError(`${name} of a network is finite; for a line that goes silent there is blackhole`)
  return next
}
