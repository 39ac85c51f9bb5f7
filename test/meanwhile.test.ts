// What was done to the lanes, and to the page, while what it shows came in: told for as long as that is in the window, and no longer.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Bench } from '../public/bench.ts'
import { broken } from '../public/broken.ts'
import type { Storm } from '../public/door.ts'
import { hidden } from '../public/hidden.ts'
import type { Lane } from '../public/lane.ts'
import { beliefOf } from '../public/sight.ts'
import { story } from '../public/story.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())
const pass = (seconds: number) => void vi.advanceTimersByTime(1000 * seconds)

function scene() {
  let tell = () => undefined as void
  const bench = {
    ...{ storm: null as Storm | null, stormElsewhere: false },
    subscribe(listener: () => void) {
      tell = listener
      return () => undefined
    },
  }
  const { of, storm } = broken(bench as unknown as Bench)
  return {
    storm,
    of: (lane: object) =>
      of({ door: { settings: { idleCutMs: 0 } }, timesOpened: 1, openSince: 0, ...lane } as unknown as Lane),
    is(phase: Storm['phase']) {
      bench.storm = { lane: 'sse', phase } as Storm
      tell()
    },
    isElsewhere(is: boolean) {
      bench.stormElsewhere = is
      tell()
    },
  }
}

test.each([
  ['freeze', 'frozen 20 s ago', 'frozen until 12 s ago'],
  ['stall', 'stalled 20 s ago', 'stalled until 12 s ago'],
  ['cut', 'cut 20 s ago', 'cut 32 s ago'],
  ['restart', 'restarted 20 s ago', 'restarted 32 s ago'],
] as const)('%s: from its begin until the window has lost what it made late', (fault, during, after) => {
  const { of } = scene()
  const mine = story(fault, performance.now(), '2')
  mine.hit(1)
  pass(20)
  expect(of({ story: mine })).toBe(during)
  mine.event(performance.now(), performance.now(), 0, 0)
  pass(12)
  expect(of({ story: mine })).toBe(after)
  pass(18)
  expect(of({ story: mine })).toBe('')
})

test('a line that the idle cut took is told when it is back; one that reconnects without it is not', () => {
  const { of } = scene()
  pass(60)
  const lane = { door: { settings: { idleCutMs: 10_000 } }, timesOpened: 2, openSince: performance.now() }
  pass(5)
  expect(of(lane)).toBe('without a line until 5 s ago')
  expect(of({ ...lane, timesOpened: 1 })).toBe('')
  expect(of({ timesOpened: 2, openSince: lane.openSince })).toBe('')
  pass(25)
  expect(of(lane)).toBe('')
})

test('a storm, while it is and until the window has lost it', () => {
  const { storm, is } = scene()
  expect(storm()).toBe('')
  is('done') // of before this page looked
  expect(storm()).toBe('')
  is('open')
  pass(40)
  expect(storm()).toBe('During a storm on sse: ')
  is('done')
  pass(5)
  is('done')
  expect(storm()).toBe('5 s after a storm on sse: ')
  pass(25)
  expect(storm()).toBe('')
})

test('a storm of another page is told by the same rule as one of this page; the latest of them', () => {
  const { storm, is, isElsewhere } = scene()
  isElsewhere(false)
  expect(storm()).toBe('')
  isElsewhere(true)
  pass(40)
  expect(storm()).toBe('During a storm of another page: ')
  isElsewhere(false)
  pass(5)
  isElsewhere(false)
  expect(storm()).toBe('5 s after a storm of another page: ')
  is('open')
  expect(storm()).toBe('During a storm on sse: ')
  is('done')
  isElsewhere(true)
  expect(storm()).toBe('During a storm of another page: ') // the one of this page is over, and still told by the lab
  isElsewhere(false)
  pass(29)
  expect(storm()).toBe('29 s after a storm of another page: ')
  pass(1)
  expect(storm()).toBe('')
})

test('that the page was hidden is told as long as the charts lack what came meanwhile', () => {
  const page = Object.assign(new EventTarget(), { hidden: false })
  const { text, close } = hidden(page)
  const show = (isShown: boolean) => {
    page.hidden = !isShown
    page.dispatchEvent(new Event('visibilitychange'))
  }
  pass(60)
  expect(text()).toBe('')
  show(false)
  pass(45)
  show(true)
  expect(text()).toBe('This page was hidden for 45 s: a hidden page does not measure.')
  pass(29)
  expect(text()).not.toBe('')
  pass(1)
  expect(text()).toBe('')
  show(false)
  pass(0.5)
  show(true)
  expect(text()).toBe('') // no hole that one sees
  close()
})

test('a line that looks open is the page’s belief while a fault is on it, or the server has none', () => {
  const is = (lane: object, open: number) => beliefOf(lane as Lane, open)
  for (const open of [is({ state: 'open', story: { over: false } }, 1), is({ state: 'open' }, 0)])
    expect(open).toBe('open, as seen here')
  expect(is({ state: 'open', story: { over: true } }, 1)).toBe('')
  expect(is({ state: 'waiting', story: { over: false } }, 0)).toBe('')
})
