// What the flags of `wirelab bench` order, as a run; and what of them means nothing to it, refused in one line before anything is measured.
import { advice, browserNames, missingPackages } from '../../bench/browser/find.ts'
import type { BrowserName } from '../../bench/browser/find.ts'
import { installedPeers } from '../../bench/contestants.ts'
import type { Contestant } from '../../bench/contestants.ts'
import type { TlsVersion } from '../../bench/line.ts'
import { plan } from '../../bench/plan.ts'
import type { Plan } from '../../bench/plan.ts'
import type { Gate } from '../../bench/report/gates.ts'
import type { RunOptions } from '../../bench/run.ts'
import { browserScenario, scenarioNames, scenarios, takes } from '../../bench/scenarios.ts'
import type { Scenario, ScenarioName, Variable } from '../../bench/scenarios.ts'
import { UsageError } from './main.ts'

export interface Flags {
  scenario?: ScenarioName[]
  transports?: Contestant[]
  repeats?: number
  out: string
  seed: number
  full?: boolean
  calibrate?: boolean
  peers?: true | Contestant[]
  browser?: true | BrowserName[]
  http?: '1.1' | '2'
  tls?: TlsVersion
  gate?: Gate[]
  delay?: Record<Contestant, number>
  clients?: number
  rate?: number
  seconds?: number
  payload?: number
  poll?: number
  compare?: string[]
  fail?: boolean
  readme?: string
}

/** @throws UsageError, one line: which flag, what it means nothing to, and what is there instead. */
export function runOptions(flags: Flags): RunOptions {
  const { clients, rate, seconds, payload, poll, full, transports, delay = {}, gate: gates = [] } = flags
  const numbers = { clients, rate, seconds, payload, pollMs: poll, http: flags.http, tls: flags.tls }
  const given = Object.entries(numbers).filter(([, value]) => value !== undefined)
  const names = flags.scenario ?? (full ? scenarioNames : ['steady' as const])
  const wanted = flags.browser ? [inBrowsers(flags.browser)] : names.map((name) => scenarios[name])
  const taken = new Set(wanted.flatMap(takes))
  const idle = given.find(([key]) => !taken.has(key as Variable))
  if (idle) {
    const flags = [...taken].map(flagOf).join(', ')
    throw new UsageError(`bench: ${flagOf(idle[0])} means nothing to ${namesOf(wanted)}, which takes ${flags}`)
  }
  const { peers, said } = peersOf(flags, wanted)
  const options: RunOptions = {
    scenarios: wanted.map((scenario): Scenario => {
      const mine = takes(scenario)
      return { ...scenario, ...Object.fromEntries(given.filter(([key]) => mine.includes(key as Variable))) }
    }),
    ...(transports && { transports }),
    ...(flags.delay && { delaysMs: flags.delay }),
    ...(peers && { peers }),
    ...(flags.repeats !== undefined && { repeats: flags.repeats }),
    seed: flags.seed,
  }
  const plans = plan(options)
  const run = plans.flatMap((each) => each.transports)
  if (run.length === 0) throw new UsageError('bench: none of --transports is part of that scenario')
  const missing = gates.find(({ transport }) => !run.includes(transport))
  if (missing) throw new UsageError(`bench: --gate names ${missing.transport}, which is not run`)
  const unheard = Object.keys(delay).find((name) => !run.includes(name))
  if (unheard !== undefined) throw new UsageError(`bench: --delay names ${unheard}, which is not run`)
  for (const each of plans) refuseDelay(delay, each)
  for (const line of said) process.stderr.write(`${line}\n`)
  return options
}

const flagOf = (name: string) => (name === 'pollMs' ? '--poll' : `--${name}`)
const namesOf = (some: Pick<Scenario, 'name'>[]) => some.map(({ name }) => name).join(', ')

/** A delay is a network of its own before one transport: where there is one already, or one for all of them, it would not be what it says. */
function refuseDelay(delays: Record<Contestant, number>, { scenario, transports }: Plan) {
  const { name, together, profile } = scenario
  if (!transports.some((each) => each in delays)) return
  if (together)
    throw new UsageError(`bench: --delay means nothing to ${name}, whose transports are on one server, at once`)
  if (profile !== undefined)
    throw new UsageError(`bench: --delay means nothing to ${name}, which has a network of its own (${profile})`)
}

/** @throws UsageError, one line, when one of them is not here: before anything is measured. */
function inBrowsers(wanted: true | BrowserName[]): Scenario {
  const names = wanted === true ? browserNames : wanted
  const missing = missingOf(names)
  if (missing.length > 0) throw new UsageError(`bench: --browser needs ${missing.join(' and ')}: ${advice(missing)}`)
  return { ...browserScenario, points: names.map((browser) => ({ browser })) }
}

function missingOf(names: readonly BrowserName[]): string[] {
  try {
    return missingPackages(names, process.env)
  } catch (error) {
    throw new UsageError(`bench: ${(error as Error).message}`, { cause: error })
  }
}

/** `said`: what is not there, and where they do not run; a peer that was asked for by name must be there. */
function peersOf({ peers, http }: Flags, wanted: Scenario[]): { peers?: Contestant[]; said: string[] } {
  if (peers === undefined) return { said: [] }
  const without = wanted.filter((scenario) => !scenario.peers)
  if (without.length === wanted.length) {
    const takers = Object.values(scenarios).filter((scenario) => scenario.peers)
    throw new UsageError(`bench: --peers means nothing to ${namesOf(without)}; what takes them is ${namesOf(takers)}`)
  }
  if (http === '2') throw new UsageError('bench: --peers are read over HTTP/1.1: expected no --http 2 beside them')
  const { names, missing } = installedPeers()
  const absent = peers === true ? undefined : peers.find((name) => !names.includes(name))
  if (absent) throw new UsageError(`bench: --peers names ${absent}, which is not installed`)
  const said = [...missing, ...(without.length > 0 ? [`no peers in ${namesOf(without)}`] : [])]
  return { peers: peers === true ? names : peers, said }
}
