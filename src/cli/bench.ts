// `wirelab bench`: measure the transports; tables on stdout, results and reports in a directory. Or compare two runs that were measured.
import { constants } from 'node:os'
import { Command, InvalidArgumentError, Option } from 'commander'
import { compare } from '../../bench/report/compare.ts'
import { advice, browserNames, missingPackages } from '../../bench/browser/find.ts'
import type { BrowserName } from '../../bench/browser/find.ts'
import { planText } from '../../bench/estimate.ts'
import { keepResults, readResults, writeResults } from '../../bench/report/files.ts'
import { busierText } from '../../bench/report/unlike.ts'
import { unfinished } from '../../bench/report/remarks.ts'
import { failedGates, metricNames, summarise } from '../../bench/report/summary.ts'
import type { Gate, MetricName } from '../../bench/report/summary.ts'
import { checksTable, comparison, tables } from '../../bench/report/table.ts'
import { plan, run, withLeaf } from '../../bench/run.ts'
import type { RunOptions } from '../../bench/run.ts'
import type { Results } from '../../bench/results.ts'
import { calibrate } from '../../bench/calibration.ts'
import { contestants, installedPeers, peerNames } from '../../bench/contestants.ts'
import type { Contestant } from '../../bench/contestants.ts'
import type { TlsVersion } from '../../bench/line.ts'
import { browserScenario, scenarioNames, scenarios, takes } from '../../bench/scenarios.ts'
import type { Scenario, ScenarioName, Variable } from '../../bench/scenarios.ts'
import { list, number, wholeNumber } from './flags.ts'
import { UsageError } from './main.ts'
import { directoryFor } from './outputs.ts'
import { progress, warnBusy } from './progress.ts'
import { quote } from './quote.ts'

interface Flags {
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
  readme?: string
}

export function benchCommand(): Command {
  return new Command('bench')
    .description('Measure all transports, and a bare TLS socket as the floor, on this machine.')
    .option('--scenario <names>', `what to run, of ${scenarioNames.join(', ')}; default steady`, list(scenarioNames))
    .option('--transports <names>', `only these, of ${contestants.join(', ')}`, list(contestants))
    .option('--full', 'every scenario')
    .option('--calibrate', 'put known delays, stalls and losses in, and see whether the bench reports them')
    .option(
      '--peers [names]',
      'what users would pick instead, beside ours: all that are installed, or these',
      list(peerNames),
    )
    .option(
      '--browser [names]',
      `instead of the scenarios: one lane inside of real browsers, of ${browserNames.join(', ')}; received, painted, long tasks, memory (about 7 minutes)`,
      list(browserNames),
    )
    .option('--repeats <n>', 'times each trial is run; default 5 for steady', wholeNumber(1, 100))
    .option('--out <directory>', 'where results.json, results.csv, report.html and report.md go', 'bench/out')
    .option('--seed <n>', 'order of the trials and moments of the events', wholeNumber(0, 2 ** 31), 1)
    .addOption(new Option('--http <version>', 'HTTP version').choices(['1.1', '2']))
    .addOption(new Option('--tls <version>', 'TLS version').choices(['1.2', '1.3']))
    .option('--clients <n>', 'clients of each transport', wholeNumber(1, 5000))
    .option('--rate <n>', 'events a second', number(1, 1000))
    .option('--seconds <n>', 'length of the measured window', number(1, 600))
    .option('--payload <bytes>', 'size of an encoded event, about', wholeNumber(100, 16_000))
    .option('--poll <ms>', 'polling: milliseconds between two requests', wholeNumber(10, 4000))
    .option('--delay <name=ms>', 'a network of so many ms, each way, before one transport (repeatable)', delay)
    .option('--gate <name=value>', 'fail when a median is higher, e.g. sse.p99=50 (repeatable)', gate)
    .option('--compare <files...>', 'measure nothing; say in what two results.json differ for certain')
    .option(
      '--readme <file>',
      "measure nothing; put this results.json's tables into README.md, docs/course.md and docs/speed.md",
    )
    .addHelpText('after', `\nScenarios:\n${scenarioList()}`)
    .action((flags: Flags, command: Command) => {
      refuseIdle(command)
      if (flags.readme) return results(flags.readme).then((run) => quote(run, flags.readme!))
      if (flags.compare) return compareRuns(flags.compare, flags.gate ?? [])
      return flags.calibrate ? calibration(flags) : bench(flags)
    })
}

