// How many events fall into a span of time: the two kinds of arrivals that the model knows, as closed formulas.

export type Arrivals = 'poisson' | 'slots'
export interface Span {
  /** Events in the span, on average. */
  mean: number
  /** Share of such spans without one. */
  empty: number
}

/** A span that begins at any moment. `x`: its length in mean distances between events (rate · seconds). */
export function anyTime(arrivals: Arrivals, x: number): Span {
  if (arrivals === 'poisson') return { mean: x, empty: Math.exp(-x) }
  // It covers parts of at most two slots, or a whole one: the product of what is left of both, over all phases.
  const empty = x <= 1 ? 1 - x + x ** 3 / 6 : x < 2 ? (2 - x) ** 3 / 6 : 0
  return { mean: x, empty }
}

/** A span that begins with an event, which is not counted. */
export function afterEvent(arrivals: Arrivals, x: number): Span {
  if (arrivals === 'poisson') return { mean: x, empty: Math.exp(-x) }
  // The next event is 1 + U₂ − U₁ slots away: a triangle from 0 to 2.
  if (x <= 1) return { mean: x ** 2 / 2, empty: 1 - x ** 2 / 2 }
  return { mean: x - 0.5, empty: x < 2 ? (2 - x) ** 2 / 2 : 0 }
}
