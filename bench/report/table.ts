// The results as text for a terminal: a few tables for each scenario, medians with their intervals, and what failed and why.
import { table } from '../box.ts'
import type { Check } from '../calibration.ts'
import type { Results } from '../results.ts'
import { sheets } from './sheets.ts'
import { compared } from './compared.ts'
import type { Compared } from './compare.ts'
import { brackets, failures, meanings, remarks, unfinished } from './remarks.ts'
import { conclusions } from './conclusions.ts'
import { heading } from './heading.ts'
import { nameOf } from './numbers.ts'
import { rivals, rivalsTitle, rivalsWords } from './rivals.ts'
import { summarise } from './summary.ts'
import type { Summary } from './summary.ts'
import { changeText, numberText, refusals, verdictText } from './verdict.ts'
import { placeOf } from './worse.ts'

export function tables(results: Results): string {
  const sections = [...Map.groupBy(summarise(results), ({ scenario }) => scenario)].map(([name, summaries]) =>
    [
      heading(name, results),
      ...conclusions(summaries, results).map((line) => `- ${line}`),
      brackets(summaries),
      ...tablesOf(summaries),
      ...meanings(summaries),
      ...remarks(summaries),
      ...failures(summaries),
      '',
    ].join('\n'),
  )
  return [
    ...sections,
    ...against(results),
    ...unfinished(results),
    'Notes:',
    '- medians of the repeats, of an even number the mean of the middle two; ×floor: median of the ratios within a repeat',
    ...results.notes.map((note) => `- ${note}`),
    '',
  ].join('\n')
}

function against(results: Results): string[] {
  const all = rivals(results)
  if (all.length === 0) return []
  const made = all.flatMap(({ scenario, table: [head = [], ...rows] }) => [
    scenario,
    ...fitting(
      head[0]!,
      rows.map(([name = '']) => name),
      head.slice(1).map((title, i) => ({ head: title, cells: rows.map((row) => row[i + 1]!) })),
    ),
  ])
  return [rivalsTitle, ...made, ...rivalsWords.map((line) => `- ${line}`), '']
}

/** What a table may be wide. */
const WIDTH = 120

function tablesOf(summaries: Summary[]): string[] {
  return sheets(summaries, 'narrow').flatMap(({ title, columns, rows, words }) => [
    ...fitting(
      title,
      rows.map(nameOf),
      columns.map(({ head, text }) => ({ head, cells: rows.map(text) })),
    ),
    ...words,
  ])
}

/** What does not fit goes on in a table below, under the same names. */
function fitting(title: string, names: string[], columns: { head: string; cells: string[] }[]): string[] {
  const parts: (typeof columns)[] = [[]]
  let width = 0
  for (const column of columns) {
    const wide = widest([...column.head.split('\n'), ...column.cells]) + 3
    if (width + wide > WIDTH - widest([title, ...names]) - 5 && parts.at(-1)!.length > 0) {
      parts.push([])
      width = 0
    }
    parts.at(-1)!.push(column)
    width += wide
  }
  return parts.map((part) =>
    table(
      [title, ...part.map(({ head }) => head)],
      names.map((name, i) => [name, ...part.map(({ cells }) => cells[i]!)]),
    ),
  )
}

/** Two runs beside each other, and what the verdicts rest on. */
export function comparison(cells: Compared[]): string {
  const sections = [...Map.groupBy(cells, ({ scenario }) => scenario)].map(([name, mine]) =>
    table(
      [name, '', 'A', 'B', 'change', 'verdict'],
      mine.map((each) => [
        each.where ? `${each.transport}, ${each.where}` : each.transport,
        each.unit && compared[each.metric]!.unit ? `${each.metric} ${each.unit}` : each.metric,
        ...[numberText(each.a), numberText(each.b), changeText(each), verdictText(each)],
      ]),
      [0, 1, 5],
    ),
  )
  const judged = cells.filter(({ why }) => why === undefined)
  const different = judged.filter(({ lower }) => lower)
  return [
    ...sections,
    `${judged.length} numbers compared: ${different.length} differ, ${judged.length - different.length} do not; ${cells.length - judged.length} cannot be compared`,
    ...refusals(cells).map((line) => `- ${line}`),
    ...different.map((each) => `- ${placeOf(each)}: ${verdictText(each)}`),
    'A difference: clearer than the clearest of all numbers in 95 % of the ways to deal the repeats anew (Westfall and Young), more',
    'than 10 % (bytes: 2 %), and more than the floor of the same scenario moved, where it has one. In brackets: 95 % bootstrap',
    'interval of the ratio of the medians.',
    '"< 26 % unseen": a change of less than 26 % would not have been seen: half of that interval, or the 10 % (bytes: 2 %).',
    '',
  ].join('\n')
}

const widest = (texts: string[]) => Math.max(...texts.map(({ length }) => length))

export function checksTable(checks: Check[]): string {
  const head = ['put in', 'transport', 'expected', 'measured', '']
  const rows = checks.map(({ name, transport, expected, measured, ok }) => [
    ...[name, transport, expected, measured],
    ok ? 'holds' : 'FAILS',
  ])
  return table(head, rows, [0, 1, 2, 3, 4])
}
