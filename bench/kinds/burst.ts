// Many events at once: how long until a client has them all.
import { reconcile } from '../reconcile.ts'
import type { Row } from '../results.ts'
import { rowOf } from '../row.ts'
import type { Stage } from '../stage.ts'
import { round } from '../health.ts'
import { DRAIN_MS, SETTLE_MS } from './window.ts'

const COUNT = 1000
const AFTER_MS = 100

export async function burst(stage: Stage): Promise<Row[]> {
  const { clock, target, loads, scenario, transports } = stage
  const { payload, seconds, pollMs } = scenario
  const [name] = transports as [string]
  const from = clock() + SETTLE_MS
  const span = { from, to: from + seconds * 1000 + pollMs }
  await Promise.all(loads.map((load) => load.ask('measure', span)))
  const over = target.ask('window', span, seconds * 1000 + pollMs + 30_000)
  await target.ask('burst', { at: from + AFTER_MS, count: COUNT, payload })
  const server = await over
  const { health: _, ...due } = server
  const reports = await Promise.all(loads.map((load) => load.ask('report', { ...due, drainMs: DRAIN_MS }, 60_000)))
  const maps = reports.map(({ lots }) => lots[name]!.latencies)
  // By client, not by event: the latest of its events is when it had all of them.
  const last = maps.flatMap((map) => {
    const rows = [...map.values()]
    // An event that nobody got has no row.
    if (rows.length < COUNT) return Array.from(rows[0] ?? [], () => NaN)
    return Array.from(rows[0] ?? [], (_, client) => Math.max(...rows.map((row) => row[client]!)))
  })
  // A client that missed one has never had all; the row says that events were lost.
  const all = last.filter((ms) => !Number.isNaN(ms))
  const figures = {
    burstFirstMs: all.length > 0 ? round(Math.min(...all)) : null,
    burstLastMs: all.length === last.length && all.length > 0 ? round(Math.max(...all)) : null,
  }
  return [rowOf(name, stage, { server, reports, figures, why: [await reconcile(stage)] })]
}
