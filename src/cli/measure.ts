// `wirelab bench` at work: measures what was ordered, keeps what there is when it is stopped, and says by its exit code what became of it.
import { constants } from 'node:os'
import { calibrate } from '../../bench/calibration.ts'
import { planText } from '../../bench/estimate.ts'
import { plan } from '../../bench/plan.ts'
import { keepResults, writeResults } from '../../bench/report/files.ts'
import { failedGates } from '../../bench/report/gates.ts'
import { unfinished } from '../../bench/report/remarks.ts'
import { summarise } from '../../bench/report/summary.ts'
import { checksTable, tables } from '../../bench/report/table.ts'
import type { Results } from '../../bench/results.ts'
import { run, withLeaf } from '../../bench/run.ts'
import { runOptions } from './order.ts'
import type { Flags } from './order.ts'
import { directoryFor } from './outputs.ts'
import { progress, warnBusy } from './progress.ts'

export async function measure(flags: Flags) {
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
export async function calibration({ seed }: Flags) {
  warnBusy()
  const checks = await withLeaf((credentials) => calibrate({ ...credentials, seed, onCheck: progress() }))
  process.stdout.write(`${checksTable(checks)}\n`)
  const red = checks.filter(({ ok }) => !ok).length
  process.stdout.write(red > 0 ? `${red} of ${checks.length} checks failed\n` : `all ${checks.length} checks hold\n`)
  process.exitCode = red > 0 ? 1 : 0
}
