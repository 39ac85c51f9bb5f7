// The tables in docs/course.md and docs/speed.md, made from committed runs: nobody types a measured number there.
import type { Results } from '../results.ts'
import { command, markdownTable, plain } from './markdown.ts'
import { quotedTables } from './quoted.ts'
import { REFERENCE, quotable } from './readme.ts'
import { provenance } from './remarks.ts'
import { goalsTable } from './goals.ts'
import { summarise } from './summary.ts'

/** The course, and how fast the product is beside others. */
export const COURSE = 'docs/course.md'
export const DOCUMENTS = [COURSE, 'docs/speed.md']
/** The runs that they may quote. Of two that have what a table shows the first counts. */
export const RUNS = [REFERENCE, 'bench/results/speed/results.json']
/** Tables in which peers stand: a run that has none of them does not touch these. */
const tables: Record<string, (results: Results, scenario: string) => string[][] | undefined> = {
  goals: goalsTable,
  peers: (results, scenario) => {
    const shown = summarise(results).filter((each) => each.scenario === scenario)
    return shown.some(({ beside }) => beside !== undefined) ? quotedTables[`${scenario} peers`]!(shown) : undefined
  },
}

/** What all rows have in common; what a row names is not said again. */
function workload(name: string, { scenarios }: Results): string {
  const found = scenarios.find((each) => each.name === name)!
  const { kind, clients, rate, seconds, payload, pollMs, http, profile, points = [] } = found
  const own = new Set(points.flatMap((point) => Object.keys(point)))
  const parts: [shown: boolean, words: string][] = [
    [true, `${name}: ${clients} clients each`],
    [kind === 'connect', 'one after the other'],
    [kind !== 'connect' && !own.has('rate'), `${rate} events/s`],
    [kind !== 'connect', `${payload} B an event`],
    [seconds > 0, `${seconds} s`],
    [kind !== 'up' && !own.has('pollMs'), `polling every ${pollMs} ms`],
    [!own.has('http'), `HTTP/${http}`],
    [profile !== undefined, `behind the network ${profile}`],
  ]
  return parts.flatMap(([shown, words]) => (shown ? [words] : [])).join(', ')
}

const BLOCK = /<!-- measured: ([a-z-]+) ([a-z]+) -->\n[\s\S]*?<!-- measured: end -->/g

/** The scenarios that a text shows, once each. */
export const shownIn = (course: string) => [...new Set([...course.matchAll(BLOCK)].map(([, scenario]) => scenario!))]

/** The text with the tables of the scenarios of this run made anew; others stay. @throws Error as `quotable`, and for a table that is not known. */
export function withTables(course: string, results: Results, path: string): string {
  return course.replace(BLOCK, (block, scenario: string, what: string) => {
    const rows = quotedTables[`${scenario} ${what}`]
    if (!rows && what !== 'goals')
      throw new Error(`no table "${scenario} ${what}"; there are ${Object.keys(quotedTables).join(', ')}, and goals`)
    if (!results.trials.some((row) => row.scenario === scenario)) return block
    const all = results.trials.filter((row) => row.scenario === scenario)
    const shown = quotable(results, scenario)
    const table = tables[what] ? tables[what](results, scenario) : rows!(shown)
    if (!table) return block
    const repeats = Math.max(...shown.map(({ rows }) => rows.length))
    const times = repeats === 1 ? 'one repeat' : `medians of ${repeats} repeats`
    const invalid = shown.flatMap(({ rows }) => rows).filter(({ valid }) => !valid).length
    const failed = invalid > 0 ? ` (invalid trials, which do not count: ${invalid})` : ''
    return [
      `<!-- measured: ${scenario} ${what} -->`,
      markdownTable(table),
      `*${plain(workload(scenario, results))}; ${times}${failed}. ${plain(provenance(results))}: \`${path}\`. Again:*`,
      `\`\`\`sh\n${command(scenario, { ...results, trials: tables[what] ? all : shown.flatMap(({ rows }) => rows), missing: [] })}\n\`\`\``,
      '<!-- measured: end -->',
    ].join('\n\n')
  })
}
