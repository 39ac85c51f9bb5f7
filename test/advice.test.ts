// The guide's reasons follow from what was measured: other numbers, other advice; and what cannot work is said to.
import { describe, expect, test } from 'vitest'
import { advise } from '../public/learn/which-transport/advice.ts'
import { questions } from '../public/learn/which-transport/case.ts'
import type { Case } from '../public/learn/which-transport/case.ts'
import type { Measured } from '../public/learn/which-transport/costs.ts'
import { pricesOf } from '../public/learn/which-transport/price.ts'
import { transportNames } from '../transports/clients.ts'
import type { TransportName } from '../transports/clients.ts'

/** At four events a second; polling had four of them in an answer, long polling one: 640 and 810 bytes without them. */
const asMeasured: Record<TransportName, Pick<Measured, 'bytesPerEvent' | 'requestsPerEvent' | 'bytesPerRequest'>> = {
  polling: { bytesPerEvent: 250, requestsPerEvent: 0.25, bytesPerRequest: 1000 },
  'long-polling': { bytesPerEvent: 900, requestsPerEvent: 1, bytesPerRequest: 900 },
  sse: { bytesPerEvent: 120, requestsPerEvent: 0, bytesPerRequest: NaN },
  wss: { bytesPerEvent: 120, requestsPerEvent: 0, bytesPerRequest: NaN },
}
const measured = transportNames.map((transport): Measured => {
  const isAsking = transport === 'polling' || transport === 'long-polling'
  return {
    ...{ transport, events: 36, lost: 0, medianMs: transport === 'polling' ? 520 : 5, worstMs: 1000 },
    ...{ tripMs: isAsking ? 10 : NaN, eventBytes: 90 },
    ...asMeasured[transport],
  }
})
const usual: Case = { fresh: '1', clients: '10', speaks: 'server', between: 'plain', often: '1' }
const fitsOf = (changes: Partial<Case>, numbers = measured) =>
  Object.fromEntries(advise({ ...usual, ...changes }, numbers).map(({ transport, fits }) => [transport, fits]))

test('what separates them is the price beside the cheapest, in each card: the streams fit, who asks fits at a price', () => {
  const said = advise({ ...usual, clients: '1000' }, measured)
  expect(said.map(({ fits }) => fits)).toEqual(['maybe', 'maybe', 'yes', 'yes'])
  // 733 and 900 kB a second against 120.
  expect(said.map(({ reasons }) => reasons[1])).toEqual([
    'It sends 6.1 times as much as SSE, the cheapest here.',
    'It sends 7.5 times as much as SSE, the cheapest here.',
    'It sends the least here.',
    'It sends as good as the least here, which is that of SSE.',
  ])
})

test('where a minute is soon enough and events are frequent, polling is the cheapest', () => {
  expect(fitsOf({ fresh: '60' })).toEqual({ polling: 'yes', 'long-polling': 'maybe', sse: 'yes', wss: 'yes' })
})

test('what is little for each client is no price, whatever it is a multiple of', () => {
  const [polling] = advise({ ...usual, fresh: '60', often: '0.01' }, measured)
  expect([polling!.fits, polling!.reasons[1]]).toEqual([
    'yes',
    'It sends 9.6 times as much as SSE, the cheapest here; little all the same.',
  ])
})

describe('2 % more is no other verdict', () => {
  const pairs: [string, number, number][] = [
    ['just over twice the cheapest', 199, 203],
    ['and a third one just over that', 203, 207],
    ['far from it', 946, 962],
  ]
  test.each(pairs)('%s', (_, one, other) => {
    const prices = pricesOf(
      [
        ['sse', 100],
        ['polling', one],
        ['long-polling', other],
      ],
      1,
    )
    expect(prices.get('polling')![0]).toBe(prices.get('long-polling')![0])
  })
  test('in every case', () => {
    for (const clients of [10, 1000])
      for (let bytes = 20 * clients; bytes < 5000 * clients; bytes *= 1.05) {
        const prices = pricesOf(
          [
            ['wss', 100 * clients],
            ['polling', bytes],
            ['sse', bytes * 1.02],
          ],
          clients,
        )
        expect(prices.get('polling')![0]).toBe(prices.get('sse')![0])
      }
  })
  test('who is too late is not the cheapest', () => {
    const slow = measured.map((each) => (each.transport === 'sse' ? { ...each, medianMs: 2000 } : each))
    const [, , sse, wss] = advise(usual, slow)
    expect([sse!.fits, sse!.reasons.join(' ')]).toEqual(['maybe', expect.not.stringContaining('It sends')])
    expect(wss!.reasons[1]).toBe('It sends the least here.')
  })
})

describe('what rules one out', () => {
  test.each<[string, Partial<Case>, string, string]>([
    ['a proxy that buffers', { between: 'buffers' }, 'sse', 'no'],
    ['no Upgrade', { between: 'upgrade' }, 'wss', 'no'],
    ['six connections', { between: 'http1' }, 'sse', 'maybe'],
    ['a client that speaks all the time', { speaks: 'stream' }, 'sse', 'no'],
    ['a hundred thousand who ask', { clients: '100000' }, 'polling', 'no'],
    ['what cannot be, and a price besides', { speaks: 'stream', clients: '100000' }, 'sse', 'no'],
    ['questions for nothing', { often: '0.01', fresh: '10' }, 'polling', 'maybe'],
  ])('%s', (_, changes, transport, fits) => {
    expect(fitsOf(changes)[transport]).toBe(fits)
  })

  test('a round trip that is longer than an event may come late', () => {
    const slow = measured.map((each) => ({ ...each, tripMs: 700, medianMs: 900 }))
    expect(fitsOf({}, slow).polling).toBe('no')
  })
})

describe('loads are those of the case, whatever the rate was when it was measured', () => {
  // Polling: a pause of 1 s − 1.5 · 10 ms, so a question each 995 ms, whatever happens; 640 bytes each, and 90 for an event.
  // Long polling: n = rt + e^(−rt) events in an answer, of 810 bytes without them; after 25 s it is answered without one.
  test.each<[string, string, string, string]>([
    ['1', '1,005 questions and 733 kB a second', '1,000 questions and 900 kB a second', '120 kB a second'],
    ['20', '1,005 questions and 2.4 MB a second', '19,632 questions and 17.7 MB a second', '2.4 MB a second'],
    ['0.01', '1,005 questions and 644 kB a second', '45 questions and 38 kB a second', '1.2 kB a second'],
  ])('%s events a second', (often, polls, longPolls, stream) => {
    const [polling, longPolling, sse] = advise({ ...usual, clients: '1000', often }, measured)
    expect(polling!.reasons[0]).toContain(polls)
    expect(longPolling!.reasons[0]).toContain(longPolls)
    expect(sse!.reasons[0]).toContain(`costs 120 B as measured: ${stream}`)
  })
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

test.each<[string, Partial<Measured>]>([
  ['no event', { events: 0 }],
  ['no clock', { medianMs: NaN }],
  ['no question that was answered', { tripMs: NaN }],
  ['no questions counted', { requestsPerEvent: 0 }],
])('%s: of polling nothing is said but that, and the others keep theirs', (_, changes) => {
  const some = measured.map((each) => (each.transport === 'polling' ? { ...each, ...changes } : each))
  const [polling, ...others] = advise(usual, some)
  expect(polling).toEqual({
    transport: 'polling',
    fits: 'maybe',
    reasons: [expect.stringContaining('did not measure')],
  })
  expect(others).toEqual(advise(usual, measured).slice(1))
})
