// Where a lane stands in the overview, and how it gets there: it glides between neighbours that were measured, and appears where it is
// after a gap; in between it stays where it was, marked.

/** Bytes per event, median ms, p95 ms; the median again while there is no p95. */
export type Spot = readonly [bytes: number, median: number, p95: number]

export interface Measured {
  /** Undefined: there is no figure now. */
  spot: Spot | undefined
  /** Whether what was measured before leads here: the line was open, and nothing was done to it. */
  isSteady: boolean
}

/** Of a trail; a line leads here from the one before, unless there was a gap between them. */
export interface Step {
  at: number
  place: Spot
  isAfterGap: boolean
}

export interface Standing {
  /** Where it is drawn. */
  readonly shown: Spot | undefined
  /** Where it has been, and is; oldest first. */
  trail(now: number): Step[]
  measure(now: number, measured: Measured): void
  /** One frame further. @returns whether that is to be seen. `isStill`: without gliding. */
  move(isStill: boolean): boolean
  /** As if it had never been there, but for its trail. */
  leave(): void
}

export const TRAIL_MS = 40_000
const STEP_MS = 1000
/** Each frame it goes this part of its way; so near, about a pixel, it is there. */
const GLIDE = 0.12
const NEAR = 0.01

export function standing(): Standing {
  let to: Spot | undefined
  let shown: Spot | undefined
  let steps: Step[] = []
  /** Nothing that was measured leads to where it is next; and to where it is now. */
  let isGap = true
  let isAfterGap = true

  return {
    get shown() {
      return shown
    },
    trail: (now) => (shown ? [...steps, { at: now, place: shown, isAfterGap }] : steps),
    measure(now, { spot, isSteady }) {
      steps = steps.filter(({ at }) => at >= now - TRAIL_MS)
      if (!spot || !isSteady) isGap = true
      if (!spot) return
      to = spot
      if (isGap) {
        shown = spot
        isAfterGap = true
      } else if (shown && now - (steps.at(-1)?.at ?? -Infinity) >= STEP_MS) {
        steps.push({ at: now, place: shown, isAfterGap })
        isAfterGap = false
      }
      isGap = false
    },
    move(isStill) {
      if (!to || !shown || shown.every((value, i) => value === to![i])) return false
      const isThere = isStill || shown.every((value, i) => Math.abs(to![i]! / value - 1) < NEAR)
      // On a logarithmic scale the way between two places is a factor.
      const step = (i: 0 | 1 | 2) => shown![i] * (to![i] / shown![i]) ** GLIDE
      shown = isThere ? to : [step(0), step(1), step(2)]
      return true
    },
    leave() {
      to = shown = undefined
      isGap = true
    },
  }
}
