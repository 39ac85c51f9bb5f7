// The workloads, as data. A trial is one of these × one transport × one repeat; flags of `wirelab bench` replace single numbers.
import { transportNames } from '../transports/clients.ts'

/** What can stand in a row: the four transports, and the floor as the control. */
export const contestants = [...transportNames, 'floor'] as const
export type Contestant = (typeof contestants)[number]

export interface Scenario {
  name: string
  about: string
  transports: readonly Contestant[]
  /** All transports in one trial, against one server process, each with `clients` of its own; a row for each. */
  together: boolean
  clients: number
  /** Events a second, and how many seconds are measured. */
  rate: number
  seconds: number
  /** Events before the window: what is not compiled yet, and what piles up meanwhile, is not measured. */
  warmSeconds: number
  /** Bytes of the whole encoded event, about. */
  payload: number
  pollMs: number
  generators: number
  /** Beyond these the generator measures itself, and the trial is invalid. */
  maxUtilisation: number
  maxGeneratorDelayMs: number
  /** What the row is meant to reach. */
  targetP99Ms?: number
}

const steady: Scenario = {
  name: 'steady',
  about: 'latency and cost at a fixed rate',
  transports: contestants,
  together: false,
  ...{ clients: 50, rate: 20, seconds: 4, warmSeconds: 1, payload: 200, pollMs: 500, generators: 1 },
  ...{ maxUtilisation: 0.85, maxGeneratorDelayMs: 25 },
}

const fanout: Scenario = {
  ...steady,
  name: 'fanout',
  about: '1 000 SSE and 1 000 WSS clients of one server process, at 50 events a second',
  transports: ['sse', 'wss'],
  together: true,
  ...{ clients: 1000, rate: 50, seconds: 10, warmSeconds: 4, generators: 2 },
  ...{ maxUtilisation: 0.95, maxGeneratorDelayMs: 100, targetP99Ms: 100 },
}

export const scenarios = { steady, fanout } satisfies Record<string, Scenario>
export type ScenarioName = keyof typeof scenarios
export const scenarioNames = Object.keys(scenarios) as ScenarioName[]
