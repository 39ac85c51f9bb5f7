// One window: events on a schedule, all clients follow, everything is counted between two edges.
import type { LoadReport } from '../load.ts'
import { reconcile } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { rowOf } from '../row.ts'
import type { Row } from '../results.ts'
import type { TargetReport } from '../target.ts'

export const SETTLE_MS = 150
export const DRAIN_MS = 5000

export interface Windowed {
  server: TargetReport
  reports: LoadReport[]
}

export async function window(stage: Stage): Promise<Row[]> {
  const measured = await runWindow(stage)
  const why = [stage.transports[0] === 'null' ? undefined : await reconcile(stage)]
  return stage.transports.map((name) => rowOf(name, stage, { ...measured, why }))
}

/** The schedule starts `warmSeconds` before the window and ends after it. */
export async function runWindow(
  stage: Stage,
  { rate, seconds, warmSeconds } = stage.scenario as Rate,
): Promise<Windowed> {
  const { clock, target, loads, scenario, seed, burnMs = 0, transports } = stage
  const { payload, pollMs } = scenario
  const at = clock() + SETTLE_MS
  const from = at + warmSeconds * 1000
  const span = { from, to: from + seconds * 1000 }
  const patience = (warmSeconds + seconds) * 1000 + 30_000
  await Promise.all(loads.map((load) => load.ask('measure', { ...span, burnMs })))
  let server: TargetReport
  const schedule = { rate, payload, seed, at }
  if (transports[0] === 'null') {
    await loads[0]!.ask('nullStart', schedule)
    const due = await loads[0]!.ask('nullDue', span, patience)
    server = { ...due, health: { cpuUs: 0, wakeups: null, utilisation: 0, loopDelayP99Ms: 0, gcMaxMs: 0, gcShare: 0 } }
  } else {
    if (rate > 0) await target.ask('start', schedule)
    server = await target.ask('window', span, patience)
    await target.ask('stop', undefined)
  }
  const { health: _, ...due } = server
  const drainMs = DRAIN_MS + pollMs
  const reports = await Promise.all(loads.map((load) => load.ask('report', { ...due, drainMs }, patience + drainMs)))
  return { server, reports }
}

export interface Rate {
  rate: number
  seconds: number
  warmSeconds: number
}
