// What the test of an experiment looks at, and how it says what a number may be.
import { expect } from 'vitest'
import type { BrowserName } from '../bench/browser/find.ts'

/** The raw numbers as the page shows them: for each row the cells by column. */
export type Rows = Record<string, string>[]

export interface Expected {
  /** Index of the choice that the numbers bear out. */
  choice: number
  /** `result` is all that the page says beside the numbers. */
  numbers(rows: Rows, sentence: string, result: string): void
  /** What the browser itself writes into the console about a line that is cut or refused on purpose. */
  said?: RegExp
  /** Where it is run, if not in all. */
  browsers?: readonly BrowserName[]
}

export const number = (row: Rows[number] | undefined, column: string) => Number(row?.[column])
export const within = (value: number, low: number, high: number) => {
  expect(value).toBeGreaterThanOrEqual(low)
  expect(value).toBeLessThanOrEqual(high)
}
