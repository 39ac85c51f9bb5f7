// What experiments do with doors: set them to HTTP/1.1, read what they counted, subtract two readings.
import type { Bench } from '../bench.ts'
import type { Traffic } from '../door.ts'
import { Trouble } from './run.ts'

export interface Passed {
  requests: number
  connections: number
  /** Bytes at the socket, below TLS. */
  up: number
  down: number
  total: number
}

/** One exchange at a time on a connection: what is counted is then one request's, and a connection is one stream's. */
export async function overHttp1(bench: Bench, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => bench.set(name, { http: '1.1' })))
}

/** Everything the door of that name has counted until now. */
export async function countedAt(bench: Bench, name: string): Promise<Traffic> {
  await bench.refresh()
  const { traffic } = bench.door(name)
  if (!traffic) throw new Trouble('The lab told nothing about a door of this page.')
  return structuredClone(traffic)
}

export function passed(before: Traffic, after: Traffic): Passed {
  const up = after.tls.up - before.tls.up
  const down = after.tls.down - before.tls.down
  return {
    requests: after.requests - before.requests,
    connections: after.connections - before.connections,
    up,
    down,
    total: up + down,
  }
}
