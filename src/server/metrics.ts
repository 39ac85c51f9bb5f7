// `GET /metrics`: Prometheus text. Counts what the lab does; never measures what the bench measures.
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client'
import { parseCursor } from '../core/event.ts'
import type { Feed } from '../core/feed.ts'
import type { Env } from '../../transports/contract.ts'
import { transportNames } from '../../transports/clients.ts'
import type { Wire } from './wire.ts'

const FEEDS = new Set(['/feed', ...transportNames.map((name) => `/feed/${name}`)])

export interface Metrics {
  contentType: string
  text(): Promise<string>
  /** Counts a request now, and as open until its response is over. */
  request(env: Env['Bindings']): void
  /** Counts an answer that is an error, by its code: one of ours, never a client's word. */
  refused(code: string): void
  /** Something threw that should not have: logged and counted; no test may leave this above 0. */
  failed(error: unknown): void
  readonly uncaught: number
}

export function createMetrics(feed: Feed, wire: () => Wire, log: (error: unknown) => void): Metrics {
  const registers = [new Registry()]
  collectDefaultMetrics({ register: registers[0]!, eventLoopMonitoringPrecision: 1000 })
  // Its histogram of the loop's lag would wake a lab with nothing to say 6 000 times a minute; looking once a second it counts the
  // second as lag. What it says when it is asked, `nodejs_eventloop_lag_seconds`, stays.
  for (const name of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'])
    registers[0]!.removeSingleMetric(`nodejs_eventloop_lag_${name}_seconds`)
  registers[0]!.removeSingleMetric('nodejs_version_info') // who looks for a server with a known hole asks for its version first
  // Plain numbers until somebody asks: a counter with labels would cost each request a microsecond.
  const paths = new Map<string, { total: number; open: number }>()
  new Counter({
    name: 'wirelab_requests_total',
    help: 'Requests by path',
    labelNames: ['path'],
    registers,
    collect() {
      this.reset()
      for (const [path, { total }] of paths) this.inc({ path }, total)
    },
  })
  new Gauge({
    name: 'wirelab_requests_open',
    help: 'Requests not answered to the end',
    labelNames: ['path'],
    registers,
    collect() {
      for (const [path, { open }] of paths) this.set({ path }, open)
    },
  })
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
  new Gauge({
    name: 'wirelab_feed_tail',
    help: 'Offset of the last event',
    registers,
    collect() {
      this.set(parseCursor(feed.tail)?.offset ?? 0)
    },
  })
  new Gauge({
    name: 'wirelab_connections_open',
    help: 'TCP connections to the lab itself, without the doors of benches',
    registers,
    collect() {
      this.set(wire().open)
    },
  })
  new Counter({
    name: 'wirelab_bytes_total',
    help: 'Bytes at the socket, below (tls) and above (plain) TLS, without the doors of benches',
    labelNames: ['layer', 'direction'],
    registers,
    collect() {
      const total = wire().total()
      this.reset()
      for (const layer of ['tls', 'plain'] as const)
        for (const direction of ['up', 'down'] as const) this.inc({ layer, direction }, total[layer][direction])
    },
  })
  let uncaught = 0

  return {
    contentType: registers[0]!.contentType,
    text: () => registers[0]!.metrics(),
    request({ path, over }) {
      const label = FEEDS.has(path) ? path : 'other' // a label from a client would be memory for a client
      const counts = paths.get(label) ?? { total: 0, open: 0 }
      paths.set(label, counts)
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
