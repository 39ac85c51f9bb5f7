// How old events were when they were read, as answers and charts need it. An age that is not known is left out.
import { median } from '../../src/core/stats.ts'

/** One event, in ms since the run began. */
export interface Aged {
  readonly due: number
  readonly at: number
}

export const agesOf = (events: readonly Aged[]): number[] =>
  events.map(({ due, at }) => at - due).filter(Number.isFinite)

/** The median; NaN of none. */
export const typical = (events: readonly Aged[]): number => median(agesOf(events)) ?? NaN

/** NaN of none. */
export function oldest(events: readonly Aged[]): number {
  const ages = agesOf(events)
  return ages.length > 0 ? Math.max(...ages) : NaN
}

/** For a chart: age over the moment, both in seconds. */
export const dots = (events: readonly Aged[], moment: keyof Aged): [number, number][] =>
  events
    .filter(({ due, at }) => Number.isFinite(at - due))
    .map((each): [number, number] => [each[moment] / 1000, (each.at - each.due) / 1000])
    .sort(([a], [b]) => a - b)
