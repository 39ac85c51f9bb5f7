// What `watch` says of a line that does not come up: the reason alone, in one line.
import { expect, test } from 'vitest'
import { messageOf } from '../src/cli/watch.ts'

const refused = new Error('connect ECONNREFUSED 127.0.0.1:8443')

test.each([
  ['a fetch', new TypeError('fetch failed', { cause: refused }), refused.message],
  ['an EventSource', { message: 'TypeError: fetch failed: connect ECONNREFUSED 127.0.0.1:8443' }, refused.message],
  ['a reason of its own', new Error('polling: HTTP 503', { cause: refused }), `polling: HTTP 503: ${refused.message}`],
  ['nothing', {}, 'the line broke'],
])('%s: no word of how the question was asked', (_, cause, said) => {
  expect(messageOf(cause)).toBe(said)
})
