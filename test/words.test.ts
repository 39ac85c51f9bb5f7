// Numbers as people read them: no more digits than were measured, and what was not measured is no number.
import { expect, test } from 'vitest'
import { count, duration, list, percent, ratio, size, span } from '../public/words.ts'

test('times and sizes in the unit that suits them', () => {
  expect([0.01, 3.14, 42.4, 1500, 42_000].map(duration)).toEqual(['0 ms', '3.1 ms', '42 ms', '1.50 s', '42 s'])
  expect([59_999, 61_000, 3_660_000].map(span)).toEqual(['59 s', '1 min 1 s', '1 h 1 min'])
  expect([999, 1500, 15_000, 2_500_000].map(size)).toEqual(['999 B', '1.5 kB', '15 kB', '2.5 MB'])
  expect([count(1, 'event'), count(2000, 'event')]).toEqual(['1 event', '2,000 events'])
  expect([0, 0.0001, 0.0042, 0.97, 9.94, 9.96, 99.7, 1234].map(ratio)).toEqual([
    ...['0.0', 'under 0.001', '0.0042', '0.97', '9.9', '10', '100', '1,234'],
  ])
  expect(list(['a', 'b', 'c'])).toBe('a, b and c')
  expect([-0.001, -0.31, 0.145].map((share) => percent(share))).toEqual(['0 %', '-31 %', '14 %'])
})

test.each([NaN, Infinity, -Infinity])('%d was not measured', (none) => {
  expect([duration(none), span(none), size(none), ratio(none), count(none, 'event')]).toEqual([
    ...['–', '–', '–', '–', '– events'],
  ])
})
