// Percentiles are numbers of the set; repeats are shown with their spread; a high percentile needs the samples for it.
import { describe, expect, test } from 'vitest'
import { seeded } from '../src/core/random.ts'
import { canQuote, differenceOf, estimate, median, percentile, ratioOf, spread } from '../src/core/stats.ts'
import { canTell, chances } from '../src/core/verdict.ts'

test('nearest rank: never a number that was not measured', () => {
  const values = [40, 10, 30, 20]
  expect([1, 25, 26, 50, 75, 99, 100].map((percent) => percentile(values, percent))).toEqual([
    10, 10, 20, 20, 30, 40, 40,
  ])
  expect(percentile([4, 1, 2, 100], 50)).toBe(2)
  expect(values).toEqual([40, 10, 30, 20])
})

test('the median: the one in the middle, of an even number between the two', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 100]), median([7]), median([])]).toEqual([2, 3, 7, undefined])
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

test('the interval of a median: exact, the range at n = 5, narrower than it with more repeats', () => {
  expect(estimate([5, 1, 4, 2, 900])).toEqual({ median: 4, low: 1, high: 900, n: 5 })
  expect(estimate([7])).toEqual({ median: 7, low: 7, high: 7, n: 1 })
  expect(estimate([])).toBeUndefined()
  const many = estimate(Array.from({ length: 21 }, (_, i) => i))!
  expect(many).toEqual({ median: 10, low: 6, high: 14, n: 21 })
})

test('of an even number of repeats the median is the mean of the middle two, inside its interval', () => {
  expect(spread([4, 1, 2, 100])).toMatchObject({ median: 3 })
  expect(estimate([10, 20])).toEqual({ median: 15, low: 10, high: 20, n: 2 })
  expect(ratioOf([1, 3], [4, 4])!.median).toBe(2)
  expect(estimate(Array.from({ length: 22 }, (_, i) => i))).toEqual({ median: 10.5, low: 6, high: 15, n: 22 })
})
test('below five repeats there is no interval, only their range', () => {
  expect(estimate([1, 2, 3, 4])).toEqual({ median: 2.5, low: 1, high: 4, n: 4 })
  expect(estimate([9, 1, 2])).toEqual({ median: 2, low: 1, high: 9, n: 3 })
})

test('the exact interval is where resampling by lot ends up', () => {
  const values = [3, 8, 1, 9, 4, 7, 2, 11, 5]
  const random = seeded(1)
  const medians = Array.from({ length: 20_000 }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)]!))!,
  )
  const { low, high } = estimate(values)!
  expect([percentile(medians, 2.5), percentile(medians, 97.5)]).toEqual([low, high])
})

test('the interval covers the true median about as often as the docstring says', () => {
  const random = seeded(2)
  let covered = 0
  for (let i = 0; i < 4000; i++) {
    const { low, high } = estimate(Array.from({ length: 5 }, () => random() ** 3))!
    if (low <= 0.125 && 0.125 <= high) covered++
  }
  expect(covered / 4000).toBeCloseTo(0.9375, 1.5)
})

test('ratio and difference of two sets of repeats', () => {
  expect(ratioOf([1, 2, 3], [4, 4, 4])).toEqual({ median: 2, low: 4 / 3, high: 4, n: 3 })
  expect(differenceOf([1, 2, 3], [4, 4, 4])).toEqual({ median: 2, low: 1, high: 3, n: 3 })
  expect(ratioOf([], [1])).toBeUndefined()
})

describe('the verdict over many cells', () => {
  const cell = (a: (number | null)[], b: (number | null)[]) => ({ a, b, relevant: 0.1 })
  const cells = (random: () => number, count: number) =>
    Array.from({ length: count }, () => {
      const side = () => Array.from({ length: 5 }, () => 10 * Math.exp(0.2 * (random() + random() - 1)))
      return cell(side(), side())
    })
  test('equal runs of 40 cells: in at most about one of twenty is anything named', () => {
    const random = seeded(3)
    const named = Array.from({ length: 200 }, () => Math.min(...chances(cells(random, 40), random))).filter(
      (p) => p <= 0.05,
    )
    expect(named.length).toBeLessThanOrEqual(20) // of 200; 10 are to be expected
    expect(named.length).toBeGreaterThan(0) // or it could never name anything
  })
  test('one cell of 40 that moved is found, and only it', () => {
    const random = seeded(4)
    for (let i = 0; i < 50; i++) {
      const [first, ...others] = cells(random, 40)
      const p = chances([{ ...first!, b: first!.b.map((value) => value! * 3) }, ...others], random)
      expect(p[0]).toBeCloseTo(1 / 126, 9)
    }
  })
  test('what was not measured in a repeat does not count, and changes no other cell', () => {
    const moved = cell([1, 1.1, null, 1, 1.05], [3, 3.1, 3.2, null, 3])
    expect(chances([moved], seeded(1))[0]).toBeLessThan(0.05)
    expect(chances([cell([null, null], [1, 2])], seeded(1))).toEqual([1])
  })
  test('fewer than 4 repeats a side can tell nothing', () => {
    expect([canTell(3, 3), canTell(4, 4), canTell(5, 5), canTell(3, 5), canTell(1, 100)]).toEqual([
      ...[false, true, true, true, false],
    ])
  })
})
