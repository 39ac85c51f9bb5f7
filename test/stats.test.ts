// Percentiles are numbers of the set; repeats are shown with their spread; a high percentile needs the samples for it.
import { expect, test } from 'vitest'
import { canQuote, median, percentile, spread } from '../src/core/stats.ts'

test('nearest rank: never a number that was not measured', () => {
  const values = [40, 10, 30, 20]
  expect([1, 25, 26, 50, 75, 99, 100].map((percent) => percentile(values, percent))).toEqual([
    10, 10, 20, 20, 30, 40, 40,
  ])
  expect(median([3, 1, 2])).toBe(2)
  expect(values).toEqual([40, 10, 30, 20])
})

test('the spread keeps the outlier', () => expect(spread([5, 1000, 4])).toEqual({ median: 5, min: 4, max: 1000, n: 3 }))

test('no values, no answer', () => {
  expect(percentile([], 50)).toBeUndefined()
  expect(spread([])).toBeUndefined()
})

test.each([
  [90, 100],
  [99, 1000],
  [99.9, 100_000],
])('p%d from %d samples on', (percent, enough) => {
  expect([0, 1, enough - 1, enough, enough * 10].map((n) => canQuote(n, percent))).toEqual([
    false,
    false,
    false,
    true,
    true,
  ])
})

test('a percentage outside 0–100 is an error', () => expect(() => percentile([1], 0)).toThrow(RangeError))
