// A run: which trials, in which order, one after the other; then everything that was measured, as SPEC §7 wants it.
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { openAuthority } from '../certs/authority.ts'
import { wallOffset } from '../src/server/clock.ts'
import { isBusy, load, loadText } from './busy.ts'
import { seeded, shuffled } from './random.ts'
import { SCHEMA, browserNotes, checkResults, delayNote, notes } from './results.ts'
import type { Results } from './results.ts'
import { peerOf } from './contestants.ts'
import type { Contestant } from './contestants.ts'
import { pace } from './estimate.ts'
import { generatorsOf } from './generators.ts'
import { freeCores, place } from './pin.ts'
import { predictionsOf } from './predictions.ts'
import { pointsOf } from './scenarios.ts'
import type { Point, Scenario } from './scenarios.ts'
import type { TrialOptions } from './stage.ts'
import { trial } from './trial.ts'
import { tlsVariants } from './variants.ts'

export interface RunOptions {
  scenarios: Scenario[]
  /** Only these; each scenario has its own list. */
  transports?: Contestant[]
  /** To stand beside ours, where a scenario lets them. */
  peers?: Contestant[]
  /** For all scenarios; without it, each has its own. */
  repeats?: number
  seed: number
  burnMs?: number
  /** A network of so many ms, each way, before one contestant: to see that a difference is found. */
  delaysMs?: Record<Contestant, number>
  /** Before each trial; `leftSeconds` is what the rest will take, by what the trials before it took. And at the end, finished or not, with 0. */
  onTrial?(done: number, all: number, name: string, leftSeconds: number): void
  /** After each trial but the last: everything so far, so that an hour is not lost with its last minute. */
  keep?(results: Results): Promise<void>
  /** Abandons the trial that runs; what was measured before it is returned, with what is missing. */
  signal?: AbortSignal
}

export interface Plan {
  /** With the values of the point in it. */
  scenario: Scenario
  point?: Point
  transports: Contestant[]
  repeat: number
  /** Of the moments of its events: one for all of a repeat, so that every transport gets the same schedule. */
  seed: number
}

/** Repeat by repeat, each in an order of its own: what drifts with time meets every transport alike. */
export function plan({ scenarios, transports, peers = [], repeats, seed }: RunOptions): Plan[] {
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

export async function run(options: RunOptions): Promise<Results> {
  const { seed, burnMs, onTrial, keep, signal } = options
  const startedAt = new Date().toISOString()
  const here = machine() // before our own work counts
  return withLeaf(async (common) => {
    const scenarios = options.scenarios.map((scenario) => {
      const hasNetwork = [scenario, ...(scenario.points ?? [])].some(({ profile }) => profile !== undefined)
      const cores = freeCores(common.placement, hasNetwork, availableParallelism())
      return { ...scenario, generators: generatorsOf(scenario, cores) }
    })
    const results: Results = {
      schema: SCHEMA,
      ...{ startedAt, machine: { ...here, pinning: common.placement.about }, versions: await versions(options) },
      ...{ commit: commit(), seed, scenarios: structuredClone(scenarios) },
      ...{
        predictions: [],
        notes: [...notes, ...browsersOf(options), ...delayNotes(options), ...busyNotes(here)],
        trials: [],
      },
    }
    const plans = plan({ ...options, scenarios })
    const clock = pace(plans)
    let done = 0
    while (done < plans.length && !signal?.aborted) {
      const each = plans[done]!
      const { scenario, transports, point } = each
      const where = point ? ` ${Object.values(point).join(' ')}` : ''
      onTrial?.(done, plans.length, `${scenario.name} ${transports.join('+')}${where}`, clock.leftSeconds(done))
      const delayMs = options.delaysMs?.[transports[0]!]
      const rows = await trial({
        ...each,
        ...common,
        ...(burnMs !== undefined && { burnMs }),
        ...(delayMs !== undefined && { weather: { delayMs } }),
        signal,
      })
      if (signal?.aborted) break // it was abandoned: that is no failure of its transport
      results.trials.push(...rows)
      for (const { browser } of rows) if (browser) results.versions[browser.name] = browser.version
      done++
      if (done < plans.length) await keep?.(soFar(results, plans.slice(done)))
    }
    const left = plans.slice(done)
    onTrial?.(done, plans.length, left.length > 0 ? 'stopped' : 'done', 0)
    return soFar(results, left)
  })
}

/** As it is written: with the predictions for what was measured, and with what was not. */
function soFar(results: Results, left: Plan[]): Results {
  const missing = left.flatMap(({ scenario: { name }, transports, point, repeat }) =>
    transports.map((transport) => ({ scenario: name, transport, ...(point && { point }), repeat })),
  )
  return checkResults({
    ...results,
    machine: { ...results.machine, loadAfter: loadavg()[0]! },
    predictions: predictionsOf(results),
    ...(missing.length > 0 && { missing }),
  })
}

const delayNotes = ({ delaysMs = {} }: RunOptions) => Object.entries(delaysMs).map(([name, ms]) => delayNote(name, ms))

const browsersOf = ({ scenarios }: RunOptions) => (scenarios.some(({ kind }) => kind === 'browser') ? browserNotes : [])

const busyNotes = (here: Results['machine']) =>
  isBusy(here) ? [`the machine was busy when the run began: ${loadText(here)}; its numbers are noisy`] : []

/** What all trials have in common: certificates, made for this run, one clock, and one placement on the cores. */
export async function withLeaf<Result>(
  use: (common: Pick<TrialOptions, 'credentials' | 'ca' | 'variants' | 'offset' | 'placement'>) => Promise<Result>,
): Promise<Result> {
  const offset = wallOffset() // once: every process of every trial reads the same clock
  const directory = await mkdtemp(join(tmpdir(), 'wirelab-bench-'))
  try {
    const names = ['localhost', '127.0.0.1', '::1']
    const authority = await openAuthority(directory, names)
    const variants = await tlsVariants(authority, names)
    return await use({ credentials: authority.leaf, ca: authority.ca, variants, offset, placement: place() })
  } finally {
    await rm(directory, { recursive: true })
  }
}

function machine(): Results['machine'] {
  const [first] = cpus()
  return {
    cpu: first?.model ?? 'unknown',
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    system: `${process.platform} ${process.arch} ${release()}`,
    ...load(),
  }
}

async function versions({ peers = [] }: RunOptions): Promise<Results['versions']> {
  const { node, openssl } = process.versions
  const found: Results['versions'] = { node, openssl: openssl ?? 'unknown' }
  const root = join(import.meta.dirname, '..')
  for (const name of ['wirelab', 'hono', '@hono/node-server', 'ws']) {
    const path = name === 'wirelab' ? 'package.json' : `node_modules/${name}/package.json`
    found[name] = (JSON.parse(await readFile(join(root, path), 'utf8')) as { version: string }).version
  }
  for (const name of peers) found[name] = peerOf(name)!.version()
  return found
}

/** Null outside of a git checkout; "+" when files differ from it. */
function commit(): string | null {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  try {
    return git('rev-parse', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') ? '+' : '')
  } catch {
    return null // not installed from git, or no git here
  }
}
