// The tables of a scenario: of each group of columns the rows and columns that have something to say.
import { groups } from './columns.ts'
import type { Column } from './columns.ts'
import { NONE } from './numbers.ts'
import type { Summary } from './summary.ts'

export interface Sheet {
  title: string
  columns: Column[]
  rows: Summary[]
  /** What is to be said right below it. */
  words: string[]
}

/** The groups with the rows and columns that have something to say; a group of which only the fixed columns are left is not there. */
export function sheets(summaries: Summary[], room: 'wide' | 'narrow'): Sheet[] {
  return groups.flatMap(({ title, columns, always, only, words }) => {
    const rows = only ? summaries.filter(only) : summaries
    const fits = columns.filter(({ wide }) => room === 'wide' || !wide)
    const says = fits.filter(({ text }) => rows.some((each) => text(each) !== NONE))
    const measured = says.some(({ head }) => head !== 'valid' && head !== 'delivered')
    if (!measured && !(always && rows.every(({ valid }) => valid.length === 0))) return []
    return [
      {
        title: titleOf(title, summaries),
        rows,
        words: words?.(rows) ?? [],
        columns: fits.filter((column) => column.always ?? says.includes(column)),
      },
    ]
  })
}

/** In silence there are no events to share the bytes (bench/results.ts). */
const titleOf = (title: string, summaries: Summary[]) =>
  title === 'bytes per event' && summaries.every(({ scenario }) => scenario === 'idle')
    ? 'bytes per client and minute'
    : title
