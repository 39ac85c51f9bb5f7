// The clients of the generator: a lot of them for each contestant, each with a line of its own, and how one is connected.
import type { SecureContext } from 'node:tls'
import { approach } from '../contestants.ts'
import type { Approach, Contestant } from '../contestants.ts'
import { openLine, openLineOverHttp2 } from '../line.ts'
import type { Line, LineBytes, TlsVersion } from '../line.ts'
import { record } from '../record.ts'
import type { ClientRecords } from '../record.ts'
import type { Read } from '../wires/contract.ts'
import { nothing, plus } from './edges.ts'

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

export interface ConnectOptions {
  session?: Buffer
  after?: string
  untilEvent?: boolean
  waitMs?: number
}
/** Milliseconds from nothing. */
export interface Connected {
  secureMs: number
  openMs: number
  /** To the first event, when it was waited for. */
  eventMs: number | null
}

const CONNECT_MS = 15_000

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

export function connect(
  { clock, options, secureContext }: Generator,
  lot: Lot,
  client: Client,
  { session, after, untilEvent, waitMs = CONNECT_MS }: ConnectOptions = {},
): Promise<Connected> {
  const { name, port } = lot
  const { path, wire, overHttp2 } = lot.approach!
  const started = performance.now()
  let [secureMs, openMs, sentAt] = [NaN, NaN, NaN]
  client.closing = false
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${name}: not open after ${waitMs / 1000} s`)), waitMs)
    const done = (eventMs: number | null) => {
      clearTimeout(late)
      resolve({ secureMs, openMs, eventMs })
    }
    const opened = () => {
      if (!Number.isNaN(openMs)) return
      openMs = performance.now() - started
      if (!untilEvent) done(null)
    }
    const fail = (message: string) => {
      lot.trouble.add(`${name}: ${message}`)
      clearTimeout(late)
      reject(new Error(`${name}: ${message}`)) // before it was open, the end; later, nobody listens
    }
    const cursor = after ?? client.cursor
    const target = { authority: `localhost:${port}`, path, ...(cursor !== undefined && { after: cursor }) }
    const ends = {
      onSecure() {
        secureMs = performance.now() - started
        if (name === 'floor') opened() // nothing is said on it first
      },
      onChunk(bytes: number, read: () => Read) {
        const now = clock() // first: what follows is our own time
        let result
        try {
          result = read()
        } catch (error) {
          return fail((error as Error).message)
        }
        lot.record.observe(client.index, result, bytes, now)
        if (result.bodyBytes !== undefined) {
          lot.record.sums.answers++
          lot.record.sums.answersMs += now - sentAt
        }
        if (result.open) opened()
        if (result.failed !== undefined) fail(result.failed)
        const last = result.events.at(-1)
        if (!last) return
        client.cursor = last.id
        if (untilEvent && !Number.isNaN(openMs)) done(performance.now() - started)
      },
      pause: (then: () => void) => void setTimeout(() => client.closing || then(), options.pollMs),
      onSent() {
        lot.record.sums.sent++
        sentAt = clock()
      },
      onEnd(cause: Error | undefined) {
        lot.closed = plus(lot.closed, line.bytes())
        if (client.line !== line) return // another has taken its place
        delete client.line
        if (!client.closing) fail(cause?.message ?? 'the line broke')
      },
    }
    const { http } = options
    const way = { port, secureContext, http, ...(session && { session }) }
    // What is no HTTP, and a peer, has one wire whatever the version.
    const line =
      http === '2' && overHttp2
        ? openLineOverHttp2(way, overHttp2, target, ends)
        : openLine({ ...way, http: '1.1' }, wire, target, ends)
    client.line = line
  })
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
