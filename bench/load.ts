// The load generator's process: many clients, lean readers, every event of every client recorded.
import { createSecureContext } from 'node:tls'
import type { SecureContext } from 'node:tls'
import { memoryFeed } from '../src/feeds/memory.ts'
import { hostClock } from '../src/server/clock.ts'
import { clients } from '../transports/clients.ts'
import type { TransportName } from '../transports/clients.ts'
import type { Connection } from '../transports/contract.ts'
import { nodePlatform } from '../transports/platform.ts'
import { approach } from './contestants.ts'
import type { Approach, Contestant } from './contestants.ts'
import { watchHealth } from './health.ts'
import type { Health } from './health.ts'
import { openLine, openLineOverHttp2 } from './line.ts'
import type { Line, LineBytes, TlsVersion } from './line.ts'
import { answer } from './process.ts'
import { record } from './record.ts'
import type { ClientRecords, Counts, Sums, Window } from './record.ts'
import { source } from './source.ts'
import { openSenders } from './senders.ts'
import type { SendersOptions } from './senders.ts'
import type { Due, Schedule } from './source.ts'
import type { Read } from './wires/contract.ts'

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

/** Between the edges of a window, by the sockets of the generator. */
export interface Edges extends Sums {
  bytes: LineBytes
}

export interface LotReport {
  counts: Counts
  /** By offset of the event; NaN where it did not come. */
  latencies: Map<number, Float32Array>
  edges: Edges
  trouble: string[]
}
export interface LoadReport {
  health: Health
  lots: Record<Contestant, LotReport>
}

interface Client {
  index: number
  line?: Line
  /** Id of the last event: where it goes on. */
  cursor?: string
  closing: boolean
}
interface Lot {
  name: Contestant
  approach?: Approach
  port: number
  clients: Client[]
  record: ClientRecords
  /** Of lines that are closed. */
  closed: LineBytes
  trouble: Set<string>
  before?: Edges
  between?: Edges
}

const CONNECT_MS = 15_000
const LOOK_MS = 20
const RETURN_MS = 60_000
/** What had left the network before the cut may still be read after it. */
const IN_FLIGHT_MS = 5

let clock: () => number
let options: OpenOptions
let secureContext: SecureContext
const lots: Lot[] = []
let endHealth: (() => Health) | undefined
let health: Health | undefined
const real: Connection[] = []
const lastEventAt: number[] = []
let own: ReturnType<typeof source> | undefined

