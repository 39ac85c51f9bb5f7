// What of a lane can be put into the overview now: its figures, or why it has none. The same figures as on its card.
import { clamped } from './clamped.ts'
import type { Lane } from './lane.ts'
import type { Meter } from './meter.ts'
import type { Silence } from './silence.ts'
import type { Measured } from './spot.ts'
import { span } from './words.ts'

export interface Figure extends Measured {
  /** Why there is none; empty when there is. */
  why: string
}

/** A new connection is in the price as long as in its window, and then falls out of it: so long the price is not steady either.
 * What came in, while the line was away, comes all at once and turns the figures over: so long it is not steady. */
const SETTLE_MS = 2000
/** What a scale can take; where it is drawn, the chart says. */
const drawable = (value: number) => clamped(value, 0.01, 1e9)

export function figureOf(
  lane: Lane,
  { meter, silent }: { meter: Pick<Meter, 'of'>; silent: Pick<Silence, 'of'> },
  now: number,
): Figure {
  const { samples, openSince, story } = lane
  const silentMs = silent.of(lane)
  const cost = meter.of(lane)
  const isSteady =
    openSince !== undefined && now - openSince >= SETTLE_MS && (story?.over ?? true) && !cost?.newConnections
  if (silentMs !== undefined) return { spot: undefined, isSteady, why: `nothing for ${span(silentMs)}` }
  const { summary } = samples
  if (!summary || cost?.perEvent === undefined)
    return { spot: undefined, isSteady, why: `no figure${cost?.none ? ` (${cost.none.word})` : ''}` }
  const { median, p95 = median } = summary // too few for a p95 (`P95_FROM`): no whisker
  return { spot: [drawable(cost.perEvent), drawable(median), drawable(p95)], isSteady, why: '' }
}
