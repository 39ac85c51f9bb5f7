// A cut in the middle of the feed: how long until a client of ours, back-off and all, has the feed again, and that nothing is missing.
import { canQuote, percentile } from '../../src/core/stats.ts'
import { round } from '../health.ts'
import type { Row } from '../results.ts'
import { rowOf } from '../row.ts'
import type { Stage } from '../stage.ts'
import { DRAIN_MS, SETTLE_MS } from './window.ts'

const CUT_AFTER_MS = 1000

export async function recover(stage: Stage): Promise<Row[]> {
  const { clock, target, loads, network, scenario, seed, transports } = stage
  const { rate, payload, seconds, pollMs, clients } = scenario
  const { offset } = stage
  const [name] = transports as [string]
  if (!network) throw new Error('nothing to cut: recover runs behind a network')
  await loads[0]!.ask('follow', { name, clients }, 60_000)
  const from = clock() + SETTLE_MS
  const span = { from, to: from + seconds * 1000 }
  const patience = seconds * 1000 + 60_000
  await loads[0]!.ask('measure', span)
  await target.ask('start', { rate, payload, seed, at: from })
  const over = target.ask('window', span, patience)
  await new Promise((resolve) => setTimeout(resolve, from + CUT_AFTER_MS - clock()))
  const cutAt = (await network.ask('cut', undefined)).at + offset
  const back = await loads[0]!.ask('returned', { cutAt }, patience)
  const server = await over
  await target.ask('stop', undefined)
  const { health: _, ...due } = server
  const report = await loads[0]!.ask('report', { ...due, drainMs: DRAIN_MS + pollMs }, patience)
  const sorted = back.toSorted((a, b) => a - b)
  const figures = {
    backP50Ms: round(percentile(back, 50)!),
    backP99Ms: canQuote(back.length, 99) ? round(percentile(back, 99)!) : null,
    backAllMs: round(sorted.at(-1)!),
  }
  const series = { back: sorted.map((ms, i): [number, number] => [round(ms), (i + 1) / clients]) }
  return [rowOf(name, stage, { server, reports: [report], figures, series, unseen: true })]
}
