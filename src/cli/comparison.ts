// `wirelab bench --compare`: two runs side by side on stdout, and whether a CI job is to fail.
import { compare } from '../../bench/report/compare.ts'
import { readResults } from '../../bench/report/files.ts'
import { failedGates } from '../../bench/report/gates.ts'
import type { Gate } from '../../bench/report/gates.ts'
import { unfinished } from '../../bench/report/remarks.ts'
import { summarise } from '../../bench/report/summary.ts'
import { comparison } from '../../bench/report/table.ts'
import { busierText } from '../../bench/report/unlike.ts'
import { failings, invalid } from '../../bench/report/worse.ts'
import type { Results } from '../../bench/results.ts'
import { UsageError } from './main.ts'

/** Gates are held against B. `fails`: exit 1 when B may not be taken for as good as A. */
export async function compareRuns(files: string[], { gates, fails }: { gates: Gate[]; fails: boolean }) {
  if (files.length !== 2) throw new UsageError(`bench: --compare takes two results.json, A and B; got ${files.length}`)
  const [a, b] = (await Promise.all(files.map((path) => resultsIn(path)))) as [Results, Results]
  const cells = compare(a, b)
  const busy = busierText(a, b)
  process.stdout.write(comparison(cells) + (busy ? `${busy}\n` : ''))
  for (const [name, run] of Object.entries({ A: a, B: b }))
    for (const line of unfinished(run)) process.stdout.write(`${name} is ${line}\n`)
  const failed = [
    ...failedGates(summarise(b), gates),
    ...(fails ? failings(a, b, cells) : gates.length > 0 ? invalid(b) : []),
  ]
  for (const line of failed) process.stderr.write(`${line}\n`)
  process.exitCode = failed.length > 0 ? 1 : 0
}

export async function resultsIn(path: string): Promise<Results> {
  return readResults(path).catch((error: Error) => {
    throw new UsageError(error.message, { cause: error })
  })
}
