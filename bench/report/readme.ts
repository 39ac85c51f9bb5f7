// The table in README.md, made from the committed reference run: nobody types a measured number there.
import { ENOUGH } from '../../src/core/stats.ts'
import { isBusy, loadText } from '../busy.ts'
import { delaysOf } from '../notes.ts'
import type { Results } from '../results.ts'
import { middle, whole } from './cells.ts'
import { cell } from './numbers.ts'
import { command, markdownTable, plain } from './markdown.ts'
import { provenance } from './remarks.ts'
import { metrics, summarise } from './summary.ts'
import type { Summary } from './summary.ts'

const [BEGIN, END] = ['<!-- measured: begin -->', '<!-- measured: end -->']
/** Where the reference run is kept. */
export const REFERENCE = 'bench/results/reference/results.json'

const columns: [head: string, text: (summary: Summary) => string][] = [
  ['p50, ms', whole(metrics.p50)],
  ['p99, ms', whole(metrics.p99)],
  ['bytes per event', whole(metrics.bytes)],
  ['requests per event', middle(metrics.requests)],
  ['server µs per delivery', whole(metrics.cpu)],
  ['… × floor', (summary) => cell(summary.times(metrics.cpu, 'floor'))],
]

/** What of a scenario may be quoted. @throws Error when the run has none of it, did not end, or is of a machine or a network that had something else to do. */
export function quotable(results: Results, name: string): Summary[] {
  const shown = summarise(results).filter(({ scenario, beside }) => scenario === name && beside === undefined)
  if (shown.length === 0) throw new Error(`expected a run of the scenario ${name}; it has none`)
  if (results.missing?.some(({ scenario }) => scenario === name))
    throw new Error(`the run did not come to its end: expected all repeats of ${name}; measure again`)
  if (isBusy(results.machine))
    throw new Error(
      `the machine was busy when the run began (${loadText(results.machine)}): expected a run that can be quoted; measure again when it rests`,
    )
  const [delayed] = Object.keys(delaysOf(results))
  if (delayed !== undefined)
    throw new Error(
      `a network stood before ${delayed} (--delay): expected a run that can be quoted; measure without it`,
    )
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
    `${clients} clients, ${rate} events/s of ${payload} bytes for ${seconds} s, polling every ${pollMs} ms; medians of ${repeats} repeats${invalid > 0 ? ` (invalid trials, which do not count: ${invalid})` : ''}, in brackets ${bracketed(repeats)}. The floor is a bare TLS socket. ${plain(provenance(results))}. All of it: [${REFERENCE}](${REFERENCE}). Again on your machine:`,
    `\`\`\`sh\n${command('steady', { ...results, trials: shown.flatMap(({ rows }) => rows), missing: [] })}\n\`\`\``,
  ].join('\n\n')
}

/** What `estimate` makes of so many. */
function bracketed(repeats: number): string {
  if (repeats < ENOUGH) return 'their range'
  if (repeats > ENOUGH) return 'the 95 % bootstrap interval over them'
  return 'their range (of five it covers the true median in 93.75 % of cases)'
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
