// What the test of an experiment looks at, and how it says what a number may be.
import { expect } from 'vitest'

/** The raw numbers as the page shows them: for each row the cells by column. */
export type Rows = Record<string, string>[]

export interface Expected {
  /** Index of the choice that the numbers bear out. */
  choice: number
  /** `result` is all that the page says beside the numbers; `browser` its name. */
  numbers(rows: Rows, sentence: string, result: string, browser: string): void
  /** By what was measured: the machine was so busy that the page may say so, and that it settles nothing. Else it must not. */
  isBusy?(rows: Rows): boolean
  /** What the browser itself writes into the console about a line that is cut or refused on purpose. */
  said?: RegExp
}

export const number = (row: Rows[number] | undefined, column: string) => Number(row?.[column])
export const within = (value: number, low: number, high: number, what = '') => {
  expect(value, what).toBeGreaterThanOrEqual(low)
  expect(value, what).toBeLessThanOrEqual(high)
}

/** A busy machine is late by so much now and then; it is never early. So of times lower bounds are the theory's, and upper ones have this on top. */
export const LATE_MS = 500

/**
 * Events that come in so many seconds, one at a random moment of each of `perSecond` parts of a second: one more or less at each end.
 * Where the machine is late at the end, the last of them have not come yet; where it is late in ending, some more have.
 */
export const eventsIn = (seconds: number, perSecond: number): [low: number, high: number] => [
  Math.floor((seconds - LATE_MS / 1000) * perSecond) - 2,
  Math.ceil((seconds + LATE_MS / 1000) * perSecond) + 2,
]

/** When the first handshake takes over 250 ms, Chromium opens another connection in reserve: on a busy machine one may be two. */
export const ONE = [1, 2] as const
