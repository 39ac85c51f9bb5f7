// The lines above the lanes: what is compared, over which HTTP, and that a lane which brings nothing is named and compared with nobody.
import { expect, test } from 'vitest'
import type { Lane } from '../public/lane.ts'
import type { Cost } from '../public/meter.ts'
import { samples } from '../public/samples.ts'
import { agreement } from '../public/agreement.ts'
import { verdict } from '../public/summary.ts'
import type { Seen } from '../public/summary.ts'

interface Given {
  name: string
  /** Undefined: nothing has come. */
  ms: number | undefined
  bytes: number | undefined
  state?: string
  silentMs?: number
  http?: string
  /** How often it connected while the bytes of its price passed. */
  newConnections?: number
  broken?: string
}

const NOW = 10_000

function seen(given: readonly Given[], storm = ''): Seen {
  const lanes = given.map(({ name, ms, state = 'open' }) => {
    const mine = samples()
    for (let received = 5000; received < 5010 && ms !== undefined; received++)
      mine.add({ id: `e.${received}`, due: 0, received, latencyMs: ms, isNote: false })
    mine.sumUp(NOW)
    return { name, state, samples: mine } as unknown as Lane
  })
  const of = (lane: Lane) => given[lanes.indexOf(lane)]!
  return {
    lanes,
    meter: {
      of(lane) {
        const { bytes: perEvent, newConnections = 0 } = of(lane)
        return {
          perEvent,
          newConnections,
          none: perEvent === undefined ? { word: 'storm', why: '' } : undefined,
        } as Cost
      },
    },
    silent: { of: (lane) => of(lane).silentMs },
    spoken: {
      of(name) {
        const http = given.find((each) => each.name === name)?.http
        return http === undefined ? undefined : { http, tls: 'TLS 1.3' }
      },
    },
    broken: { of: (lane) => of(lane).broken ?? '', storm: () => storm },
    perSecond: 10,
  }
}

const polling = { name: 'polling', ms: 500, bytes: 90 }
const sse = { name: 'sse', ms: 4, bytes: 200 }
const wss = { name: 'wss', ms: 5, bytes: 100 }

test('the fastest and the slowest, the dearest and the cheapest, over what all of them speak', () => {
  const all = [polling, sse, wss].map((each) => ({ ...each, http: 'HTTP/2' }))
  expect(verdict(seen(all))).toEqual([
    'sse brings an event in 4.0 ms, polling in 500 ms (medians).',
    'Over HTTP/2 sse costs 200 B an event, polling 90 B, 45 % of it.',
  ])
})

test('where they speak different versions, or nobody told, none is named', () => {
  const price = 'sse costs 200 B an event, wss 100 B, 50 % of it.'
  expect(
    verdict(
      seen([
        { ...sse, http: 'HTTP/2' },
        { ...wss, http: 'HTTP/1.1' },
      ]),
    )[1],
  ).toBe(price)
  expect(verdict(seen([sse, wss]))[1]).toBe(price)
})

test('a lane that brings nothing is named, and is in no comparison', () => {
  expect(verdict(seen([polling, { ...sse, silentMs: 12_400 }, wss]))).toEqual([
    'sse has brought nothing for 12 s. wss brings an event in 5.0 ms, polling in 500 ms (medians).',
    'Each costs about 100 B an event.',
  ])
})

test('lanes that are silent for as long are named together', () => {
  const silent = [polling, sse, wss].map((each, n) => ({ ...each, silentMs: n === 0 ? 20_000 : 12_000 }))
  expect(verdict(seen([...silent, { name: 'long-polling', ms: 6, bytes: 300 }]))[0]).toBe(
    'polling has brought nothing for 20 s and sse and wss have brought nothing for 12 s. long-polling brings an event in 6.0 ms (median).',
  )
})

test('of those that are left it speaks, be it one alone', () => {
  expect(verdict(seen([{ ...sse, silentMs: 12_000 }, wss]))).toEqual([
    'sse has brought nothing for 12 s. wss brings an event in 5.0 ms (median).',
    'wss costs 100 B an event.',
  ])
  expect(verdict(seen([{ ...polling, state: 'off' }, { ...sse, state: 'paused' }, wss]))).toEqual([
    'Fewer than two lanes follow the feed: there is nothing to compare. wss brings an event in 5.0 ms (median).',
    'wss costs 100 B an event.',
  ])
  const dead = [polling, sse, wss].map((each, n) => ({ ...each, silentMs: 12_000 + n * 1000 }))
  expect(verdict(seen(dead))).toEqual(['No lane has brought anything for 12 s.'])
})

