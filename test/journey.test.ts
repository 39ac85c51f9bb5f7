// An event that is followed: how well its times are known is how well the clock was, when they were taken.
import { afterEach, expect, test, vi } from 'vitest'
import type { Bench } from '../public/bench.ts'
import { journeys } from '../public/journey.ts'
import type { Lane } from '../public/lane.ts'
import type { FeedEvent } from '../src/core/event.ts'

afterEach(() => void vi.unstubAllGlobals())

test('a clock that is known better by now does not narrow what was received before', () => {
  vi.stubGlobal('requestAnimationFrame', () => 0)
  const clock = { errorMs: 6, toPage: (ms: number) => ms }
  const bench = { clock, wire: async () => ({ records: [] }), publishedAt: async () => 0 } as unknown as Bench
  const lanes = ['wss', 'polling'].map((name) => ({ name, tally: { cursor: 'abcdefgh.1' } })) as unknown as Lane[]
  const event = { id: 'abcdefgh.2', at: 100 } as unknown as FeedEvent
  const journey = journeys(bench)
  journey.arm(lanes)
  journey.take(lanes[0]!, event, 103)
  clock.errorMs = 0.6
  journey.take(lanes[1]!, event, 400)
  expect(journey.followed?.errorMs).toBe(6)
  expect(journey.followed?.lanes.get('polling')?.received).toBe(300)
})
