// Where a lane stands in the overview: as its card says, hollow where that has no figure; gliding between what was measured, and never
// through a gap.
import { expect, test } from 'vitest'
import { figureOf } from '../public/figure.ts'
import type { Lane } from '../public/lane.ts'
import type { Cost } from '../public/meter.ts'
import { standing } from '../public/spot.ts'
import type { Spot } from '../public/spot.ts'

const NOW = 60_000
const summary = { n: 200, last: 3, median: 3, p95: 9, worst: 20 }
function figure(
  change: { summary?: unknown; openSince?: number | undefined; over?: boolean },
  cost: Partial<Cost> = { perEvent: 120, none: undefined },
  silentMs?: number,
) {
  const { over, ...rest } = change
  const lane = { samples: { summary, ...rest }, openSince: 0, ...rest, ...(over !== undefined && { story: { over } }) }
  return figureOf(lane as unknown as Lane, { meter: { of: () => cost as Cost }, silent: { of: () => silentMs } }, NOW)
}

test('the figures of the card, and why there are none', () => {
  expect(figure({})).toEqual({ spot: [120, 3, 9], isSteady: true, why: '' })
  expect(figure({}, { perEvent: undefined, none: { word: 'storm', why: '' } })).toMatchObject({
    ...{ spot: undefined, why: 'no figure (storm)' },
  })
  // Below a hundred events the card has no p95, and here is no whisker: it ends where it begins.
  const few = { n: 42, last: 3, median: 3, worst: 190 }
  expect(figure({ summary: few }).spot).toEqual([120, 3, 3])
  expect(figure({ summary: undefined })).toMatchObject({ spot: undefined, why: 'no figure' })
  expect(figure({}, undefined, 12_400)).toMatchObject({ spot: undefined, why: 'nothing for 12 s' })
})

test('while a new connection is in the price nothing leads from the last place to this one', () => {
  expect(figure({}, { perEvent: 700, newConnections: 1 }).isSteady).toBe(false)
})

test.each([
  ['while the line is not open', { openSince: undefined }],
  ['just after it opened', { openSince: NOW - 1000 }],
  ['while it recovers from a fault', { over: false }],
])('%s nothing leads from the last place to this one', (_, change) => {
  expect(figure(change).isSteady).toBe(false)
})

const low: Spot = [100, 3, 9]
const high: Spot = [400, 3000, 9000]
function measured(...spots: (Spot | undefined)[]) {
  const mine = standing()
  for (const [n, spot] of spots.entries()) mine.measure(n * 1000, { spot, isSteady: true })
  return mine
}

test('between two measured neighbours it glides, and gets there', () => {
  const mine = measured(low, high)
  expect(mine.shown).toEqual(low)
  expect(mine.move(false)).toBe(true)
  const [bytes, median] = mine.shown!
  expect([bytes > 100 && bytes < 400, median > 3 && median < 3000]).toEqual([true, true])
  for (let frame = 0; frame < 100; frame++) mine.move(false)
  expect(mine.shown).toEqual(high)
  expect(mine.move(false)).toBe(false)
})

test('for who wants no motion it does not', () => {
  const mine = measured(low, high)
  expect(mine.move(true)).toBe(true)
  expect(mine.shown).toEqual(high)
})

test('without a figure it stays, and after that it is where it is at once', () => {
  const mine = measured(low, undefined)
  mine.move(false)
  expect(mine.shown).toEqual(low)
  mine.measure(2000, { spot: high, isSteady: true })
  expect(mine.shown).toEqual(high)
  expect(mine.move(false)).toBe(false)
})

test('while nothing leads there, it appears; from then on it glides again', () => {
  const mine = measured(low)
  for (const at of [1000, 1250]) {
    mine.measure(at, { spot: high, isSteady: false })
    expect(mine.shown).toEqual(high)
  }
  mine.measure(2000, { spot: low, isSteady: true })
  expect(mine.shown).toEqual(high)
  mine.move(false)
  expect(mine.shown![0]).toBeLessThan(400)
})

test('its trail has no line across a gap, and fades', () => {
  const mine = measured(low, low, low, undefined, high, high, high)
  expect(mine.trail(7000).map(({ place, isAfterGap }) => [place[0], isAfterGap])).toEqual([
    ...[
      [100, true],
      [100, false],
      [400, true],
      [400, false],
      [400, false],
    ],
  ])
  mine.measure(60_000, { spot: high, isSteady: true })
  expect(mine.trail(60_000).every(({ at }) => at > 50_000)).toBe(true)
})

test('who rests is not there, and appears when it is back', () => {
  const mine = measured(low)
  mine.leave()
  expect([mine.shown, mine.move(false)]).toEqual([undefined, false])
  mine.measure(5000, { spot: high, isSteady: true })
  expect(mine.shown).toEqual(high)
})
