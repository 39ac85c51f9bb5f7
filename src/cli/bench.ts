// `wirelab bench`: measure the transports; tables on stdout, results and reports in a directory. Or compare two runs that were measured.
import { Command, InvalidArgumentError, Option } from 'commander'
import { browserNames } from '../../bench/browser/find.ts'
import { contestants, peerNames } from '../../bench/contestants.ts'
import type { Contestant } from '../../bench/contestants.ts'
import { gated } from '../../bench/report/gates.ts'
import type { Gate } from '../../bench/report/gates.ts'
import { metrics } from '../../bench/report/summary.ts'
import { scenarioNames, scenarios } from '../../bench/scenarios.ts'
import { compareRuns, resultsIn } from './comparison.ts'
import { list, number, wholeNumber } from './flags.ts'
import { UsageError } from './main.ts'
import { calibration, measure } from './measure.ts'
import type { Flags } from './order.ts'
import { quote } from './quote.ts'

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
    .option(
      '--gate <name=value>',
      'fail when a median is higher, e.g. sse.p99=50; kneeRate and others of which more is better: when it is lower (repeatable)',
      gate,
    )
    .option('--compare <files...>', 'measure nothing; say in what two results.json differ for certain')
    .option('--fail', 'with --compare: exit 1 when something of B is worse, or nobody can tell')
    .option(
      '--readme <file>',
      "measure nothing; put this results.json's tables into README.md, docs/course.md and docs/speed.md",
    )
    .addHelpText('after', `\nScenarios:\n${scenarioList()}`)
    .action((flags: Flags, command: Command) => {
      refuseIdle(command)
      const { readme, compare, fail = false, gate: gates = [] } = flags
      if (readme) return resultsIn(readme).then((run) => quote(run, readme))
      if (compare) return compareRuns(compare, { gates, fails: fail })
      return flags.calibrate ? calibration(flags) : measure(flags)
    })
}

function scenarioList(): string {
  const wide = Math.max(...scenarioNames.map(({ length }) => length))
  return scenarioNames.map((name) => `  ${name.padEnd(wide)}  ${scenarios[name].about}`).join('\n')
}

/** Flags that run something else than the scenarios, and what each of them takes. */
const modes: Record<string, string[]> = {
  ...{ calibrate: ['seed'], compare: ['gate', 'fail'], readme: [] },
  browser: ['transports', 'rate', 'seconds', 'payload', 'poll', 'http', 'delay', 'repeats', 'seed', 'gate', 'out'],
}

/** A flag that is taken and changes nothing would be believed. */
function refuseIdle(command: Command) {
  const given = command.options
    .map((option) => option.attributeName())
    .filter((name) => command.getOptionValueSource(name) === 'cli')
  const mode = given.find((name) => name in modes)
  if (given.includes('fail') && !given.includes('compare'))
    throw new UsageError('bench: --fail means nothing without --compare')
  if (mode === undefined) return
  const takes = modes[mode]!
  const idle = given.find((name) => name !== mode && !takes.includes(name))
  if (idle === undefined) return
  const which =
    takes.length > 0 ? `which takes ${takes.map((name) => `--${name}`).join(', ')}` : 'which takes no other flag'
  throw new UsageError(`bench: --${idle} means nothing to --${mode}, ${which}`)
}

/** `<transport>=<ms>` */
function delay(text: string, before: Record<Contestant, number> = {}): Record<Contestant, number> {
  const [, transport, ms] = /^([a-z-]+)=(\d+(?:\.\d+)?)$/.exec(text) ?? []
  if (!contestants.includes(transport!) || transport === 'null')
    throw new InvalidArgumentError(`Expected <transport>=<ms>, a transport of ${contestants.join(', ')} but null.`)
  return { ...before, [transport!]: Number(ms) }
}

/** `<transport>.<metric>=<bound>` */
function gate(text: string, before: Gate[] = []): Gate[] {
  const [, transport = '', metric = '', bound] = /^([a-z0-9.-]+)\.([a-zA-Z0-9]+)=(\d+(?:\.\d+)?)$/.exec(text) ?? []
  if (![...contestants, ...peerNames].includes(transport) || !Object.hasOwn(gated, metric))
    throw new InvalidArgumentError(
      `Expected <transport>.<metric>=<number>, a transport of ${contestants.join(', ')}, a metric of ${Object.keys(metrics).join(', ')}, or a figure, e.g. kneeRate.`,
    )
  return [...before, { transport, metric, bound: Number(bound) }]
}