function scenarioList(): string {
  const wide = Math.max(...scenarioNames.map(({ length }) => length))
  return scenarioNames.map((name) => `  ${name.padEnd(wide)}  ${scenarios[name].about}`).join('\n')
}

/** Flags that run something else than the scenarios, and what each of them takes. */
const modes: Record<string, string[]> = {
  ...{ calibrate: ['seed'], compare: ['gate'], readme: [] },
  browser: ['transports', 'rate', 'seconds', 'payload', 'poll', 'http', 'delay', 'repeats', 'seed', 'gate', 'out'],
}

/** A flag that is taken and changes nothing would be believed. */
function refuseIdle(command: Command) {
  const given = command.options
    .map((option) => option.attributeName())
    .filter((name) => command.getOptionValueSource(name) === 'cli')
  const mode = given.find((name) => name in modes)
  if (mode === undefined) return
  const takes = modes[mode]!
  const idle = given.find((name) => name !== mode && !takes.includes(name))
  if (idle === undefined) return
  const which = takes.length > 0 ? `which takes ${takes.map(flagOf).join(', ')}` : 'which takes no other flag'
  throw new UsageError(`bench: ${flagOf(idle)} means nothing to ${flagOf(mode)}, ${which}`)
}

async function bench(flags: Flags) {
  const { out } = flags
  const options = runOptions(flags)
  await directoryFor(out, '--out') // before an hour is spent
  process.stderr.write(`${planText(plan(options))}\n`)
  warnBusy()
  const stopped = new AbortController()
  let code = 0
  const stop = (signal: NodeJS.Signals) => {
    process.stderr.write(`${signal}: writing what there is; once more ends it at once\n`)
    code = 128 + constants.signals[signal] // what a shell says of a program that was ended by it
    stopped.abort()
  }
  for (const signal of SIGNALS) process.once(signal, stop)
  const keep = (results: Results) => keepResults(out, results)
  const results = await run({ ...options, keep, signal: stopped.signal, onTrial: progress() })
  if (results.trials.length === 0) {
    process.stderr.write(`unfinished: no trial came to its end, nothing was written\n`)
    return leave(code)
  }
  const written = await writeResults(out, results)
  process.stdout.write(`${tables(results)}\nwrote ${written.join(', ')} to ${out}\n`)
  const failed = failedGates(summarise(results), flags.gate ?? [])
  for (const line of failed) process.stderr.write(`${line}\n`)
  const invalid = results.trials.filter(({ valid }) => !valid).length
  if (invalid > 0) process.stderr.write(`${invalid} of ${results.trials.length} rows are invalid; the table says why\n`)
  for (const line of unfinished(results)) process.stderr.write(`${line}\n`)
  if (results.missing) return leave(code)
  process.exitCode = failed.length + invalid > 0 ? 1 : 0
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
/** Once all is said. Timers of the trial that was abandoned may still run: nobody waits for them. */
const leave = (code: number) => void process.stdout.write('', () => process.exit(code))

/** Exit 1 when a check fails: then no number of this machine is to be believed. */
async function calibration({ seed }: Flags) {
  warnBusy()
  const checks = await withLeaf((credentials) => calibrate({ ...credentials, seed, onCheck: progress() }))
  process.stdout.write(`${checksTable(checks)}\n`)
  const red = checks.filter(({ ok }) => !ok).length
  process.stdout.write(red > 0 ? `${red} of ${checks.length} checks failed\n` : `all ${checks.length} checks hold\n`)
  process.exitCode = red > 0 ? 1 : 0
}

async function compareRuns(files: string[], gates: Gate[]) {
  if (files.length !== 2) throw new UsageError(`bench: --compare takes two results.json, A and B; got ${files.length}`)
  const [a, b] = await Promise.all(files.map((path) => results(path)))
  const busy = busierText(a!, b!)
  process.stdout.write(comparison(compare(a!, b!)) + (busy ? `${busy}\n` : ''))
  for (const [name, run] of [
    ['A', a!],
    ['B', b!],
  ] as const)
    for (const line of unfinished(run)) process.stdout.write(`${name} is ${line}\n`)
  const failed = failedGates(summarise(b!), gates)
  for (const line of failed) process.stderr.write(`${line}\n`)
  process.exitCode = failed.length > 0 ? 1 : 0
}

async function results(path: string) {
  return readResults(path).catch((error: Error) => {
    throw new UsageError(error.message, { cause: error })
  })
}

function runOptions(flags: Flags): RunOptions {
  const { clients, rate, seconds, payload, poll, full, transports, gate: gates = [] } = flags
  const numbers = { clients, rate, seconds, payload, pollMs: poll, http: flags.http, tls: flags.tls }
  const given = Object.entries(numbers).filter(([, value]) => value !== undefined)
  const names = flags.scenario ?? (full ? scenarioNames : ['steady' as const])
  const wanted = flags.browser ? [inBrowsers(flags.browser)] : names.map((name) => scenarios[name])
  const taken = new Set(wanted.flatMap(takes))
  const idle = given.find(([key]) => !taken.has(key as Variable))
  if (idle) {
    const flags = [...taken].map(flagOf).join(', ')
    const what = wanted.map(({ name }) => name).join(', ')
    throw new UsageError(`bench: ${flagOf(idle[0])} means nothing to ${what}, which takes ${flags}`)
  }
  const options: RunOptions = {
    scenarios: wanted.map((scenario): Scenario => {
      const mine = takes(scenario)
      return { ...scenario, ...Object.fromEntries(given.filter(([key]) => mine.includes(key as Variable))) }
    }),
    ...(transports && { transports }),
    ...(flags.delay && { delaysMs: flags.delay }),
    ...(flags.peers && { peers: peersOf(flags.peers) }),
    ...(flags.repeats !== undefined && { repeats: flags.repeats }),
    seed: flags.seed,
  }
  const run = plan(options).flatMap((each) => each.transports)
  if (run.length === 0) throw new UsageError('bench: none of --transports is part of that scenario')
  const missing = gates.find(({ transport }) => !run.includes(transport))
  if (missing) throw new UsageError(`bench: --gate names ${missing.transport}, which is not run`)
  return options
}

const flagOf = (name: string) => (name === 'pollMs' ? '--poll' : `--${name}`)

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

/** Says what is not there; a peer that was asked for by name must be. */
function peersOf(wanted: true | Contestant[]): Contestant[] {
  const { names, missing } = installedPeers()
  for (const line of missing) process.stderr.write(`${line}\n`)
  if (wanted === true) return names
  const absent = wanted.find((name) => !names.includes(name))
  if (absent) throw new UsageError(`bench: --peers names ${absent}, which is not installed`)
  return wanted
}

/** `<transport>=<ms>` */
function delay(text: string, before: Record<Contestant, number> = {}): Record<Contestant, number> {
  const [, transport, ms] = /^([a-z-]+)=(\d+(?:\.\d+)?)$/.exec(text) ?? []
  if (!contestants.includes(transport!) || transport === 'null')
    throw new InvalidArgumentError(`Expected <transport>=<ms>, a transport of ${contestants.join(', ')} but null.`)
  return { ...before, [transport!]: Number(ms) }
}

/** `<transport>.<metric>=<at most>` */
function gate(text: string, before: Gate[] = []): Gate[] {
  const match = /^([a-z0-9.-]+)\.([a-z0-9]+)=(\d+(?:\.\d+)?)$/.exec(text)
  const [, transport, metric, atMost] = match ?? []
  if (![...contestants, ...peerNames].includes(transport!) || !metricNames.includes(metric as MetricName))
    throw new InvalidArgumentError(
      `Expected <transport>.<metric>=<number>, a transport of ${contestants.join(', ')}, a metric of ${metricNames.join(', ')}.`,
    )
  return [...before, { transport: transport!, metric: metric as MetricName, atMost: Number(atMost) }]
}
