// The results as text: a table for each scenario, medians with the spread of the repeats, and what failed and why.
import Table from 'cli-table3'
import type { Spread } from '../../src/core/stats.ts'
import type { Results, Row } from '../results.ts'
import { metrics, summarise } from './summary.ts'
import type { Summary } from './summary.ts'

export function tables(results: Results): string {
  const summaries = summarise(results)
  const names = [...new Set(summaries.map(({ scenario }) => scenario))]
  return names
    .map((name) =>
      scenarioText(
        name,
        results,
        summaries.filter(({ scenario }) => scenario === name),
      ),
    )
    .join('\n')
}

/** One cell: the median, and in brackets what the repeats spread over. */
export function cell(found: Spread | undefined, digits = 1): string {
  if (!found) return '–'
  const { median, min, max } = found
  const [middle, low, high] = [median, min, max].map((value) => value.toFixed(digits))
  return low === high ? middle! : `${middle} (${low}–${high})`
}

export const columns: [head: string, text: (summary: Summary) => string][] = [
  ['', ({ transport }) => transport],
  ['valid', ({ rows, valid }) => `${valid.length}/${rows.length}`],
  ['delivered', ({ rows }) => delivered(rows)],
  ['p50 ms', (summary) => cell(summary.of(metrics.p50))],
  ['predicted', ({ predictedP50Ms }) => cell(predictedP50Ms)],
  ['p90 ms', (summary) => cell(summary.of(metrics.p90))],
  ['p99 ms', (summary) => cell(summary.of(metrics.p99))],
  ['p99.9 ms', (summary) => cell(summary.of(metrics.p999))],
  ['max ms', (summary) => cell(summary.of(metrics.max))],
  ['B/event', (summary) => cell(summary.of(metrics.bytes))],
  [
    'requests/event',
    (summary) =>
      cell(
        summary.of((row) => row.requestsPerEvent),
        2,
      ),
  ],
  ['server µs/event', (summary) => cell(summary.of(metrics.cpu))],
  ['connect ms', (summary) => cell(summary.of(metrics.connect))],
  [
    'generator busy',
    (summary) =>
      cell(
        summary.of((row) => row.generator.utilisation),
        2,
      ),
  ],
]
const byteColumns = ['payload', 'framing', 'headers', 'tls', 'total', 'up', 'down'] as const

function scenarioText(name: string, results: Results, summaries: Summary[]): string {
  const main = table(
    columns.map(([head]) => head),
    summaries.map((summary) => columns.map(([, text]) => text(summary))),
  )
  const bytes = table(
    ['bytes per event', ...byteColumns],
    summaries.map((each) => [
      each.transport,
      ...byteColumns.map((key) => cell(each.of((row) => row.bytesPerEvent[key]))),
    ]),
  )
  return [heading(name, results), main, bytes, ...targets(summaries), ...failures(summaries), ''].join('\n')
}

export function heading(name: string, { scenarios, seed }: Results): string {
  const { clients, rate, seconds, payload, pollMs, http } = scenarios.find((each) => each.name === name)!
  const load = `${clients} clients each, ${rate} events/s for ${seconds} s, ${payload} B an event`
  return `${name}: ${load}, polling every ${pollMs} ms, HTTP/${http}, seed ${seed}`
}

/** The n behind the percentiles: deliveries of the trials, and what was expected. */
function delivered(rows: Row[]): string {
  const sum = (pick: (row: Row) => number | null) => rows.reduce((total, row) => total + (pick(row) ?? 0), 0)
  return `${sum((row) => row.delivered)}/${rows.every((row) => row.expected === null) ? '?' : sum((row) => row.expected)}`
}

export function targets(summaries: Summary[]): string[] {
  return summaries.flatMap((summary) => {
    const { transport, targetP99Ms } = summary
    if (targetP99Ms === undefined) return []
    const found = summary.of(metrics.p99)
    const met = !found
      ? 'not shown: no valid trial'
      : found.max < targetP99Ms
        ? 'met in every repeat'
        : `not met (worst ${found.max.toFixed(1)} ms)`
    return `target p99 < ${targetP99Ms} ms over ${transport}: ${met}`
  })
}

export function failures(summaries: Summary[]): string[] {
  return summaries.flatMap(({ rows }) =>
    rows
      .filter((row) => !row.valid)
      .map((row) => `INVALID ${row.scenario} ${row.transport} repeat ${row.repeat}: ${row.why}`),
  )
}

function table(head: string[], rows: string[][]): string {
  const made = new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, i) => (i ? 'right' : 'left')),
  })
  made.push(...rows)
  return made.toString()
}
