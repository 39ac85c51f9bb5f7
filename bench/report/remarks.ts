// The sentences around the tables: where it was measured, what stands in brackets, targets, where the model was missed, and what failed and why.
import { ENOUGH } from '../../src/core/stats.ts'
import { loadWords } from '../busy.ts'
import { figures } from '../figures.ts'
import type { Results } from '../results.ts'
import { nameOf, text } from './numbers.ts'
import { isFar, isOff, metrics, modelError } from './summary.ts'
import type { Summary } from './summary.ts'

/** Where the numbers come from, in a line. */
export function provenance({
  startedAt,
  machine,
  versions,
  commit,
  seed,
}: Pick<Results, 'startedAt' | 'machine' | 'versions' | 'commit' | 'seed'>): string {
  const { cpu = 'unknown processor', cores = '?', system = '' } = machine
  const from = commit ? `commit ${commit.slice(0, 10)}${commit.endsWith('+') ? ' with changes' : ''}` : 'not from git'
  const load = loadWords(machine)
  return `${startedAt.slice(0, 10)}, ${cpu}, ${cores} cores, ${system}, Node ${versions.node ?? '?'}, ${from}, seed ${seed}${load && `, ${load}`}`
}

/** One line when the run did not come to its end: how much is there, and what is not. */
export function unfinished({ trials, missing = [] }: Results): string[] {
  if (missing.length === 0) return []
  const names = (of: { transport: string }[]) =>
    [...Map.groupBy(of, ({ transport }) => transport)].map(([name, mine]) => `${name} ${mine.length}`).join(', ')
  const what = [...Map.groupBy(missing, ({ scenario }) => scenario)].map(([name, mine]) => `${name} (${names(mine)})`)
  const all = trials.length + missing.length
  return [`unfinished: ${trials.length} of ${all} rows were measured; missing: ${what.join('; ')}`]
}

/** What stands in brackets in the tables of these rows. */
export function brackets(summaries: Summary[]): string {
  const counts = summaries.map(({ valid }) => valid.length).filter((n) => n > 0)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  const range = 'with fewer than five there is no 95 % interval'
  if (counts.length === 0 || least >= ENOUGH)
    return `in brackets: the 95 % bootstrap interval of the median over the repeats (of five it is their range, and 93.75 %)`
  if (most < ENOUGH)
    return `in brackets: the range of ${least === most ? least : `${least} to ${most}`} repeats; ${range}`
  return `in brackets: the 95 % bootstrap interval of the median over the repeats; of rows with fewer than five valid ones their range`
}

/** What the figures are that only this scenario has. */
export function meanings(summaries: Summary[]): string[] {
  const shown = Object.entries(figures).filter(([name]) => summaries.some(({ of }) => of((row) => row.figures?.[name])))
  return shown.map(([name, what]) => `${name}: ${what.replace(/^[^:]*: /, '')}`)
}

export function remarks(summaries: Summary[]): string[] {
  return [...targets(summaries), ...summaries.flatMap(said)]
}

/** What trials say of themselves though they count. */
function said(summary: Summary): string[] {
  const texts = summary.valid.flatMap(({ remark }) => remark ?? [])
  return [...new Set(texts)].map((text) => `! ${nameOf(summary)}: ${text}`)
}

/** What stands at the model: where it was missed, and what that says. Nothing where it holds. */
export function modelWords(summaries: Summary[]): string[] {
  const far = (of: 'p50' | 'bytes') => summaries.some((each) => isFar(modelError(each, of)))
  return [
    ...summaries.flatMap(misses),
    ...(far('p50') || far('bytes') ? [MARK] : []),
    ...(far('p50') ? [WAKING] : []),
    ...(far('bytes') ? ['Bytes hang on no machine: where they are marked, the formula or the program is wrong.'] : []),
  ]
}
const MARK =
  'The mark ≠: more than 10 % from the model and, for p50, more than 0.5 ms as well. The measured numbers do not depend on the model.'
const WAKING =
  'The model knows the transport, the interval and the network, not how long this machine takes to wake a process. On loopback that is all there is, and a difference of a fraction of a millisecond is large in per cent.'

function misses(summary: Summary): string[] {
  return (['p50', 'bytes'] as const).flatMap((of) => {
    const error = modelError(summary, of)
    if (error === undefined || !isOff(summary, of)) return []
    const far = `${Math.round(Math.abs(error) * 100)} % ${error > 0 ? 'above' : 'below'}`
    const what = of === 'p50' ? 'the measured p50 is' : 'the measured bytes per event are'
    return `≠ ${nameOf(summary)}: ${what} ${far} the predicted`
  })
}

function targets(summaries: Summary[]): string[] {
  return summaries.flatMap((summary) => {
    const { targetP99Ms } = summary
    if (targetP99Ms === undefined) return []
    const found = summary.of(metrics.p99)
    const met = !found
      ? `not shown: ${summary.valid.length > 0 ? 'too few samples' : 'no valid trial'}`
      : found.max < targetP99Ms
        ? `met in ${found.n} of ${summary.rows.length} repeats`
        : `not met (worst ${text(found.max)} ms)`
    return `target p99 < ${targetP99Ms} ms over ${nameOf(summary)}: ${met}`
  })
}

export function failures(summaries: Summary[]): string[] {
  return summaries.flatMap((summary) =>
    summary.rows
      .filter((row) => !row.valid)
      .map((row) => `INVALID ${row.scenario} ${nameOf(summary)} repeat ${row.repeat}: ${row.why}`),
  )
}
