// How many load generators a scenario gets: so many that each has less to do than 60 % of a core, as far as there are cores for them.
import { asks } from './contestants.ts'
import type { Contestant } from './contestants.ts'
import { pointsOf } from './scenarios.ts'
import type { Kind, Scenario } from './scenarios.ts'

/** What a generator needs for a delivery that was pushed, and for a question with its answer, in µs; measured, rounded up. */
const [DELIVERY_US, QUESTION_US] = [10, 40]
/** A generator that is busier measures itself. */
export const SHARE = 0.6
/** Their clients are those of one generator. */
const ALONE: readonly Kind[] = ['connect', 'up', 'recover', 'capacity', 'idle', 'burst']
/** Where the load is what is looked for, more than so many would wait for one server. */
const [OPEN_ENDED, MOST] = [['ladder', 'storm'] as readonly Kind[], 4]

/** What the scenario says, if it does. @param cores that are free for generators. */
export function generatorsOf(scenario: Scenario, cores: number): number {
  const { generators, kind, transports } = scenario
  if (generators !== undefined) return generators
  if (ALONE.includes(kind)) return 1
  if (OPEN_ENDED.includes(kind)) return Math.min(cores, MOST)
  const busy = transports.flatMap((name) =>
    pointsOf(scenario, name).map((point) => busyOf(name, { ...scenario, ...point })),
  )
  return Math.max(1, Math.min(cores, Math.ceil(Math.max(...busy) / SHARE)))
}

/** In cores. */
function busyOf(name: Contestant, { clients, rate, pollMs }: Scenario): number {
  const questions = name === 'polling' ? 1000 / pollMs : rate
  return (clients * (asks(name) ? questions * QUESTION_US : rate * DELIVERY_US)) / 1e6
}
