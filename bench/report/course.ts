// The tables in docs/course.md, made from committed runs: nobody types a measured number there.
import type { Results } from '../results.ts'
import { workload } from './heading.ts'
import { command, markdownTable, plain } from './markdown.ts'
import { quotedTables } from './quoted.ts'
import { REFERENCE, quotable } from './readme.ts'
import { provenance } from './remarks.ts'

/** Where the course is. */
export const COURSE = 'docs/course.md'
/** The runs that it may quote. Of two that have a scenario the first counts: a larger reference run takes over by itself. */
export const RUNS = [REFERENCE, 'bench/results/lines/results.json', 'bench/results/grid/results.json']

const BLOCK = /<!-- measured: ([a-z-]+) ([a-z]+) -->\n[\s\S]*?<!-- measured: end -->/g

/** The scenarios that a text shows, once each. */
export const shownIn = (course: string) => [...new Set([...course.matchAll(BLOCK)].map(([, scenario]) => scenario!))]

/** The course with the tables of the scenarios of this run made anew; others stay. @throws Error as `quotable`, and for a table that is not known. */
export function withTables(course: string, results: Results, path: string): string {
  return course.replace(BLOCK, (block, scenario: string, what: string) => {
    const rows = quotedTables[`${scenario} ${what}`]
    if (!rows)
      throw new Error(`${COURSE}: no table "${scenario} ${what}"; there are ${Object.keys(quotedTables).join(', ')}`)
    if (!results.trials.some((row) => row.scenario === scenario)) return block
    const shown = quotable(results, scenario)
    const given = results.scenarios.find(({ name }) => name === scenario)!
    const all = shown.flatMap(({ rows }) => rows)
    const repeats = Math.max(...shown.map(({ rows }) => rows.length))
    const times = repeats === 1 ? 'one repeat' : `medians of ${repeats} repeats`
    const invalid = all.filter(({ valid }) => !valid).length
    const failed = invalid > 0 ? ` (invalid trials, which do not count: ${invalid})` : ''
    return [
      `<!-- measured: ${scenario} ${what} -->`,
      markdownTable(rows(shown)),
      `*${plain(`${scenario}: ${workload(given, all).join(', ')}`)}; ${times}${failed}. ${plain(provenance(results))}: \`${path}\`. Again:*`,
      `\`\`\`sh\n${command(scenario, { ...results, trials: all, missing: [] })}\n\`\`\``,
      '<!-- measured: end -->',
    ].join('\n\n')
  })
}