const commands = {
  /** Connects the clients one after the other, so that connecting is timed and not queueing. @returns ms each took, by contestant. */
  async open(given: OpenOptions) {
    options = given
    clock = hostClock(given.offset)
    // One for all: reading the CA anew for each of 2 000 connections would take longer than connecting.
    const version = `TLSv${given.tls}` as const
    secureContext = createSecureContext({ ca: given.ca, minVersion: version, maxVersion: version })
    const connects: Record<Contestant, number[]> = {}
    for (const { name, clients: count, port } of given.lots) {
      const lot = lotOf(name, port)
      lots.push(lot)
      connects[name] = await add(lot, count)
    }
    return connects
  },

  /** More clients of what is open; what they see is counted from here on. */
  async more({ name, clients }: { name: Contestant; clients: number }) {
    return add(
      lots.find((lot) => lot.name === name)!,
      clients,
    )
  },

  /** Says when the window is. `burnMs`: calibration, this process is kept busy for so long again and again. */
  measure({ from, to, burnMs = 0 }: Window & { burnMs?: number }) {
    health = undefined
    for (const lot of lots) lot.record.measure({ from, to })
    setTimeout(() => {
      for (const lot of lots) lot.before = edgesOf(lot)
      endHealth = watchHealth()
    }, from - clock())
    if (to < Infinity) setTimeout(endWindow, to - clock())
    if (burnMs > 0) setInterval(() => burn(burnMs), 1)
  },
  /** Of a window without an end: it ends now. */
  endWindow,

  /** Waits until every client has all of the window, at most `drainMs`; then reports. The clients stay. */
  async report({ drainMs, ...due }: Due & { drainMs: number }): Promise<LoadReport> {
    const deadline = clock() + drainMs
    const count = due.last - due.first + 1
    while (clock() < deadline && (!health || !lots.every((lot) => lot.record.complete(count)))) await sleep(LOOK_MS)
    if (!health) throw new Error('the window did not end')
    return {
      health,
      lots: Object.fromEntries(
        lots.map((lot): [Contestant, LotReport] => [
          lot.name,
          {
            counts: lot.record.verdict(due),
            latencies: lot.record.latencies(),
            edges: lot.between!,
            trouble: [...lot.trouble].slice(0, 3),
          },
        ]),
      ),
    }
  },

  /** Nobody asks any more: what is under way comes to its end, and two counts of it can agree. */
  hush() {
    for (const { clients } of lots) for (const client of clients) client.closing = true
  },
  /** The bytes of all lines since they were opened: to be held against the server's own count. */
  totals: () => lots.map((lot) => edgesOf(lot).bytes).reduce(plus, nothing()),

  /** All lines are broken at once, and opened again at once, with their tickets and cursors. @returns ms until each was open. */
  async storm({ waitMs }: { waitMs: number }) {
    const started = clock()
    const all = lots.flatMap((lot) => lot.clients.map((client) => ({ lot, client })))
    const back: number[] = []
    let resumed = 0
    const opened = all.map(async ({ lot, client }) => {
      const session = client.line?.session
      client.closing = true
      client.line?.destroy()
      await connect(lot, client, { ...(session && { session }), waitMs })
      if (client.line!.resumed) resumed++
      back.push(clock() - started)
    })
    await Promise.all(opened)
    return { back, resumed }
  },

  /** One line after the other is opened and closed: TLS in full, then resumed. Milliseconds to TLS, to open, to the first event. */
  async connects({ name, times, after }: { name: Contestant; times: number; after?: string }) {
    const lot = lotOf(name, options.port)
    const client: Client = { index: lot.record.add(), closing: false }
    const full: Connected[] = []
    const resumed: Connected[] = []
    for (let n = 0; n < times; n++) {
      let session: Buffer | undefined
      for (const into of [full, resumed]) {
        const given = {
          ...(session && { session }),
          ...(after !== undefined && { after }),
          untilEvent: after !== undefined,
        }
        const connected = await connect(lot, client, given)
        if (session && !client.line!.resumed) throw new Error(`${name}: the TLS session was not resumed`)
        into.push(connected)
        // TLS 1.3 sends its tickets after the handshake.
        for (let i = 0; i < 100 && !client.line!.session; i++) await sleep(5)
        session = client.line!.session
        client.closing = true
        client.line!.destroy()
        await sleep(2)
      }
    }
    return { full, resumed }
  },

  /** The real clients of ours, each with a connection of its own: they come back by themselves. */
  async follow({ name, clients: count }: { name: Contestant; clients: number }) {
    const { port, ca, http, pollMs } = options
    const lot = lotOf(name, port)
    lots.push(lot)
    for (let n = 0; n < count; n++) {
      const client: Client = { index: lot.record.add(), closing: false }
      lot.clients.push(client)
      await new Promise<void>((resolve) => {
        real.push(
          clients[name as TransportName]({
            ...{ origin: `https://localhost:${port}`, platform: nodePlatform({ ca, http }), pollMs },
            onEvent(event) {
              const now = clock()
              lastEventAt[client.index] = now
              lot.record.observe(client.index, { events: [event] }, 0, now)
            },
            onGap: (gap) => lot.record.observe(client.index, { events: [], gaps: [gap] }, 0, clock()),
            onState: (state) => state === 'open' && resolve(),
          }),
        )
      })
    }
  },
  /** @returns for each real client how long after the cut it had an event again. */
  async returned({ cutAt }: { cutAt: number }): Promise<number[]> {
    const first: number[] = []
    const deadline = clock() + RETURN_MS
    while (Object.keys(first).length < real.length) {
      if (clock() > deadline) throw new Error('not all clients came back')
      for (const [i, at] of lastEventAt.entries()) if (at > cutAt + IN_FLIGHT_MS) first[i] ??= at - cutAt
      await sleep(1)
    }
    return first
  },

  /** Closed loop: never for latency. */
  async capacity({ path, connections, seconds }: { path: string; connections: number; seconds: number }) {
    const url = `https://localhost:${options.port}${path}`
    const end = watchHealth()
    const { default: autocannon } = await import('autocannon')
    const { requests, duration, non2xx, errors, timeouts } = await autocannon({
      ...{ url, connections, duration: seconds },
      tlsOptions: { ca: options.ca },
    })
    return { answers: requests.total - non2xx, duration, failures: non2xx + errors + timeouts, health: end() }
  },

  /** Publishes from `from` to `to`; what is due after `edge` counts. The stage has no followers then. */
  async up({
    edge,
    from,
    to,
    ...given
  }: Omit<SendersOptions, 'port' | 'publishKey' | 'secureContext' | 'clock'> & Record<'edge' | 'from' | 'to', number>) {
    const { port, publishKey = '' } = options
    const senders = await openSenders({ ...given, port, publishKey, secureContext, clock })
    const bytes = () => senders.lines.map((line) => line.bytes()).reduce(plus, nothing()).tls
    let before = bytes()
    setTimeout(() => {
      before = bytes()
      endHealth = watchHealth()
    }, edge - clock())
    const took = await senders.run(from, to)
    const after = bytes()
    for (const line of senders.lines) line.destroy()
    return {
      due: senders.dueAfter(edge),
      took,
      bytes: { up: after.up - before.up, down: after.down - before.down },
      health: endHealth!(),
      trouble: senders.trouble,
    }
  },

  /** The null transport: events go from a schedule in this process to its clients, by nothing but a call. */
  async nullStart(schedule: Schedule) {
    const feed = memoryFeed({ clock })
    const lot = lots.find(({ name }) => name === 'null')!
    own = source(feed, clock)
    feed.follow('now', ({ entries }) => {
      for (const { bytes } of entries) {
        const read = { events: [JSON.parse(new TextDecoder().decode(bytes)) as never] }
        for (const { index } of lot.clients) lot.record.observe(index, read, 0, clock())
      }
    })
    await own.start(schedule)
  },
  nullDue: ({ from, to }: Window) => own!.due(from, to),
}

