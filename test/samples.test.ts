// How late the events of a lane were: what is drawn and summed up after a knob was turned is of the new way alone.
import { expect, test } from 'vitest'
import { WINDOW_MS, barMs, samples } from '../public/samples.ts'
import type { Samples } from '../public/samples.ts'

const add = (to: Samples, received: number, latencyMs: number) =>
  to.add({ id: `e.${received}`, due: received - latencyMs, received, latencyMs, isNote: false })

test('what came before a knob was turned is drawn still, and is in no summary and no spread', () => {
  const mine = samples()
  for (const at of [1000, 2000, 3000]) add(mine, at, 500)
  mine.reset(3500)
  expect(mine.summary).toBeUndefined()
  for (const at of [4000, 5000]) add(mine, at, 5)
  const { latencies, fresh } = mine.window(5000)
  expect(latencies).toEqual([500, 500, 500, 5, 5])
  expect(latencies.slice(fresh)).toEqual([5, 5])
  mine.sumUp(5000)
  expect(mine.summary).toMatchObject({ n: 2, median: 5, worst: 5 })
})

test('what has left the picture takes nothing of the new with it', () => {
  const mine = samples()
  for (const at of [1000, 2000]) add(mine, at, 500)
  mine.reset(2500)
  for (const at of [3000, 20_000]) add(mine, at, 5)
  const spread = (now: number) => {
    const { latencies, fresh } = mine.window(now)
    return latencies.slice(fresh)
  }
  expect(spread(WINDOW_MS + 2500)).toEqual([5, 5]) // the first of the old is gone
  expect(spread(WINDOW_MS + 10_000)).toEqual([5]) // all of the old, and one of the new
})

test('all who ask are told the same until it is summed up anew; what a knob made untrue is not', () => {
  const mine = samples()
  add(mine, 1000, 5)
  expect(mine.summary).toBeUndefined()
  mine.sumUp(1000)
  add(mine, 1100, 5)
  expect(mine.summary?.n).toBe(1)
  mine.sumUp(1100)
  expect(mine.summary?.n).toBe(2)
  mine.reset(1350)
  expect(mine.summary).toBeUndefined()
})

test('the spread counts each event of the window since the last knob in its bar, and forgets it with the window', () => {
  const mine = samples()
  /** Counted from the window itself. */
  function expected(now: number) {
    const { latencies, fresh, spread } = mine.window(now)
    for (const bar of spread.keys()) {
      const [from, to] = barMs(bar)
      const within = latencies.slice(fresh).filter((ms) => ms >= from && ms < to)
      expect(spread.get(bar)).toBe(within.length)
    }
    return [...spread.values()].reduce((sum, n) => sum + n, 0)
  }
  for (let n = 0; n < 50; n++) add(mine, 1000 + n * 100, 1 + n)
  expect(expected(6000)).toBe(50)
  mine.reset(6000)
  expect(expected(6000)).toBe(0)
  for (let n = 0; n < 20; n++) add(mine, 7000 + n * 1000, 1.3 ** n)
  expect(expected(27_000)).toBe(20)
  expect(expected(WINDOW_MS + 9500)).toBe(18) // the window is a second longer than what is drawn
  expect(expected(WINDOW_MS + 60_000)).toBe(0)
})
