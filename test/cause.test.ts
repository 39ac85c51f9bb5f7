// Why a line is not open, as a person is told.
import { expect, test } from 'vitest'
import { causeOf } from '../public/cause.ts'

test.each([
  ['nothing, where there is no cause', undefined, ''],
  ['a fetch that failed', new TypeError('Failed to fetch'), 'Nobody answers at the lab’s end of this line.'],
  [
    'a WebSocket that could not open, and the question why',
    new Error('wss: closed with 1006', { cause: new TypeError('NetworkError') }),
    'Nobody answers at the lab’s end of this line.',
  ],
  [
    'what our client found out',
    new Error('sse: no heartbeat; the line is dead'),
    'sse: no heartbeat; the line is dead.',
  ],
  ['an event without a reason', new Event('error'), 'The line broke; the browser does not say why.'],
] as const)('%s', (_, cause, words) => {
  expect(causeOf(cause)).toBe(words)
})
