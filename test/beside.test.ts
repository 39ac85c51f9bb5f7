// What a storm does to the lanes, in words: measured before it and from the drop to the last return, of those alone that have both.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Bench } from '../public/bench.ts'
import { beside } from '../public/beside.ts'
import type { Storm } from '../public/door.ts'
import type { Lane } from '../public/lane.ts'
import { samples } from '../public/samples.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

/** Of the lab's clock, when the page's is at 0. */
const EPOCH = 1_800_000_000_000

function scene() {
  let tell = () => undefined as void
  const bench = {
    ...{ storm: null as Storm | null, stormElsewhere: false },
    clock: { toPage: (ms: number) => ms - EPOCH },
    subscribe(listener: () => void) {
      tell = listener
      return () => undefined
    },
  }
  const lanes = ['polling', 'sse', 'wss'].map((name) => ({ name, state: 'open', samples: samples() }))
  let droppedAt: number | null = null
  const others = beside(lanes as unknown as Lane[], bench as unknown as Bench)
  function reads(phase: Storm['phase'], at: number | null, backMsMax: number | null) {
    bench.storm = { lane: 'sse', phase, droppedAt: at === null ? null : EPOCH + at, backMsMax } as Storm
    tell()
  }
  return {
    lanes,
    text: others.text,
    isLooking: () => others.isLooking,
    /** A second with as many events in each lane as are told, each so long under way. */
    second(ms: number, names = ['polling', 'sse', 'wss'], events = 10) {
      for (let n = 0; n < events; n++) {
        vi.advanceTimersByTime(1000 / events)
        const received = performance.now()
        for (const lane of lanes.filter(({ name }) => names.includes(name)))
          lane.samples.add({ id: `e.${received}`, due: 0, received, latencyMs: ms, isNote: false })
      }
      for (const lane of lanes) lane.samples.sumUp(performance.now())
    },
    isElsewhere(is: boolean) {
      bench.stormElsewhere = is
      tell()
    },
    /** A reading: what it tells has just happened. */
    is(phase: Storm['phase']) {
      if (phase === 'opening') droppedAt = null
      if (phase === 'dropped') droppedAt = performance.now()
      reads(phase, droppedAt, droppedAt === null ? null : performance.now() - droppedAt)
    },
    /** A reading that comes later than what it tells. */
    reads,
  }
}

test('medians before it and from the drop on, of all lanes; what comes after it changes nothing', () => {
  const { second, is, text } = scene()
  for (let n = 0; n < 5; n++) second(3)
  expect(text()).toBe('')
  is('opening')
  second(41)
  expect(text()).toBe('')
  is('dropped')
  second(43)
  const words =
    'polling 3.0 ms → 43 ms, sse 3.0 ms → 43 ms and wss 3.0 ms → 43 ms (median latency before it, and from the drop on)'
  expect(text()).toContain(words)
  is('done')
  for (let n = 0; n < 5; n++) second(900)
  expect(text()).toContain(words)
})

test('a lane that rests, has too few, or was set anew is left out; the next storm is measured by itself', () => {
  const { second, is, text, lanes } = scene()
  second(3)
  is('dropped')
  second(50, ['wss'])
  second(50, ['polling'], 2)
  expect(text()).toMatch(/: wss 3\.0 ms → 50 ms \(/)
  lanes[2]!.samples.reset(performance.now())
  second(50, ['wss'])
  expect(text()).toBe('')
  is('failed')
  lanes[0]!.state = 'paused'
  second(7, ['wss'])
  is('dropped')
  second(70)
  expect(text()).toMatch(/: wss 7\.0 ms → 70 ms \(/)
})

test('before a second storm are the 10 s before it, but for what came in the first one; too little of that is nothing', () => {
  const { second, is, text } = scene()
  second(2)
  is('dropped')
  for (let n = 0; n < 20; n++) second(41)
  is('done')
  for (let n = 0; n < 5; n++) second(3)
  is('dropped')
  second(60)
  expect(text()).toContain('polling 3.0 ms → 60 ms, sse 3.0 ms → 60 ms and wss 3.0 ms → 60 ms (')
  is('done')
  second(3, ['polling', 'wss'], 4)
  is('dropped')
  second(60)
  expect(text()).toBe('')
  is('done')
  for (let n = 0; n < 30; n++) second(n < 15 ? 500 : 4)
  is('dropped')
  second(60)
  expect(text()).toContain('polling 4.0 ms → 60 ms, sse 4.0 ms → 60 ms and wss 4.0 ms → 60 ms (')
})

test('nor does what came in a storm of another page count as before it', () => {
  const { second, is, isElsewhere, text } = scene()
  isElsewhere(true)
  for (let n = 0; n < 6; n++) second(41)
  isElsewhere(false)
  for (let n = 0; n < 3; n++) second(3)
  is('dropped')
  second(60)
  expect(text()).toContain('polling 3.0 ms → 60 ms, sse 3.0 ms → 60 ms and wss 3.0 ms → 60 ms (')
})

test('the window is from the drop until the last was back, however late a reading tells of both', () => {
  const { second, is, reads, text, isLooking } = scene()
  second(3)
  is('opening')
  const droppedAt = performance.now()
  second(40, undefined, 20)
  reads('dropped', droppedAt, 900)
  second(60, undefined, 30)
  expect([text(), isLooking()]).toEqual([expect.stringContaining('3.0 ms → 60 ms'), true])
  second(900, undefined, 50) // the calm in which its clients stay
  reads('done', droppedAt, 1500)
  expect([text(), isLooking()]).toEqual([expect.stringContaining('3.0 ms → 40 ms'), false])
})

test('one that ends before its drop did nothing, and is looked at no longer', () => {
  const { second, is, text, isLooking } = scene()
  second(3)
  expect(isLooking()).toBe(false)
  is('opening')
  expect([text(), isLooking()]).toEqual(['', true])
  is('failed')
  expect([text(), isLooking()]).toEqual(['', false])
})

test('where all were back before much has come, a second from the drop on is looked at', () => {
  const { second, is, text, isLooking } = scene()
  second(3)
  is('dropped')
  vi.advanceTimersByTime(300)
  is('done')
  expect([text(), isLooking()]).toEqual(['', true])
  for (const ms of [50, 60, 900]) second(ms, ['wss'], 20)
  expect(text()).toMatch(/: wss 3\.0 ms → 50 ms \(/)
  expect(isLooking()).toBe(false)
})

test('what was found stays when its events have left the log', () => {
  const { second, is, text } = scene()
  second(3)
  is('dropped')
  second(41)
  is('done')
  const words = text()
  expect(words).toContain('→ 41 ms')
  second(900, ['polling', 'wss'], 31_000)
  expect(text()).toBe(words)
})
