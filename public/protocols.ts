// What a lane really speaks: as the server's side of its door saw it in the TLS handshake of its latest connection.
import type { Bench } from './bench.ts'
import { isOver } from './door.ts'
import type { WireConnection } from './wire/capture.ts'

export interface Spoken {
  http: string
  tls: string
}

export interface Protocols {
  /** Undefined when nobody told. */
  of(name: string): Spoken | undefined
  close(): void
}

const names: Record<string, string> = { h2: 'HTTP/2', 'http/1.1': 'HTTP/1.1', TLSv1_2: 'TLS 1.2', TLSv1_3: 'TLS 1.3' }
const worded = (name: string) => names[name] ?? names[name.replace('.', '_')] ?? name
/** After the last record that there will ever be: only the connections are wanted. */
const NO_RECORDS = Number.MAX_SAFE_INTEGER

/** Looks whenever the lab counts another connection at a door: a knob was turned, or the line broke and came back. */
export function protocols(lanes: readonly string[], bench: Bench): Protocols {
  const seen = new Map<string, Spoken>()
  /** At so many connections it was told. */
  const told = new Map<string, number>()

  async function look(name: string, connections: number) {
    const latest = latestOf((await bench.wire(name, NO_RECORDS)).connections)
    if (!latest?.alpn || !latest.tls) return // its handshake is not over: at the next reading, then
    told.set(name, connections)
    seen.set(name, { http: worded(latest.alpn), tls: worded(latest.tls) })
  }

  const close = bench.subscribe((change) => {
    if (change === 'moved') told.clear()
    else if (!bench.why) lanes.forEach(lookAt)
  })

  function lookAt(name: string) {
    const connections = bench.door(name).traffic?.connections ?? 0
    if (connections === 0 || told.get(name) === connections) return
    if (bench.storm && !isOver(bench.storm) && bench.storm.lane === name) return // a thousand others come and go
    look(name, connections).catch(() => {
      told.set(name, connections) // a lab without a wire view does not say; then the page does not either
      seen.delete(name)
    })
  }

  return { of: (name) => seen.get(name), close }
}

/** Of those that are open, if any is. */
export function latestOf(connections: readonly WireConnection[]): WireConnection | undefined {
  const open = connections.filter(({ closedAt }) => closedAt === undefined)
  return (open.length > 0 ? open : connections).toSorted((a, b) => a.openedAt - b.openedAt).at(-1)
}
