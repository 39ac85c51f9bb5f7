// One window: events on a schedule, all clients follow, everything is counted between two edges.
import type { LoadReport } from '../load/window.ts'
import { reconcile } from '../reconcile.ts'
import type { Stage } from '../stage.ts'
import { rowOf } from '../row.ts'
import { failedRow } from '../results.ts'
import type { Row } from '../results.ts'
import type { Scenario } from '../scenarios.ts'
import type { TargetReport } from '../target.ts'

export const SETTLE_MS = 150
export const DRAIN_MS = 5000

export interface Windowed {
  server: TargetReport
  reports: LoadReport[]
  why: (string | undefined)[]
}

export async function window(stage: Stage): Promise<Row[]> {
  const measured = await runWindow(stage)
  const why = [...measured.why, stage.transports[0] === 'null' ? undefined : await reconcile(stage)]
  return stage.transports.map((name) => remarked(rowOf(name, stage, { ...measured, why }), stage.scenario))
}

/** A generator that is too busy for latencies has counted, and a server that was measured by itself has spent what it has spent. */
function remarked(row: Row, { remarkAbove = Infinity, latencyWithin }: Scenario): Row {
  const { utilisation, loopDelayP99Ms: late } = row.generator
  if (!row.valid || utilisation === null || late === null) return row
  if (latencyWithin && (utilisation > latencyWithin.utilisation || late > latencyWithin.delayMs)) {
    const { latencyMs, histogram } = failedRow(row, '')
    const { skewMs: _, ...rest } = row
    const limits = `${latencyWithin.utilisation * 100} % of the time, or its loop later than ${latencyWithin.delayMs} ms`
    return { ...rest, latencyMs, histogram, remark: `the generator was busy for more than ${limits}: ${TOO_LATE}` }
  }
  if (utilisation <= remarkAbove) return row
  return { ...row, remark: `the generator was busy for more than ${remarkAbove * 100} % of the time: ${BUSY}` }
}
const TOO_LATE =
  'no latency of it is given; the time of the server is by what was due, but it writes into sockets that are read late'
const BUSY =
  'what a delivery waits for it to read those before it is in the latency, in that of the floor in the same round too'

/** The schedule starts `warmSeconds` before the window and ends after it. */
export async function runWindow(
  stage: Stage,
  { rate, seconds, warmSeconds, drainMs = DRAIN_MS + stage.scenario.pollMs }: Rate = stage.scenario,
): Promise<Windowed> {
  const { clock, target, loads, network, scenario, seed, burnMs = 0, stallMs, flaw, transports } = stage
  const { payload } = scenario
  const at = clock() + SETTLE_MS
  // A poller's first answers carry little: the window begins when each has had a whole interval of events.
  const warmMs = Math.max(warmSeconds * 1000, transports.includes('polling') ? scenario.pollMs + 200 : 0)
  const from = at + warmMs
  const span = { from, to: from + seconds * 1000 }
  const patience = warmMs + seconds * 1000 + 30_000
  await Promise.all(loads.map((load) => load.ask('measure', { ...span, burnMs, ...(flaw && { flaw }) })))
  await network?.ask('measure', undefined)
  const middle = from + (seconds * 1000 - (stallMs ?? 0)) / 2
  const stalling = setTimeout(() => {
    if (stallMs !== undefined) network?.ask('stall', stallMs).catch(() => undefined) // the trial has failed, and says why
  }, middle - clock())
  let server: TargetReport
  const schedule = { rate, payload, seed, at }
  if (transports[0] === 'null') {
    await loads[0]!.ask('nullStart', schedule)
    const due = await loads[0]!.ask('nullDue', span, patience)
    server = { ...due, health: nobody }
  } else {
    if (rate > 0) await target.ask('start', schedule)
    server = await target.ask('window', { ...span, silent: rate === 0 }, patience)
    await target.ask('stop', undefined)
  }
  const { health: _, ...due } = server
  const reports = await Promise.all(loads.map((load) => load.ask('report', { ...due, drainMs }, patience + drainMs)))
  clearTimeout(stalling)
  const delay = (await network?.ask('finish', undefined))?.loopDelayP99Ms ?? 0
  const isLate = delay > scenario.maxGeneratorDelayMs
  return { server, reports, why: [isLate ? `the network's own loop was ${delay} ms late at p99` : undefined] }
}

const nobody = {
  cpuUs: 0,
  wakeups: null,
  utilisation: 0,
  loopDelayP99Ms: 0,
  loopDelayMaxMs: 0,
  looks: 0,
  gcMaxMs: 0,
  gcShare: 0,
}

export interface Rate {
  rate: number
  seconds: number
  warmSeconds: number
  /** How long what is still to come is waited for. */
  drainMs?: number
}
