// The highest rate at which p99 stays under the limit, in one server, before it or the generator is too busy: the knee.
import { reconcile } from '../reconcile.ts'
import { rowOf } from '../row.ts'
import type { Row } from '../results.ts'
import { setUp, tearDown } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { climb } from './climb.ts'
import type { Step } from './climb.ts'
import { END, GENERATOR, judge } from './judge.ts'
import { runWindow } from './window.ts'
import type { Windowed } from './window.ts'

const LIMIT_MS = 100
/** What is later than the limit by so much is too late, whenever it comes. */
const DRAIN_MS = 1000
/** What p99 needs (bench/latency.ts), and a few more: a slot of the schedule may fall out at each edge. */
const [EVENTS, DELIVERIES] = [110, 1050]

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
    const { p99, limit, why } = judge(measured, name, scenario, limitMs)
    // What the generator ended says nothing of how late the server is.
    if (p99 !== null && limit !== GENERATOR) p99s.push([rate, p99])
    const { utilisation } = measured.server.health
    if (utilisation !== null) busy.push([rate, utilisation])
    isSpoilt = limit !== undefined
    return { measured: { seconds, measured }, ...(limit !== undefined && { limit, why }) }
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
