// A TCP proxy that is a network: it delays, throttles, stalls, cuts and goes silent, without root. It sees only ciphertext, as a network does.
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { changed, clear } from './conditions.ts'
import type { Conditions } from './conditions.ts'
import { startLine } from './line.ts'
import type { Change, Direction, Line } from './line.ts'

export interface Proxy {
  port: number
  /** How many lines it reset so far. */
  readonly cuts: number
  /** Connections accepted so far, and open now at either end. */
  readonly accepted: number
  readonly open: number
  readonly conditions: Readonly<Conditions>
  /** Changes some conditions, on open lines too; the others stay. What is on the way already keeps its time. */
  set(changes: Partial<Conditions>): void
  /** Nothing arrives anywhere for so long, on any open line; then what was held arrives at once. */
  stall(ms: number): void
  /** Resets every open line once `bytes` more went down to the client; counted over all lines, so 0 means now. */
  cutAfter(bytes: number): void
  /**
   * Half-open lines: what is sent from here on in this direction is swallowed on every open line, the end of it and a reset too. With
   * `up`, the client has gone and the server is not told; with `down`, the other way round. New lines are well.
   */
  vanish(direction: Direction | 'both'): void
  /** Whoever is on the path may write, too: on each open line the next bytes down that `change` changes arrive changed. */
  alter(change: Change): void
  /** Nothing passes in either direction, and nobody is told; `false` heals new lines, old ones stay dead. */
  blackhole(on: boolean): void
  /** What passes leaves in slices of this size. */
  slice(bytes: number): void
  /** Lets so many bytes a second down, on each line. */
  throttle(bytesPerSecond: number): void
  /** Refuses or accepts new lines. */
  refuse(on: boolean): void
  close(): Promise<void>
}

export interface ProxyOptions {
  /** Of jitter and stalls: with the same seed, the n-th connection meets the same ones again. */
  seed?: number
  host?: string
  /** Sees all bytes of the n-th connection as its server does: `up` before the server is handed them, else before they go on to the client. */
  tap?(connection: number, up: boolean, bytes: Buffer): void
  /** The n-th connection is over, at both ends. */
  ended?(connection: number): void
}

/**
 * What it cannot do, because each side speaks TCP with the proxy and not with the other side:
 * - It cannot delay the handshake of TCP towards the client: `connect` succeeds at once. What would have waited for it waits instead:
 *   the server sees the connection after one delay, and the first byte of the client counts as sent after one round trip.
 * - It cannot lose, repeat or reorder segments, and acknowledgements never wait: a slow start takes no round trips.
 * - Between a sender and the bottleneck there are the buffers of two more sockets: backpressure is felt later than without it.
 * - Times are exact to about a millisecond, and never too short; a delay below that is in truth one between 0 and 2 ms. Of the bytes
 *   that the kernel had not handed over yet, the time in its buffers is not counted.
 */
export async function startProxy(
  targetPort: () => number,
  initial: Partial<Conditions> = {},
  { seed = 1, host = '127.0.0.1', tap, ended }: ProxyOptions = {},
): Promise<Proxy> {
  const lines = new Set<Line>()
  let conditions = changed(clear, initial)
  let [cuts, accepted, left, silent, refusing] = [0, 0, Infinity, false, false]

  const cutAll = () => {
    left = Infinity
    for (const line of lines) line.cut()
  }
  const cutWithin = (bytes: number) => {
    const after = left
    if (bytes < after) {
      left -= bytes
      return undefined
    }
    left = Infinity // this line is chosen: it is cut behind these bytes, and all others with it
    return after
  }

  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    if (refusing) return void client.resetAndDestroy()
    const connection = ++accepted
    const line = startLine({
      ...{ client, port: targetPort(), conditions: () => conditions, silent, cutWithin, cutReached: cutAll },
      seed: Math.imul(seed, 0x9e3779b1) + 2 * connection,
      onCut: () => void cuts++,
      onEnd: () => {
        lines.delete(line)
        ended?.(connection)
      },
      tap: tap && ((up, bytes) => tap(connection, up, bytes)),
    })
    lines.add(line)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port: 0, host, backlog: 4096 }, () => {
      server.off('error', reject)
      server.on('error', () => undefined) // one connection was not accepted (no descriptor is free): the others go on
      resolve()
    })
  })

  const proxy: Proxy = {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return cuts
    },
    get accepted() {
      return accepted
    },
    get open() {
      return lines.size
    },
    get conditions() {
      return conditions
    },
    set(changes) {
      conditions = changed(conditions, changes)
      for (const line of lines) line.changed()
    },
    stall(ms) {
      for (const line of lines) line.stall(ms)
    },
    cutAfter(bytes) {
      left = bytes
      if (bytes === 0) cutAll()
    },
    vanish(direction) {
      for (const line of lines) line.vanish(direction)
    },
    alter(change) {
      for (const line of lines) line.alter(change)
    },
    blackhole(on) {
      silent = on
      if (on) proxy.vanish('both')
    },
    slice: (sliceBytes) => proxy.set({ sliceBytes }),
    throttle: (downBytesPerSecond) => proxy.set({ downBytesPerSecond }),
    refuse(on) {
      refusing = on
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const line of lines) line.destroy()
      }),
  }
  return proxy
}