function endWindow() {
  health = endHealth!()
  for (const lot of lots) lot.between = difference(edgesOf(lot), lot.before!)
}
export type LoadCommands = typeof commands
if (process.send) answer(commands)

export interface Connected {
  secureMs: number
  openMs: number
  /** To the first event, when it was waited for. */
  eventMs: number | null
}

function lotOf(name: Contestant, port: number): Lot {
  const given = name === 'null' ? {} : { approach: approach(name) }
  return { name, port, ...given, clients: [], record: record(), closed: nothing(), trouble: new Set() }
}

/** @returns how long each took to be open, in ms. */
async function add(lot: Lot, count: number): Promise<number[]> {
  const started = performance.now()
  const connects: number[] = []
  for (let n = 0; n < count; n++) {
    // Pollers that began together would ask together for good: each begins in a share of the interval of its own.
    if (lot.name === 'polling')
      await sleep(started + ((n + Math.random()) * options.pollMs) / count - performance.now())
    const client: Client = { index: lot.record.add(), closing: false }
    lot.clients.push(client)
    if (lot.name !== 'null') connects.push((await connect(lot, client)).openMs)
  }
  return connects
}

interface ConnectOptions {
  session?: Buffer
  after?: string
  untilEvent?: boolean
  waitMs?: number
}

function connect(
  lot: Lot,
  client: Client,
  { session, after, untilEvent, waitMs }: ConnectOptions = {},
): Promise<Connected> {
  const { name, port } = lot
  const { path, wire, overHttp2 } = lot.approach!
  const started = performance.now()
  let [secureMs, openMs, sentAt] = [NaN, NaN, NaN]
  client.closing = false
  return new Promise((resolve, reject) => {
    const ms = waitMs ?? CONNECT_MS
    const late = setTimeout(() => reject(new Error(`${name}: not open after ${ms / 1000} s`)), ms)
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

function edgesOf(lot: Lot): Edges {
  const bytes = lot.clients.flatMap(({ line }) => (line ? [line.bytes()] : [])).reduce(plus, lot.closed)
  return { ...lot.record.sums, bytes }
}

const nothing = (): LineBytes => ({ tls: { up: 0, down: 0 }, plain: { up: 0, down: 0 } })
const plus = (a: LineBytes, b: LineBytes): LineBytes => ({
  tls: { up: a.tls.up + b.tls.up, down: a.tls.down + b.tls.down },
  plain: { up: a.plain.up + b.plain.up, down: a.plain.down + b.plain.down },
})

function difference(after: Edges, before: Edges): Edges {
  const { bytes, ...sums } = after
  const minus = ({ up, down }: LineBytes['tls'], b: LineBytes['tls']) => ({ up: up - b.up, down: down - b.down })
  const less = Object.entries(sums).map(([key, value]) => [key, value - before[key as keyof Sums]])
  return {
    ...(Object.fromEntries(less) as unknown as Sums),
    bytes: { tls: minus(bytes.tls, before.bytes.tls), plain: minus(bytes.plain, before.bytes.plain) },
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

function burn(ms: number) {
  const end = performance.now() + ms
  while (performance.now() < end);
}
