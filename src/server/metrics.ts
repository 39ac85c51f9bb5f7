// `GET /metrics`: Prometheus text. Counts what the lab does; never measures what the bench measures.
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client'
import { parseCursor } from '../core/event.ts'
import type { Feed } from '../core/feed.ts'
import type { Env } from '../../transports/contract.ts'
import { transportNames } from '../../transports/clients.ts'
import type { RoomCounts } from './room.ts'
import type { Traffic, Wire } from './wire.ts'

const FEEDS = new Set(['/feed', ...transportNames.map((name) => `/feed/${name}`)])

/** The lab's own port, or the doors of benches: what comes to one is never counted as the other's. */
export type Entrance = 'lab' | 'door'

export interface Metrics {
  contentType: string
  text(): Promise<string>
  /** Counts a request now, and as open until its response is over. */
  request(env: Env['Bindings'], entrance?: Entrance): void
  /** Counts an answer that is an error, by its code: one of ours, never a client's word. */
  refused(code: string): void
  /** Something threw that should not have: logged and counted; no test may leave this above 0. */
  failed(error: unknown): void
  readonly uncaught: number
}

export interface MetricsOptions {
  feed: Feed
  wire: () => Wire
  /** Of the room of benches, where there is one. */
  room?: (() => RoomCounts) | undefined
  log: (error: unknown) => void
}

/** By path: plain numbers until somebody asks, for a counter with labels would cost each request a microsecond. */
type Paths = Map<string, { total: number; open: number }>

export function createMetrics({ feed, wire, room, log }: MetricsOptions): Metrics {
  const registers = [new Registry()]
  collectDefaultMetrics({ register: registers[0]!, eventLoopMonitoringPrecision: 1000 })
  // Its histogram of the loop's lag would wake a lab with nothing to say 6 000 times a minute; looking once a second it counts the
  // second as lag. What it says when it is asked, `nodejs_eventloop_lag_seconds`, stays.
  for (const name of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'])
    registers[0]!.removeSingleMetric(`nodejs_eventloop_lag_${name}_seconds`)
  registers[0]!.removeSingleMetric('nodejs_version_info') // who looks for a server with a known hole asks for its version first
  const paths: Record<Entrance, Paths> = { lab: new Map(), door: new Map() }
  const refusals = new Map<string, number>()
  new Counter({
    name: 'wirelab_refused_total',
    help: 'Requests answered with an error, by its code',
    labelNames: ['code'],
    registers,
    collect() {
      this.reset()
      for (const [code, count] of refusals) this.inc({ code }, count)
    },
  })
  const failures = new Counter({ name: 'wirelab_uncaught_total', help: 'Errors nobody expected', registers })
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(read())
      },
    })

  gauge('wirelab_feed_tail', 'Offset of the last event', () => parseCursor(feed.tail)?.offset ?? 0)
  entrance('wirelab', 'at the lab’s own port', paths.lab, () => ({ ...wire().total(), open: wire().open }))
  if (room) {
    gauge('wirelab_benches', 'Benches that are open', () => room().benches)
    gauge('wirelab_doors', 'Doors of benches that are open', () => room().doors)
    gauge('wirelab_storms', 'Storms under way', () => room().storms)
    gauge('wirelab_proofs', 'Servers with an account for one run of an experiment', () => room().proofs)
    entrance('wirelab_door', 'at the doors of benches, ended ones too', paths.door, () => room().traffic)
  }
  let uncaught = 0

  /** All that is counted of those who come in there, under names that begin alike. */
  function entrance(prefix: string, where: string, byPath: Paths, traffic: () => Traffic & { open: number }) {
    new Counter({
      ...{ name: `${prefix}_requests_total`, help: `Requests by path, ${where}`, labelNames: ['path'], registers },
      collect() {
        this.reset()
        for (const [path, { total }] of byPath) this.inc({ path }, total)
      },
    })
    new Gauge({
      ...{ name: `${prefix}_requests_open`, help: `Requests not answered to the end, ${where}` },
      ...{ labelNames: ['path'], registers },
      collect() {
        for (const [path, { open }] of byPath) this.set({ path }, open)
      },
    })
    gauge(`${prefix}_connections_open`, `TCP connections, ${where}`, () => traffic().open)
    new Counter({
      ...{ name: `${prefix}_bytes_total`, help: `Bytes at the socket, below (tls) and above (plain) TLS, ${where}` },
      ...{ labelNames: ['layer', 'direction'], registers },
      collect() {
        const total = traffic()
        this.reset()
        for (const layer of ['tls', 'plain'] as const)
          for (const direction of ['up', 'down'] as const) this.inc({ layer, direction }, total[layer][direction])
      },
    })
  }

  return {
    contentType: registers[0]!.contentType,
    text: () => registers[0]!.metrics(),
    request({ path, over }, at = 'lab') {
      const label = FEEDS.has(path) ? path : 'other' // a label from a client would be memory for a client
      const counts = paths[at].get(label) ?? { total: 0, open: 0 }
      paths[at].set(label, counts)
      counts.total++
      counts.open++
      over.push(() => void counts.open--)
    },
    refused: (code) => void refusals.set(code, (refusals.get(code) ?? 0) + 1),
    failed(error) {
      uncaught++
      failures.inc()
      log(error)
    },
    get uncaught() {
      return uncaught
    },
  }
}
