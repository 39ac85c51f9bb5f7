// The guide's reasons follow from what was measured: other numbers, other advice; and what cannot work is said to.
import { describe, expect, test } from 'vitest'
import { advise, questions } from '../public/learn/advice.ts'
import type { Case, Measured } from '../public/learn/advice.ts'
import { transportNames } from '../transports/clients.ts'

const measured = transportNames.map((transport): Measured => {
  const isAsking = transport === 'polling' || transport === 'long-polling'
  return {
    ...{ transport, events: 36, lost: 0, medianMs: transport === 'polling' ? 520 : 5, worstMs: 1000 },
    ...{ tripMs: isAsking ? 10 : NaN, bytesPerEvent: isAsking ? 900 : 120, requestsPerEvent: isAsking ? 1 : 0 },
    bytesPerRequest: isAsking ? 1000 : NaN,
  }
})
const usual: Case = { fresh: '1', clients: '10', speaks: 'server', between: 'plain', often: '1' }
const fitsOf = (changes: Partial<Case>, numbers = measured) =>
  Object.fromEntries(advise({ ...usual, ...changes }, numbers).map(({ transport, fits }) => [transport, fits]))

test('a few clients that want it within a second: all four fit', () => {
  expect(fitsOf({})).toEqual({ polling: 'yes', 'long-polling': 'yes', sse: 'yes', wss: 'yes' })
})

describe('what rules one out', () => {
  test.each<[string, Partial<Case>, string, string]>([
    ['a proxy that buffers', { between: 'buffers' }, 'sse', 'no'],
    ['no Upgrade', { between: 'upgrade' }, 'wss', 'no'],
    ['six connections', { between: 'http1' }, 'sse', 'maybe'],
    ['a client that speaks all the time', { speaks: 'stream' }, 'sse', 'no'],
    ['a hundred thousand who ask', { clients: '100000' }, 'polling', 'no'],
    ['questions for nothing', { often: '0.01', fresh: '10' }, 'polling', 'maybe'],
  ])('%s', (_, changes, transport, fits) => {
    expect(fitsOf(changes)[transport]).toBe(fits)
  })

  test('a round trip that is longer than an event may be old', () => {
    const slow = measured.map((each) => ({ ...each, tripMs: 700, medianMs: 900 }))
    expect(fitsOf({}, slow).polling).toBe('no')
  })
})

test('loads are the measured bytes times clients and rate', () => {
  const [polling, longPolling, sse] = advise({ ...usual, clients: '1000' }, measured)
  // (1 s − 1.5 · 10 ms) between two questions of 1 000 bytes each
  expect(polling!.reasons[0]).toContain('1,015 questions and 1.0 MB a second')
  expect(longPolling!.reasons[0]).toContain('1,000 a second in all, 900 kB a second')
  expect(sse!.reasons[0]).toContain('costs 120 B as measured: 120 kB a second')
})

test('every case has reasons for each transport, in words', () => {
  const cases = questions.reduce<Case[]>(
    (all, { name, options }) => all.flatMap((one) => options.map(([value]) => ({ ...one, [name]: value }))),
    [usual],
  )
  expect(cases.length).toBe(4 * 4 * 3 * 3 * 5)
  for (const one of cases)
    for (const { reasons } of advise(one, measured)) {
      expect(reasons.length).toBeGreaterThan(0)
      expect(reasons.join(' ')).not.toMatch(/NaN|undefined|Infinity/)
    }
})
