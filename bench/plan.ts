// Which trials a run has, and in which order: repeat by repeat, each in an order of its own.
import type { Contestant } from './contestants.ts'
import { seeded, shuffled } from '../src/core/random.ts'
import { pointsOf } from './scenarios.ts'
import type { Point, Scenario } from './scenarios.ts'

export interface PlanOptions {
  scenarios: Scenario[]
  /** Only these; each scenario has its own list. */
  transports?: Contestant[]
  /** To stand beside ours, where a scenario lets them. */
  peers?: Contestant[]
  /** For all scenarios; without it, each has its own. */
  repeats?: number
  seed: number
}

/** One trial. */
export interface Plan {
  /** With the values of the point in it. */
  scenario: Scenario
  point?: Point
  transports: Contestant[]
  repeat: number
  /** Of the moments of its events: one for all of a repeat, so that every transport gets the same schedule. */
  seed: number
}

/** What drifts with time meets every transport alike. */
export function plan({ scenarios, transports, peers = [], repeats, seed }: PlanOptions): Plan[] {
  const random = seeded(seed)
  const most = Math.max(0, ...scenarios.map((scenario) => repeats ?? scenario.repeats))
  return Array.from({ length: most }, (_, i) => {
    const now = scenarios.filter((scenario) => i < (repeats ?? scenario.repeats))
    const once = now.flatMap((scenario) => trialsOf(scenario, peers, transports))
    return shuffled(once, random).map((each) => ({ ...each, repeat: i + 1, seed: seed + i + 1 }))
  }).flat()
}

/** A trial for each transport and each of its points; or one for all transports. */
function trialsOf(scenario: Scenario, peers: Contestant[], only?: Contestant[]): Omit<Plan, 'repeat' | 'seed'>[] {
  const ours = scenario.transports.filter((name) => !only || only.includes(name))
  const names = [...ours, ...(scenario.peers ? peers : [])]
  if (names.length === 0) return []
  if (scenario.together) return [{ scenario, transports: names }]
  return names.flatMap((name) =>
    pointsOf(scenario, name).map((point) => ({
      scenario: { ...scenario, ...point },
      ...(scenario.points && { point }),
      transports: [name],
    })),
  )
}
