// The table in README.md, made from the committed reference run: nobody types a measured number there.
import { ENOUGH } from '../../src/core/stats.ts'
import type { Results } from '../results.ts'
import { cell, text } from './numbers.ts'
import { command, markdownTable, plain } from './markdown.ts'
import { provenance } from './remarks.ts'
import { isDoubtful, isKnown, metrics, summarise } from './summary.ts'
import type { Summary } from './summary.ts'

const [BEGIN, END] = ['<!-- measured: begin -->', '<!-- measured: end -->']
/** Where the reference run is kept. */
export const REFERENCE = 'bench/results/reference/results.json'

const columns: [head: string, text: (summary: Summary) => string][] = [
  ['p50, ms', (summary) => cell(summary.estimate(metrics.p50))],
  ['p99, ms', (summary) => cell(summary.estimate(metrics.p99))],
  ['bytes per event', (summary) => cell(summary.estimate(metrics.bytes))],
  [
    'requests per event',
    (summary) =>
      isKnown(summary.of((row) => row.requestsPerEvent)?.median)
        ? text(summary.of((row) => row.requestsPerEvent)!.median)
        : '–',
  ],
  ['server µs per delivery', (summary) => cell(summary.estimate(metrics.cpu))],
  ['… × floor', (summary) => cell(summary.times(metrics.cpu, 'floor'))],
]

/** What of a scenario may be quoted. @throws Error when the run has none of it, did not end, or has clocks that differ. */
export function quotable(results: Results, name: string): Summary[] {
  const shown = summarise(results).filter(({ scenario, beside }) => scenario === name && beside === undefined)
  if (shown.length === 0) throw new Error(`expected a run of the scenario ${name}; it has none`)
  const doubt = shown.flatMap(({ rows }) => rows).find(isDoubtful)
  if (doubt)
    throw new Error(
      `repeat ${doubt.repeat} of ${doubt.transport} has events before they were due: expected a run that can be quoted; measure again`,
    )
  if (results.missing?.some(({ scenario }) => scenario === name))
    throw new Error(`the run did not come to its end: expected all repeats of ${name}; measure again`)
  return shown
}

/** @throws Error when there is no `steady`, which is what the table shows, or none that can be quoted. */
export function readmeTable(results: Results): string {
  const shown = quotable(results, 'steady')
  const { clients, rate, seconds, payload, pollMs } = results.scenarios.find(({ name }) => name === 'steady')!
  const repeats = Math.max(...shown.map(({ rows }) => rows.length))
  const invalid = shown.flatMap(({ rows }) => rows).filter(({ valid }) => !valid).length
  return [
    markdownTable([
      ['', ...columns.map(([head]) => head)],
      ...shown.map((each) => [each.transport, ...columns.map(([, value]) => value(each))]),
    ]),
    `${clients} clients, ${rate} events/s of ${payload} bytes for ${seconds} s, polling every ${pollMs} ms; medians of ${repeats} repeats${invalid > 0 ? ` (invalid trials, which do not count: ${invalid})` : ''} with their ${repeats < ENOUGH ? 'range' : '95 % intervals'}. The floor is a bare TLS socket. ${plain(provenance(results))}. All of it: [${REFERENCE}](${REFERENCE}). Again on your machine:`,
    `\`\`\`sh\n${command('steady', { ...results, trials: shown.flatMap(({ rows }) => rows), missing: [] })}\n\`\`\``,
  ].join('\n\n')
}

/** The README with the block between its two comments made anew. @throws Error when it has no such block, or two. */
export function withTable(readme: string, results: Results): string {
  const [before, rest, ...more] = readme.split(BEGIN)
  const [, after, ...evenMore] = rest?.split(END) ?? []
  if (after === undefined || more.length + evenMore.length > 0)
    throw new Error(
      `README.md: expected ${BEGIN} and ${END}, once each and in this order; add them where the table belongs`,
    )
  return `${before}${BEGIN}\n\n${readmeTable(results)}\n\n${END}${after}`
}
