// All clients are dropped at once and come back at once, with their tickets and their cursors, while events go on.
import { percentile } from '../../src/core/stats.ts'
import { isOurs } from '../contestants.ts'
import { round } from '../health.ts'
import type { Row } from '../results.ts'
import { blank, rowOf } from '../row.ts'
import type { Stage } from '../stage.ts'
import { DRAIN_MS, SETTLE_MS } from './window.ts'

const CURSOR_MS = 1000
const WAIT_MS = 60_000
/** Points of the timeline. */
const POINTS = 50

export async function storm(stage: Stage): Promise<Row[]> {
  const { clock, target, loads, scenario, seed, transports } = stage
  const { payload, clients } = scenario
  const [name] = transports as [string]
  // Once before it counts: code that runs for the first time is slow, and tickets are there only after a first connection.
  await loads[0]!.ask('storm', { waitMs: WAIT_MS }, WAIT_MS + DRAIN_MS)
  const from = clock() + SETTLE_MS
  await loads[0]!.ask('measure', { from, to: Infinity })
  await target.ask('start', { rate: scenario.rate, payload, seed })
  await new Promise((resolve) => setTimeout(resolve, CURSOR_MS + scenario.pollMs)) // until each has a place to go on from
  await target.ask('watch', undefined)
  const { back, resumed } = await loads[0]!.ask('storm', { waitMs: WAIT_MS }, WAIT_MS + DRAIN_MS)
  const health = await target.ask('watched', undefined)
  await loads[0]!.ask('endWindow', undefined)
  const to = clock()
  const server = { ...(await target.ask('window', { from, to })), health }
  await target.ask('stop', undefined)
  const figures = {
    backP50Ms: round(percentile(back, 50)!),
    backP99Ms: round(percentile(back, 99)!),
    backAllMs: round(percentile(back, 100)!),
    cpuMsPerConnect: round(health.cpuUs / 1000 / back.length),
    resumedShare: round(resumed / back.length),
  }
  const sorted = back.toSorted((a, b) => a - b)
  const series = {
    back: Array.from({ length: POINTS }, (_, i): [number, number] => {
      const share = (i + 1) / POINTS
      return [round(sorted[Math.ceil(share * clients) - 1]!), share]
    }),
  }
  // The floor has no log: what was sent meanwhile is lost to it, and that is no fault of it.
  if (!isOurs(name)) return [{ ...blank(name, stage), valid: true, figures, series }]
  const { health: _, ...due } = server
  const report = await loads[0]!.ask('report', { ...due, drainMs: DRAIN_MS + scenario.pollMs }, 60_000)
  const row = rowOf(name, stage, { server, reports: [report], figures, series })
  // Handshakes are in its bytes and its processor time: by event they mean nothing.
  const { layers: _layers, ...rest } = row
  const { bytesPerEvent, server: unknown } = blank(name, stage)
  return [
    {
      ...rest,
      bytesPerEvent,
      requestsPerEvent: null,
      server: { ...unknown, rssKbPerConnection: row.server.rssKbPerConnection },
    },
  ]
}
