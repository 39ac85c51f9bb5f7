// `wirelab plan`: what a workload needs on machines like this one, by unit costs that were measured here.
import { readFile, writeFile } from 'node:fs/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { calibrate } from '../../bench/planner/calibrate.ts'
import { needsOf } from '../../bench/planner/needs.ts'
import { readUnits } from '../../bench/planner/read.ts'
import { planText } from '../../bench/planner/text.ts'
import type { UnitsFile } from '../../bench/planner/file.ts'
import { number, wholeNumber } from './flags.ts'
import { UsageError } from './main.ts'
import { fileFor } from './outputs.ts'
import { progress, warnBusy } from './progress.ts'

interface Flags {
  clients: number
  rate: number
  payload: number
  poll: number
  roundTrip: number
  busy: number
  link: number
  from?: string
  json?: boolean
  calibrate?: boolean
  out: string
  http: '1.1' | '2'
  seed: number
}

const LAST = 'bench/out/plan.json'

export function planCommand(): Command {
  return new Command('plan')
    .description(
      'What a workload needs: requests/s, Gbit/s, cores and GiB for each transport, by unit costs measured here.',
    )
    .option('--clients <n>', 'clients that follow the feed', wholeNumber(1, 1e9), 10_000)
    .option('--rate <n>', 'events a second, each to every client', number(0.001, 100_000), 1)
    .option('--payload <bytes>', 'size of an encoded event, with its id, time and type', eventSize, 200)
    .option('--poll <ms>', 'polling: milliseconds between two requests', wholeNumber(1, 3_600_000), 1000)
    .option('--round-trip <ms>', 'between a client and the server', number(0, 10_000), 50)
    .option('--busy <percent>', 'how busy a core may be', number(5, 100), 60)
    .option('--link <gbit>', 'network of one machine, Gbit/s each direction', number(0.001, 10_000), 10)
    .option('--from <file>', `unit costs of plan --calibrate, or results.json of bench; default ${LAST}`)
    .option('--json', 'the plan as JSON')
    .option('--calibrate', 'measure the unit costs of this machine first; takes 6 minutes')
    .option('--out <file>', 'where --calibrate writes them', LAST)
    .addOption(new Option('--http <version>', 'HTTP version, with --calibrate').choices(['1.1', '2']).default('1.1'))
    .option('--seed <n>', 'order of the trials, with --calibrate', wholeNumber(0, 2 ** 31), 1)
    .action(plan)
}

/** As {"id":"12345678.1234567","at":1767225600000.125,"type":"x","data":0}. */
const SMALLEST = 68

function eventSize(text: string): number {
  if (/^\d+$/.test(text) && Number(text) < SMALLEST)
    throw new InvalidArgumentError(`With its id, time and type an event has at least ${SMALLEST} bytes.`)
  return wholeNumber(SMALLEST, 1_000_000)(text)
}

async function plan(flags: Flags) {
  if (flags.calibrate && flags.from !== undefined) throw new UsageError('plan: either --calibrate or --from, not both')
  const file = flags.calibrate ? await measure(flags) : await read(flags.from)
  const { clients, rate, payload, poll, roundTrip, busy, link } = flags
  const workload = { clients, rate, payload, pollMs: poll, roundTripMs: roundTrip, busyPercent: busy, linkGbit: link }
  const needs = needsOf(file, workload)
  const json = () => `${JSON.stringify({ workload, needs, units: file }, null, 1)}\n`
  process.stdout.write(flags.json ? json() : planText(file, workload, needs))
}

async function measure({ out, seed, http }: Flags): Promise<UnitsFile> {
  await fileFor(out, '--out') // before six minutes are spent
  warnBusy()
  const file = await calibrate({ seed, http, onTrial: progress() })
  await writeFile(out, `${JSON.stringify(file, null, 1)}\n`)
  if (file.invalid.length > 0) process.exitCode = 1
  return file
}

async function read(from: string | undefined): Promise<UnitsFile> {
  const path = from ?? LAST
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const { code = error.message } = error
    if (from === undefined && code === 'ENOENT')
      throw new UsageError(
        `plan: the unit costs of this machine are not known yet (no ${LAST}); measure them in about six minutes: npx wirelab plan --calibrate; or, where the bench has run, at once: npx wirelab plan --from bench/out/results.json`,
      )
    const what = { ENOENT: 'there is no such file', EISDIR: 'it is a directory' }[code] ?? `the system says ${code}`
    throw new UsageError(
      `plan: cannot read ${path}: ${what}; expected what plan --calibrate wrote, or results.json of bench`,
    )
  })
  try {
    return readUnits(text)
  } catch (error) {
    throw new UsageError(`plan: ${path}: ${(error as Error).message}`)
  }
}
