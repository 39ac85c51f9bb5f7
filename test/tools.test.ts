// What `npm test` says of tests that were not run: how many, for lack of what.
import { afterEach, expect, test, vi } from 'vitest'
import { lacks } from './tools.ts'

afterEach(() => vi.unstubAllEnvs())

test('what was not run is told by the program that is missing, in one line', () => {
  vi.stubEnv('PATH', '')
  const peer = 'the peer nchan-wss nchan is not installed: apt-get install libnginx-mod-nchan'
  expect(lacks(['sse: tshark reads the same', 'wss: tshark reads the same', peer, 'another'])).toBe(
    'not run: 2 for lack of tshark, 1 for lack of nchan, 1 for other reasons',
  )
  expect(lacks([])).toBeUndefined()
})
