// One trial: a fresh server process, fresh generator processes, one window; out come plain rows, one for each transport in it.
import { median } from '../src/core/stats.ts'
import { hostClock } from '../src/server/clock.ts'
import type { Credentials } from '../src/server/https.ts'
import { deliveriesOf } from './bytes.ts'
import { round } from './health.ts'
import type { LoadCommands } from './load.ts'
import { child } from './process.ts'
import { failedRow } from './results.ts'
import type { Prediction, Row } from './results.ts'
import { rowOf } from './row.ts'
import type { Contestant, Scenario } from './scenarios.ts'
import type { TargetCommands } from './target.ts'

export interface TrialOptions {
  scenario: Scenario
  /** More than one only when the scenario runs them together. */
  transports: Contestant[]
  repeat: number
  seed: number
  http: '1.1' | '2'
  tls: Credentials
  ca: string
  /** Between the monotonic clock and wall time: the same for every process. */
  offset: number
  /** Calibration: keep the generator busy for so long, again and again. */
  burnMs?: number
}

export interface TrialResult {
  rows: Row[]
  predictions: Prediction[]
}

const [SETTLE_MS, DRAIN_MS] = [200, 5000]
/** Fewer connections than this drown in the noise of resident memory. */
const RSS_CONNECTIONS = 500

export async function trial(options: TrialOptions): Promise<TrialResult> {
  const { scenario, transports, repeat } = options
  try {
    return await measure(options)
  } catch (error) {
    const why = (error as Error).message
    const { name, clients, rate, seconds } = scenario
    const common = { scenario: name, repeat, clients, rate, seconds }
    return { rows: transports.map((transport) => failedRow({ ...common, transport }, why)), predictions: [] }
  }
}

async function measure({ scenario, transports, seed, http, tls, ca, offset, burnMs = 0, repeat }: TrialOptions) {
  const { clients, rate, seconds, warmSeconds, payload, pollMs, generators } = scenario
  const target = child<TargetCommands>('server', new URL('target.ts', import.meta.url), ['--expose-gc'])
  const loads = Array.from({ length: generators }, () =>
    child<LoadCommands>('generator', new URL('load.ts', import.meta.url)),
  )
  try {
    const connections = clients * transports.length
    const ports = await target.ask('open', { offset, tls, http, lines: connections + 100 })
    const rssBefore = await target.ask('rss', undefined)
    await Promise.all(
      loads.map((load, i) =>
        load.ask(
          'open',
          { ...ports, ...{ offset, ca, http, pollMs }, clients: share(transports, clients, i, generators) },
          120_000,
        ),
      ),
    )
    const rssKb = (await target.ask('rss', undefined)) - rssBefore

    const from = hostClock(offset)() + SETTLE_MS + warmSeconds * 1000
    const window = { from, to: from + seconds * 1000 }
    await Promise.all(loads.map((load) => load.ask('measure', { ...window, burnMs })))
    const server = await target.ask(
      'run',
      { ...window, warmMs: warmSeconds * 1000, rate, payload, seed, transports },
      (warmSeconds + seconds) * 1000 + 30_000,
    )
    const { epoch, first, last } = server
    const drainMs = DRAIN_MS + pollMs
    const reports = await Promise.all(
      loads.map((load) => load.ask('finish', { epoch, first, last, drainMs }, drainMs + 30_000)),
    )
    const rss = transports.length === 1 && connections >= RSS_CONNECTIONS ? rssKb / connections : null
    const deliveries = transports.reduce((sum, name) => sum + deliveriesOf(name, clients, server), 0)
    return {
      rows: transports.map((name) => rowOf(name, { scenario, repeat, server, reports, deliveries, rss })),
      predictions: transports
        .filter((name) => name === 'polling')
        .flatMap((transport) => {
          // i/2 + t, as transports/polling/README.md derives it: it asks once in i + t, and the answer travels t/2.
          const trip = median(reports.flatMap(({ roundTripMs }) => roundTripMs ?? []))
          return trip === undefined
            ? []
            : [{ scenario: scenario.name, transport, repeat, p50Ms: round(pollMs / 2 + trip) }]
        }),
    }
  } finally {
    await Promise.all([target, ...loads].map((each) => each.end()))
  }
}

/** The clients of generator `i` of `generators`. */
function share(transports: Contestant[], clients: number, i: number, generators: number) {
  const mine = Math.floor(clients / generators) + (i < clients % generators ? 1 : 0)
  return Object.fromEntries(transports.map((name) => [name, mine])) as Partial<Record<Contestant, number>>
}
