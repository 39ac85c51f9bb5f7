// One made-up run of an experiment, and what must be said of it: for answers-*.test.ts.
import { expect, test } from 'vitest'
import type { Answer } from '../public/learn/experiment.ts'
import type { Table } from '../public/learn/table.ts'

export interface Case<Data> {
  name: string
  data: Data
  choice: number | undefined
  /** In the sentence, the details or the surprise. */
  says: RegExp[]
  /** Nowhere. */
  never?: RegExp
  /** Whether it is called unexpected. */
  isOdd?: boolean
}

export function answers<Data>(
  { answer, table }: { answer(data: Data): Answer; table(data: Data): Table },
  cases: readonly Case<Data>[],
) {
  test.each(cases)('$name', ({ data, choice, says, never, isOdd = false }) => {
    const { sentence, details = [], choice: chosen, surprise } = answer(data)
    const text = [sentence, ...details, surprise ?? ''].join('\n')
    expect(chosen).toBe(choice)
    for (const each of says) expect(text).toMatch(each)
    if (never) expect(text).not.toMatch(never)
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
    expect(surprise !== undefined).toBe(isOdd)
    const { columns, rows } = table(data)
    for (const row of rows) expect(row).toHaveLength(columns.length)
  })
}
