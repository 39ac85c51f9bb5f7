// `wirelab bench`: measure the transports; a table on stdout, results.json and report.html in a directory.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SingleBar } from 'cli-progress'
import { Command, InvalidArgumentError, Option } from 'commander'
import { page } from '../../bench/report/page.ts'
import { failedGates, metricNames, summarise } from '../../bench/report/summary.ts'
import type { Gate, MetricName } from '../../bench/report/summary.ts'
import { tables } from '../../bench/report/table.ts'
import { plan, run } from '../../bench/run.ts'
import type { RunOptions } from '../../bench/run.ts'
import { contestants, installedPeers, peerNames } from '../../bench/contestants.ts'
import type { Contestant } from '../../bench/contestants.ts'
import { scenarioNames, scenarios } from '../../bench/scenarios.ts'
import type { Scenario, ScenarioName } from '../../bench/scenarios.ts'
import { list, number, wholeNumber } from './flags.ts'
import { UsageError } from './main.ts'

interface Flags {
  scenario?: ScenarioName[]
  transports?: Contestant[]
  repeats?: number
  out: string
  seed: number
  full?: boolean
  peers?: true | Contestant[]
  http?: '1.1' | '2'
  gate?: Gate[]
  clients?: number
  rate?: number
  seconds?: number
  payload?: number
  poll?: number
}

export function benchCommand(): Command {
  return new Command('bench')
    .description('Measure all transports, and a bare TLS socket as the floor, on this machine.')
    .option('--scenario <names>', `what to run, of ${scenarioNames.join(', ')}; default steady`, list(scenarioNames))
    .option('--transports <names>', `only these, of ${contestants.join(', ')}`, list([...contestants]))
    .option('--full', 'every scenario')
    .option(
      '--peers [names]',
      'what users would pick instead, beside ours: all that are installed, or these',
      list(peerNames),
    )
    .option('--repeats <n>', 'times each trial is run; default 5 for steady', wholeNumber(1, 100))
    .option('--out <directory>', 'where results.json and report.html go', 'bench/out')
    .option('--seed <n>', 'order of the trials and moments of the events', wholeNumber(0, 2 ** 31), 1)
    .addOption(new Option('--http <version>', 'HTTP version').choices(['1.1', '2']))
    .option('--clients <n>', 'clients of each transport', wholeNumber(1, 5000))
    .option('--rate <n>', 'events a second', number(1, 1000))
    .option('--seconds <n>', 'length of the measured window', number(1, 600))
    .option('--payload <bytes>', 'size of an encoded event, about', wholeNumber(100, 16_000))
    .option('--poll <ms>', 'polling: milliseconds between two requests', wholeNumber(10, 4000))
    .option('--gate <name=value>', 'fail when a median is higher, e.g. sse.p99=50 (repeatable)', gate)
    .action(bench)
}

async function bench(flags: Flags) {
  const options = { ...runOptions(flags), onTrial: progress() }
  const results = await run(options)
  await mkdir(flags.out, { recursive: true })
  await writeFile(join(flags.out, 'results.json'), `${JSON.stringify(results, null, 1)}\n`)
  await writeFile(join(flags.out, 'report.html'), page(results))

  process.stdout.write(`${tables(results)}\nwrote ${join(flags.out, 'results.json')} and report.html\n`)
  const failed = failedGates(summarise(results), flags.gate ?? [])
  for (const line of failed) process.stderr.write(`${line}\n`)
  const invalid = results.trials.filter(({ valid }) => !valid).length
  if (invalid > 0) process.stderr.write(`${invalid} of ${results.trials.length} rows are invalid; the table says why\n`)
  process.exitCode = failed.length + invalid > 0 ? 1 : 0
}

function runOptions(flags: Flags): RunOptions {
  const { clients, rate, seconds, payload, poll, full, transports, gate: gates = [] } = flags
  const numbers = { clients, rate, seconds, payload, pollMs: poll, http: flags.http }
  const given = Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined))
  const names = flags.scenario ?? (full ? scenarioNames : ['steady' as const])
  const options: RunOptions = {
    scenarios: names.map((name): Scenario => ({ ...scenarios[name], ...given })),
    ...(transports && { transports }),
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

/** Says what is not there; a peer that was asked for by name must be. */
function peersOf(wanted: true | Contestant[]): Contestant[] {
  const { names, missing } = installedPeers()
  for (const line of missing) process.stderr.write(`${line}\n`)
  if (wanted === true) return names
  const absent = wanted.find((name) => !names.includes(name))
  if (absent) throw new UsageError(`bench: --peers names ${absent}, which is not installed`)
  return wanted
}

/** On a terminal only: piped, the command says nothing until the table. */
function progress(): RunOptions['onTrial'] {
  if (!process.stdout.isTTY || !process.stderr.isTTY) return undefined
  const bar = new SingleBar({
    format: '{bar} {value}/{total}  {name}  {duration_formatted}',
    clearOnComplete: true,
    hideCursor: true,
  })
  return (done, all, name) => {
    if (done === 0) bar.start(all, 0, { name })
    else bar.update(done, { name })
    if (done === all) bar.stop()
  }
}

/** `<transport>.<metric>=<at most>` */
function gate(text: string, before: Gate[] = []): Gate[] {
  const match = /^([a-z-]+)\.([a-z0-9]+)=(\d+(?:\.\d+)?)$/.exec(text)
  const [, transport, metric, atMost] = match ?? []
  if (
    !(contestants as readonly string[]).includes(transport as Contestant) ||
    !metricNames.includes(metric as MetricName)
  )
    throw new InvalidArgumentError(
      `Expected <transport>.<metric>=<number>, a transport of ${contestants.join(', ')}, a metric of ${metricNames.join(', ')}.`,
    )
  return [...before, { transport: transport as Contestant, metric: metric as MetricName, atMost: Number(atMost) }]
}
