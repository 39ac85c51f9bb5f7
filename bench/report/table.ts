// The results as text: a table for each scenario, medians with the spread of the repeats, and what failed and why.
import Table from 'cli-table3'
import { spread } from '../../src/core/stats.ts'
import type { Spread } from '../../src/core/stats.ts'
import type { Check } from '../calibration.ts'
import type { Results, Row } from '../results.ts'
import { metrics, offModel, summarise } from './summary.ts'
import type { Summary } from './summary.ts'

export function tables(results: Results): string {
  const summaries = summarise(results)
  const names = [...new Set(summaries.map(({ scenario }) => scenario))]
  const sections = names.map((name) =>
    scenarioText(
      name,
      results,
      summaries.filter(({ scenario }) => scenario === name),
    ),
  )
  return [...sections, 'Notes:', ...results.notes.map((note) => `- ${note}`), ''].join('\n')
}

/** One cell: the median, and in brackets what the repeats spread over; about three digits, more is not known. */
export function cell(found: Spread | undefined): string {
  if (!found) return '–'
  const digits = found.median >= 100 ? 0 : found.median >= 10 ? 1 : 2
  const [middle, low, high] = [found.median, found.min, found.max].map((value) => value.toFixed(digits))
  return low === high ? middle! : `${middle} (${low}–${high})`
}

type Column = [head: string, text: (summary: Summary) => string]

/** Marks a median that is not where the model says. */
const OFF = '≠'

export const latencyColumns: Column[] = [
  ['latency, ms', ({ transport }) => transport],
  ['valid', ({ rows, valid }) => `${valid.length}/${rows.length}`],
  ['delivered', ({ valid }) => delivered(valid)],
  ['p50', (summary) => cell(summary.of(metrics.p50)) + (offModel(summary) === undefined ? '' : ` ${OFF}`)],
  ['predicted', ({ predictedP50Ms }) => cell(predictedP50Ms)],
  ['p90', (summary) => cell(summary.of(metrics.p90))],
  ['p99', (summary) => cell(summary.of(metrics.p99))],
  ['p99.9', (summary) => cell(summary.of(metrics.p999))],
  ['max', (summary) => cell(summary.of(metrics.max))],
]
export const costColumns: Column[] = [
  ['cost', ({ transport }) => transport],
  ['server µs/event', (summary) => cell(summary.of(metrics.cpu))],
  ['requests/event', (summary) => cell(summary.of((row) => row.requestsPerEvent))],
  ['connect ms', (summary) => cell(summary.of(metrics.connect))],
  ['KiB/connection', (summary) => cell(summary.of((row) => row.server.rssKbPerConnection))],
  ['server late p99 ms', (summary) => cell(summary.of((row) => row.server.loopDelayP99Ms))],
  ['generator late p99 ms', (summary) => cell(summary.of((row) => row.generator.loopDelayP99Ms))],
  ['generator busy', (summary) => cell(summary.of((row) => row.generator.utilisation))],
]
const byteKeys = ['payload', 'framing', 'headers', 'tls', 'total', 'up', 'down'] as const
export const byteColumns: Column[] = [
  ['bytes per event', ({ transport }) => transport],
  ...byteKeys.map((key): Column => [key, (summary) => cell(summary.of((row) => row.bytesPerEvent[key]))]),
]
function scenarioText(name: string, results: Results, summaries: Summary[]): string {
  const made = [latencyColumns, costColumns, byteColumns].map((columns) => table(columns, summaries))
  return [heading(name, results), ...made, ...remarks(summaries), ...failures(summaries), ''].join('\n')
}

export function heading(name: string, { scenarios, seed, trials }: Results): string {
  const { clients, rate, seconds, payload, pollMs, http } = scenarios.find((each) => each.name === name)!
  const load = `${clients} clients each, ${rate} events/s for ${seconds} s, ${payload} B an event`
  const events = spread(
    trials.flatMap((row) => (row.scenario === name && row.valid && row.expected ? row.expected / row.clients : [])),
  )
  // A delivery to each client is a sample, but an event that is late is late for all: this is the number of independent ones.
  const distinct = events ? `${events.min === events.max ? events.min : `${events.min}–${events.max}`}` : 'no'
  return `${name}: ${load}, ${distinct} distinct events measured a trial, polling every ${pollMs} ms, HTTP/${http}, seed ${seed}`
}

/** The n behind the percentiles: deliveries of the trials that count, and what was expected of them. */
function delivered(valid: Row[]): string {
  const known = valid.flatMap(({ delivered, expected }) =>
    delivered === null || expected === null ? [] : [{ delivered, expected }],
  )
  if (known.length === 0 || known.length < valid.length) return '–'
  const sum = (key: 'delivered' | 'expected') => known.reduce((total, each) => total + each[key], 0)
  return `${sum('delivered')}/${sum('expected')}`
}

/** What is to be said of the numbers right below them: targets, and where the model was missed. */
export function remarks(summaries: Summary[]): string[] {
  return [
    ...targets(summaries),
    ...summaries.flatMap((summary) => {
      const off = offModel(summary)
      if (off === undefined) return []
      const far = `${Math.round(Math.abs(off) * 100)} % ${off > 0 ? 'above' : 'below'}`
      return `${OFF} ${summary.transport}: the measured p50 is ${far} the predicted one; the model or the program is wrong`
    }),
  ]
}

function targets(summaries: Summary[]): string[] {
  return summaries.flatMap((summary) => {
    const { transport, targetP99Ms } = summary
    if (targetP99Ms === undefined) return []
    const found = summary.of(metrics.p99)
    const met = !found
      ? `not shown: ${summary.valid.length > 0 ? 'too few samples' : 'no valid trial'}`
      : found.max < targetP99Ms
        ? `met in ${found.n} of ${summary.rows.length} repeats`
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

function table(columns: Column[], summaries: Summary[]): string {
  const head = columns.map(([text]) => text)
  const colAligns = head.map((_, i) => (i === 0 ? 'left' : 'right'))
  const made = new Table({ head, style: { head: [], border: [], compact: true }, colAligns })
  made.push(...summaries.map((summary) => columns.map(([, text]) => text(summary))))
  return made.toString()
}

export function checksTable(checks: Check[]): string {
  const head = ['put in', 'transport', 'expected', 'measured', '']
  const made = new Table({ head, style: { head: [], border: [], compact: true } })
  made.push(
    ...checks.map(({ name, transport, expected, measured, ok }) => [
      name,
      transport,
      expected,
      measured,
      ok ? 'holds' : 'FAILS',
    ]),
  )
  return made.toString()
}
