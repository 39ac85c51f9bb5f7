// The highest rate at which p99 stays under the limit, in one server, before it or the generator is too busy: the knee.
import type { Health } from '../health.ts'
import { latencyOf, joinLatencies } from '../latency.ts'
import { reconcile } from '../reconcile.ts'
import { rowOf } from '../row.ts'
import type { Row } from '../results.ts'
import { setUp, tearDown } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { climb } from './climb.ts'
import type { Step } from './climb.ts'
import { runWindow } from './window.ts'
import type { Windowed } from './window.ts'

const LIMIT_MS = 100
/** What is later than the limit by so much is too late, whenever it comes. */
const DRAIN_MS = 1000
/** What p99 needs (bench/latency.ts), and a few more: a slot of the schedule may fall out at each edge. */
const [EVENTS, DELIVERIES] = [110, 1050]
/** What ended the climb (bench/figures.ts). */
const [SERVER, GENERATOR, END] = [0, 1, 2]

interface At {
  seconds: number
  measured: Windowed
}

export async function ladder(first: Stage): Promise<Row[]> {
  const { scenario, transports } = first
  const [name] = transports as [string]
  // Polling cannot be faster than its interval: the limit is on what comes on top of it.
  const limitMs = (scenario.targetP99Ms ?? LIMIT_MS) + (name === 'polling' ? scenario.pollMs : 0)
  const p99s: [number, number][] = []
  const busy: [number, number][] = []
  let stage = first
  let isSpoilt = false

  const secondsAt = (rate: number) => Math.max(scenario.seconds, EVENTS / rate, DELIVERIES / (rate * scenario.clients))

  /** What was too much leaves queues and broken lines behind: what comes after it begins anew, and runs a while before it counts. */
  async function renew(rate: number) {
    await tearDown(stage)
    stage = await setUp(first)
    isSpoilt = false
    await runWindow(stage, { ...scenario, rate: rate / 2 })
  }

  async function step(rate: number): Promise<Step<number, At>> {
    if (isSpoilt) await renew(rate)
    const seconds = secondsAt(rate)
    const measured = await runWindow(stage, { ...scenario, rate, seconds, drainMs: limitMs + DRAIN_MS })
    const { p99, limit, why } = judge(measured)
    if (p99 !== null) p99s.push([rate, p99])
    const { utilisation } = measured.server.health
    if (utilisation !== null) busy.push([rate, utilisation])
    isSpoilt = limit !== undefined
    return { measured: { seconds, measured }, ...(limit !== undefined && { limit, why }) }
  }

  function judge({ server, reports }: Windowed): { p99: number | null; limit?: number; why?: string } {
    const lots = reports.map(({ lots }) => lots[name]!)
    const { p99 } = latencyOf(joinLatencies(lots.map(({ latencies }) => latencies))).latencyMs
    const received = lots.reduce((sum, { counts }) => sum + counts.received, 0)
    const missing = (server.last - server.first + 1) * scenario.clients - received
    const trouble = lots.flatMap((lot) => lot.trouble)
    const isBusy = ({ utilisation, loopDelayP99Ms }: Health) =>
      utilisation > scenario.maxUtilisation || loopDelayP99Ms > scenario.maxGeneratorDelayMs
    if (reports.some(({ health }) => isBusy(health)))
      return { p99, limit: GENERATOR, why: 'the generator was too busy' }
    if (p99 === null) return { p99, limit: SERVER, why: 'p99 was not known: too few events came' }
    if (p99 > limitMs) return { p99, limit: SERVER, why: `p99 was ${p99} ms, over ${limitMs} ms` }
    if (missing > 0) return { p99, limit: SERVER, why: `${missing} events did not come in time` }
    if (trouble.length > 0) return { p99, limit: SERVER, why: trouble.join('; ') }
    return { p99 }
  }

  try {
    const { rate, limit = END, measured: found } = await climb(scenario.rate, step)
    const { seconds, measured } = found
    const why = [...measured.why, await reconcile(stage)]
    const at = { ...first, scenario: { ...scenario, rate, seconds } }
    const figures = { kneeRate: rate, kneeLimitedBy: limit }
    const series = { p99: p99s.toSorted(byRate), utilisation: busy.toSorted(byRate) }
    return [rowOf(name, at, { ...measured, why, figures, series })]
  } finally {
    if (stage !== first) await tearDown(stage) // the first is the trial's own
  }
}

const byRate = ([a]: [number, number], [b]: [number, number]) => a - b
