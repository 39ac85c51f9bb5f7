// A run: its trials one after the other; then everything that was measured, as SPEC §7 wants it.
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAuthority } from '../certs/authority.ts'
import { wallOffset } from '../src/server/clock.ts'
import { isBusy, loadText } from './busy.ts'
import { peerOf } from './contestants.ts'
import type { Contestant } from './contestants.ts'
import { pace } from './estimate.ts'
import { generatorsOf } from './generators.ts'
import { commit, machine, versions } from './machine.ts'
import { browserNotes, delayNote, notes } from './notes.ts'
import { freeCores, place } from './pin.ts'
import { plan } from './plan.ts'
import type { Plan, PlanOptions } from './plan.ts'
import { predictionsOf } from './predictions.ts'
import { SCHEMA, checkResults } from './results.ts'
import type { Results, Row } from './results.ts'
import type { TrialOptions } from './stage.ts'
import { trial } from './trial.ts'
import { tlsVariants } from './variants.ts'

export interface RunOptions extends PlanOptions {
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
      ...{ startedAt, machine: { ...here, pinning: common.placement.about }, versions: await versions() },
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
      for (const row of rows) named(results.versions, row)
      done++
      if (done < plans.length) await keep?.(soFar(results, plans.slice(done)))
    }
    const left = plans.slice(done)
    onTrial?.(done, plans.length, left.length > 0 ? 'stopped' : 'done', 0)
    return soFar(results, left)
  })
}

/** What only some rows have beside ours. */
function named(versions: Results['versions'], { transport, browser }: Row) {
  if (browser) versions[browser.name] = browser.version
  const peer = peerOf(transport)
  if (peer) versions[transport] ??= peer.version()
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