test('a lane without a price is named, and still told how late it is', () => {
  expect(verdict(seen([{ ...polling, bytes: undefined }, { ...sse, bytes: 110 }, wss]))).toEqual([
    'sse brings an event in 4.0 ms, polling in 500 ms (medians).',
    'Each of sse and wss costs about 110 B an event. No price of polling (storm).',
  ])
  expect(verdict(seen([polling, { ...sse, bytes: undefined }, { ...wss, bytes: undefined }]))[1]).toBe(
    'polling costs 90 B an event. No price of sse and wss (storm).',
  )
  expect(verdict(seen([sse, wss].map((each) => ({ ...each, bytes: undefined }))))).toEqual([
    'All are about equally fast (median up to 5.0 ms).',
    'No price of sse and wss (storm).',
  ])
})

test('a lane of which too little has come is named, and not counted among those that are fast', () => {
  expect(verdict(seen([{ ...polling, ms: undefined }, sse, wss]))[0]).toBe(
    'sse and wss are about equally fast (median up to 5.0 ms). Of polling too few events have come.',
  )
  expect(verdict(seen([polling, sse].map((each) => ({ ...each, ms: undefined }))))).toEqual(['Looking …'])
})

test('a share that would be rounded to nothing is not told as nothing', () => {
  expect(verdict(seen([{ ...sse, bytes: 44_000 }, wss]))[1]).toBe(
    'sse costs 44 kB an event, wss 100 B, less than 1 % of it.',
  )
})

test('what this page broke is told of the lanes that the sentence names, and of no other', () => {
  const frozen = { ...sse, ms: 17_000, broken: 'frozen until 12 s ago' }
  expect(verdict(seen([polling, frozen, wss]))[0]).toBe(
    'wss brings an event in 5.0 ms, sse in 17 s (medians; sse was frozen until 12 s ago).',
  )
  expect(verdict(seen([polling, { ...frozen, ms: 20 }, wss]))[0]).toBe(
    'wss brings an event in 5.0 ms, polling in 500 ms (medians).',
  )
  const [one, other] = [sse, wss].map((each) => ({ ...each, broken: 'cut 3 s ago' }))
  expect(verdict(seen([one!, other!]))[0]).toBe(
    'All are about equally fast (median up to 5.0 ms; sse and wss were cut 3 s ago).',
  )
  expect(verdict(seen([{ ...polling, silentMs: 9000 }, one!]))[0]).toBe(
    'polling has brought nothing for 9 s. sse brings an event in 4.0 ms (median; sse was cut 3 s ago).',
  )
})

test('a storm is told of all: they share its process', () => {
  expect(verdict(seen([polling, sse, wss], 'During a storm on sse: '))[0]).toBe(
    'During a storm on sse: sse brings an event in 4.0 ms, polling in 500 ms (medians).',
  )
  expect(verdict(seen([sse, wss], '5 s after a storm on sse: '))[0]).toBe(
    '5 s after a storm on sse: all are about equally fast (median up to 5.0 ms).',
  )
})

test('a price that holds a new connection says so', () => {
  expect(verdict(seen([{ ...sse, bytes: 343, newConnections: 1 }, wss]))[1]).toBe(
    'sse costs 343 B an event with a new connection, wss 100 B, 29 % of it.',
  )
  expect(verdict(seen([sse, { ...wss, newConnections: 2 }]))[1]).toBe(
    'sse costs 200 B an event, wss 100 B with 2 new connections, 50 % of it.',
  )
  expect(verdict(seen([{ ...sse, bytes: 110, newConnections: 1 }, wss]))[1]).toBe(
    'Each costs about 110 B an event (sse with a new connection).',
  )
  const fresh = [sse, wss].map((each) => ({ ...each, bytes: 1300, newConnections: 1 }))
  expect(verdict(seen(fresh))[1]).toBe('Each costs about 1.3 kB an event (each with a new connection).')
  expect(verdict(seen([...fresh, { ...polling, bytes: 1300 }]))[1]).toBe(
    'Each costs about 1.3 kB an event (sse and wss with a new connection).',
  )
})

test('how far the feed is, is what lanes have of it: while all are frozen nobody here knows more', () => {
  const at = (name: string, offset: number) =>
    ({ name, state: 'open', tally: { cursor: `abcdefgh.${offset}` } }) as Lane
  const heard = { of: () => undefined }
  expect(agreement([at('polling', 3780), at('sse', 3781)], heard)).toEqual({
    ...{ text: 'The newest event any lane has is #3781; polling is 1 event behind.', agreed: false },
  })
  const alike = [at('polling', 7), at('sse', 7)]
  expect(agreement(alike, heard)).toEqual({ text: 'All 2 lanes are at event #7.', agreed: true })
  const deaf = { text: 'All 2 lanes are at event #7; of what the lab made since, none has heard.', agreed: false }
  expect(agreement(alike, { of: () => 23_000 })).toEqual(deaf)
  expect(agreement(alike, { of: ({ name }) => (name === 'sse' ? 23_000 : undefined) }).agreed).toBe(true)
  const paused: Lane[] = alike.map((lane) => ({ ...lane, state: 'paused' }))
  expect(agreement(paused, heard)).toEqual(deaf)
})
