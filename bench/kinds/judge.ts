// What one window of a ladder says: whether its rate was carried, and if it was not, by what it failed.
import { tooBusy } from '../health.ts'
import { joinLatencies, latencyOf } from '../latency.ts'
import type { Scenario } from '../scenarios.ts'
import type { Windowed } from './window.ts'

/** What ended the climb (bench/figures.ts). */
export const [SERVER, GENERATOR, END] = [0, 1, 2]

export interface Judgement {
  p99: number | null
  limit?: number
  /** In words, when it failed. */
  why?: string
}

/** What would void the row as the generator's doing ends the step here: the knee's own window is one of these. */
export function judge(
  { server, reports }: Windowed,
  name: string,
  scenario: Pick<Scenario, 'clients' | 'maxUtilisation' | 'maxGeneratorDelayMs'>,
  limitMs: number,
): Judgement {
  const lots = reports.map(({ lots }) => lots[name]!)
  const { p99 } = latencyOf(joinLatencies(lots.map(({ latencies }) => latencies))).latencyMs
  const received = lots.reduce((sum, { counts }) => sum + counts.received, 0)
  const missing = (server.last - server.first + 1) * scenario.clients - received
  const trouble = lots.flatMap((lot) => lot.trouble)
  const busy = tooBusy(
    reports.map(({ health }) => health),
    scenario,
  )
  if (busy.length > 0) return { p99, limit: GENERATOR, why: busy.join('; ') }
  if (p99 === null) return { p99, limit: SERVER, why: 'p99 was not known: too few events came' }
  if (p99 > limitMs) return { p99, limit: SERVER, why: `p99 was ${p99} ms, over ${limitMs} ms` }
  if (missing > 0) return { p99, limit: SERVER, why: `${missing} events did not come in time` }
  if (trouble.length > 0) return { p99, limit: SERVER, why: trouble.join('; ') }
  return { p99 }
}
