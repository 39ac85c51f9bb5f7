// The rate is stepped up in one server until p99 passes the limit, or the generator is too busy to say: the knee.
import type { Health } from '../health.ts'
import { latencyOf, joinLatencies } from '../latency.ts'
import { rowOf } from '../row.ts'
import type { Row } from '../results.ts'
import type { Stage } from '../stage.ts'
import { runWindow } from './window.ts'
import type { Windowed } from './window.ts'

const LIMIT_MS = 100
const STEP = 1.5
const STEPS = 16
/** What ended the climb (bench/figures.ts). */
const [SERVER, GENERATOR, END] = [0, 1, 2]

export async function ladder(stage: Stage): Promise<Row[]> {
  const { scenario, transports } = stage
  const [name] = transports as [string]
  // Polling cannot be faster than its interval: the limit is on what comes on top of it.
  const limitMs = LIMIT_MS + (name === 'polling' ? scenario.pollMs : 0)
  const p99s: [number, number][] = []
  const busy: [number, number][] = []
  let best: { rate: number; measured: Windowed } | undefined
  let limitedBy = END
  let rate = scenario.rate
  for (let step = 0; step < STEPS; step++, rate = Math.round(rate * STEP)) {
    const measured = await runWindow(stage, { ...scenario, rate })
    const { server, reports } = measured
    const lots = reports.map(({ lots }) => lots[name]!)
    const { p99 } = latencyOf(joinLatencies(lots.map(({ latencies }) => latencies))).latencyMs
    const received = lots.reduce((sum, { counts }) => sum + counts.received, 0)
    const expected = (server.last - server.first + 1) * scenario.clients
    const lost = received < expected || lots.some(({ trouble }) => trouble.length > 0)
    if (p99 !== null) p99s.push([rate, p99])
    busy.push([rate, server.health.utilisation])
    const isBusy = ({ utilisation, loopDelayP99Ms }: Health) =>
      utilisation > scenario.maxUtilisation || loopDelayP99Ms > scenario.maxGeneratorDelayMs
    if (reports.some(({ health }) => isBusy(health))) {
      limitedBy = GENERATOR
      break
    }
    if (p99 === null || p99 > limitMs || lost) {
      limitedBy = SERVER
      break
    }
    best = { rate, measured }
  }
  if (!best)
    throw new Error(
      `p99 was over ${limitMs} ms, not known, or the generator too busy, at the first step of ${scenario.rate} events/s`,
    )
  const at = { ...stage, scenario: { ...scenario, rate: best.rate } }
  const figures = { kneeRate: best.rate, kneeLimitedBy: limitedBy }
  return [rowOf(name, at, { ...best.measured, figures, series: { p99: p99s, utilisation: busy } })]
}
