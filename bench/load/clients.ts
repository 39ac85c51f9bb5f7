// The clients of the generator: a lot of them for each contestant, each with a line of its own.
import type { SecureContext } from 'node:tls'
import { approach } from '../contestants.ts'
import type { Approach, Contestant } from '../contestants.ts'
import type { Line, LineBytes, TlsVersion } from '../line.ts'
import { record } from '../record.ts'
import type { ClientRecords } from '../record.ts'
import { connect } from './connect.ts'
import { nothing } from './edges.ts'

export interface OpenOptions {
  /** Between the monotonic clock and wall time: the same for every process. */
  offset: number
  ca: string
  http: '1.1' | '2'
  tls: TlsVersion
  pollMs: number
  lots: { name: Contestant; clients: number; port: number }[]
  port: number
  publishKey?: string
  /** A certificate of the clients' own. */
  client?: { cert: string; key: string }
  /** Polling: each question on a connection of its own. */
  connection?: 'new' | 'resumed'
}

/** What all clients of this process share. */
export interface Generator {
  clock: () => number
  options: OpenOptions
  secureContext: SecureContext
  lots: Lot[]
}

export interface Client {
  index: number
  line?: Line
  /** Id of the last event: where it goes on. */
  cursor?: string
  /** When the first event came after the storm. */
  againAt?: number
  closing: boolean
}
export interface Lot {
  name: Contestant
  approach?: Approach
  port: number
  clients: Client[]
  record: ClientRecords
  /** Of lines that are closed. */
  closed: LineBytes
  trouble: Set<string>
}

export function lotOf(name: Contestant, port: number): Lot {
  const given = name === 'null' ? {} : { approach: approach(name) }
  return { name, port, ...given, clients: [], record: record(), closed: nothing(), trouble: new Set() }
}

/** One after the other, so that connecting is timed and not queueing. @returns how long each took to be open, in ms. */
export async function add(generator: Generator, lot: Lot, count: number): Promise<number[]> {
  const started = performance.now()
  const connects: number[] = []
  for (let n = 0; n < count; n++) {
    // Pollers that began together would ask together for good: each begins in a share of the interval of its own.
    if (lot.name === 'polling')
      await sleep(started + ((n + Math.random()) * generator.options.pollMs) / count - performance.now())
    const client: Client = { index: lot.record.add(), closing: false }
    lot.clients.push(client)
    if (lot.name !== 'null') connects.push((await connect(generator, lot, client)).openMs)
  }
  return connects
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
