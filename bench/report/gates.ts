// Gates: bounds that a run must keep, for a CI job that is to fail when it does not (`bench --gate`).
import { figureNames, isBetterHigher } from '../figures.ts'
import { metrics } from './summary.ts'
import type { Pick, Summary } from './summary.ts'

/** What a gate can name: what every table shows, and what only some scenarios measure. */
export const gated: Record<string, Pick> = {
  ...metrics,
  ...Object.fromEntries(figureNames.map((name): [string, Pick] => [name, (row) => row.figures?.[name]])),
}

export interface Gate {
  transport: string
  metric: string
  /** A median may be at most so much; of what is better when it is higher, at least. */
  bound: number
}

/** @returns a line for each gate that does not hold. One without a number behind it does not hold. */
export function failedGates(summaries: Summary[], gates: Gate[]): string[] {
  return gates.flatMap(({ transport, metric, bound }) =>
    summaries
      .filter((each) => each.transport === transport && !isSilent(each, metric, summaries))
      .flatMap((each) => {
        const measured = each.of(gated[metric]!)?.median
        if (measured !== undefined && (isBetterHigher(metric) ? measured >= bound : measured <= bound)) return []
        const where = each.where && ` (${each.where})`
        return `gate ${transport}.${metric}=${bound}: ${each.scenario}${where} has ${measured ?? 'no valid number'}`
      }),
  )
}

/** A scenario that ran well and has no such number for anybody (idle has no latency) says nothing, if another one does. */
function isSilent({ scenario }: Summary, metric: string, summaries: Summary[]): boolean {
  const pick = gated[['p90', 'p99', 'p999'].includes(metric) ? 'p50' : metric]!
  const has = (each: Summary) => each.of(pick) !== undefined
  const mine = summaries.filter((each) => each.scenario === scenario)
  return summaries.some(has) && mine.every((each) => each.valid.length > 0 && !has(each))
}
