// The lines above the lanes: what is compared, over which HTTP, and that a lane which brings nothing is named and compared with nobody.
import { expect, test } from 'vitest'
import type { Lane } from '../public/lane.ts'
import type { Cost } from '../public/meter.ts'
import { samples } from '../public/samples.ts'
import { verdict } from '../public/summary.ts'
import type { Seen } from '../public/summary.ts'

interface Given {
  name: string
  ms: number
  bytes: number
  silentMs?: number
  http?: string
}

const NOW = 10_000

function seen(given: readonly Given[]): Seen {
  const lanes = given.map(({ name, ms }) => {
    const mine = samples()
    for (let received = 5000; received < 5010; received++)
      mine.add({ id: `e.${received}`, due: 0, received, latencyMs: ms, isNote: false })
    mine.sumUp(NOW)
    return { name, state: 'open', samples: mine } as unknown as Lane
  })
  const of = (lane: Lane) => given[lanes.indexOf(lane)]!
  return {
    lanes,
    meter: { of: (lane) => ({ perEvent: of(lane).bytes }) as Cost },
    silent: { of: (lane) => of(lane).silentMs },
    spoken: {
      of(name) {
        const http = given.find((each) => each.name === name)?.http
        return http === undefined ? undefined : { http, tls: 'TLS 1.3' }
      },
    },
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

test('when fewer than two are left, that alone is said', () => {
  expect(verdict(seen([{ ...sse, silentMs: 12_000 }, wss]))).toEqual(['sse has brought nothing for 12 s.'])
  const dead = [polling, sse, wss].map((each, n) => ({ ...each, silentMs: 12_000 + n * 1000 }))
  expect(verdict(seen(dead))).toEqual(['No lane has brought anything for 12 s.'])
})
