// The tables in docs/course.md and docs/speed.md, made from committed runs: nobody types a measured number there.
import type { Results } from '../results.ts'
import { workload } from './heading.ts'
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
    const shown = quotable(results, scenario)
    const all = tables[what]
      ? results.trials.filter((row) => row.scenario === scenario)
      : shown.flatMap(({ rows }) => rows)
    const table = tables[what] ? tables[what](results, scenario) : rows!(shown)
    if (!table) return block
    const given = results.scenarios.find(({ name }) => name === scenario)!
    const repeats = Math.max(...shown.map(({ rows }) => rows.length))
    const times = repeats === 1 ? 'one repeat' : `medians of ${repeats} repeats`
    const invalid = all.filter(({ valid }) => !valid).length
    const failed = invalid > 0 ? ` (invalid trials, which do not count: ${invalid})` : ''
    return [
      `<!-- measured: ${scenario} ${what} -->`,
      markdownTable(table),
      `*${plain(`${scenario}: ${workload(given, all).join(', ')}`)}; ${times}${failed}. ${plain(provenance(results))}: \`${path}\`. Again:*`,
      `\`\`\`sh\n${command(scenario, { ...results, trials: all, missing: [] })}\n\`\`\``,
      '<!-- measured: end -->',
    ].join('\n\n')
  })
}
