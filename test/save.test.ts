// What is saved as CSV: fields that need it are quoted, and what is not known is empty (RFC 4180).
import { expect, test } from 'vitest'
import { csvOf } from '../public/save.ts'

test.each([
  ['a comma', ['latency, ms', 'b'], '"latency, ms",b\r\n'],
  ['a quote', ['x "y"', 'z'], '"x ""y""",z\r\n'],
  ['a line', ['a\nb', 'c'], '"a\nb",c\r\n'],
  ['a number', [1.25, 0], '1.25,0\r\n'],
  ['nothing', [undefined, 'z'], ',z\r\n'],
  ['a number that is none', [NaN, Infinity], ',\r\n'],
])('%s', (_, row, csv) => {
  expect(csvOf([row])).toBe(csv)
})

test('the head is a row like the others', () => {
  expect(
    csvOf([
      ['a', 'b'],
      [1, 2],
    ]),
  ).toBe('a,b\r\n1,2\r\n')
})
