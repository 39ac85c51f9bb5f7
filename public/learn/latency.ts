// The latency of events, from due to read, as answers and charts need it. One that is not known is left out.
import { median } from '../../src/core/stats.ts'

/** One event, in ms since the run began. */
export interface Timed {
  readonly due: number
  readonly at: number
}

export const latenciesOf = (events: readonly Timed[]): number[] =>
  events.map(({ due, at }) => at - due).filter(Number.isFinite)

/** The median; NaN of none. */
export const typical = (events: readonly Timed[]): number => median(latenciesOf(events)) ?? NaN

/** NaN of none. */
export function worst(events: readonly Timed[]): number {
  const all = latenciesOf(events)
  return all.length > 0 ? Math.max(...all) : NaN
}

/** For a chart: latency over the moment, both in seconds. */
export const dots = (events: readonly Timed[], moment: keyof Timed): [number, number][] =>
  events
    .filter(({ due, at }) => Number.isFinite(at - due))
    .map((each): [number, number] => [each[moment] / 1000, (each.at - each.due) / 1000])
    .sort(([a], [b]) => a - b)
