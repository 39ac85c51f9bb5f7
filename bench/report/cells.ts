// What a cell of a table says of the repeats: their median, with its interval or without, the highest of all, or a multiple of the floor.
import type { Estimate, Spread } from '../../src/core/stats.ts'
import { NONE, cell, text } from './numbers.ts'
import type { Pick, Summary } from './summary.ts'

type Cell = (summary: Summary) => string
const of = <Found extends Spread | Estimate>(found: Found | undefined, pick: (found: Found) => number) =>
  found ? text(pick(found)) : NONE

/** The median alone. */
export const middle =
  (pick: Pick): Cell =>
  (summary) =>
    of(summary.of(pick), ({ median }) => median)
/** The median and what stands in brackets. */
export const whole =
  (pick: Pick): Cell =>
  (summary) =>
    cell(summary.estimate(pick))
/** Of all repeats: a median of maxima could lie below the interval of p99. */
export const highest =
  (pick: Pick): Cell =>
  (summary) =>
    of(summary.of(pick), ({ max }) => max)
export const timesFloor =
  (pick: Pick, atKnee?: boolean): Cell =>
  (summary) =>
    of(summary.times(pick, 'floor', atKnee), ({ median }) => median)
