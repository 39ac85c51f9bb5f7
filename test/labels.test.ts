// The names in the overview: where dots are close they lie over no dot, no whisker and no other name; and the axis reaches what is there.
import { expect, test } from 'vitest'
import { ASIDE_PX, covered, labelled } from '../public/labels.ts'
import type { Box, Marked } from '../public/labels.ts'
import { SCALE_MS } from '../public/samples.ts'
import { rangeAround, sizeName, sizesIn } from '../public/sizes.ts'

const HEIGHT = 16
/** The plot at 390 px, and on a desk. */
const narrow: Box = { left: 50, right: 300, top: 12, bottom: 195 }
const wide: Box = { left: 52, right: 680, top: 12, bottom: 420 }

/** Where the page draws them: its axis of bytes reaches around what is there, so dots are as far apart, and as near to its edges. */
function at({ left, right, top, bottom }: Box, dots: [name: string, bytes: number, ms: number, p95: number][]) {
  const share = (value: number, [low, high]: readonly [number, number]) => Math.log(value / low) / Math.log(high / low)
  const y = (ms: number) => bottom - share(ms, SCALE_MS) * (bottom - top)
  const range = rangeAround(dots.map(([, bytes]) => bytes))
  return dots.map(([name, bytes, ms, p95]): Marked => ({
    ...{ name, y: y(ms), top: y(p95), width: name.length * 8 },
    x: left + share(bytes, range) * (right - left),
  }))
}

const over = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

/** What lies over what. */
function faults(marked: Marked[], plot: Box, had = new Map<string, number>()): string[] {
  const within = { ...plot, right: plot.right + ASIDE_PX }
  const boxes = labelled(marked, { height: HEIGHT, scale: 1, within, had })
  return boxes.flatMap((box, i) => {
    const { name } = marked[i]!
    const found = marked.filter((each) => covered(each, 1).some((part) => over(box, part))).map((each) => each.name)
    const names = marked.filter((_, other) => other > i && over(box, boxes[other]!)).map((each) => each.name)
    const isOut =
      box.left < within.left || box.right > within.right || box.top < within.top || box.bottom > within.bottom
    return [...found, ...names, ...(isOut ? ['the edge'] : [])].map((what) => `“${name}” over ${what}`)
  })
}

const calm: Parameters<typeof at>[1] = [
  ['polling', 137, 500, 960],
  ['long-polling', 307, 7, 11],
  ['sse', 145, 6, 9],
  ['wss', 123, 3, 5],
]
const starting: typeof calm = calm.map(([name, bytes, median]) => [name, bytes, median, median > 100 ? 960 : 190])
const frozen: typeof calm = calm.map(([name, bytes, median], i) =>
  i === 2 ? ['sse: nothing for 18 s', bytes, median, median] : [name, bytes, median, median * 2],
)
test.each([
  ['on a telephone', narrow, calm],
  ['on a telephone, with long whiskers', narrow, starting],
  ['on a telephone, one frozen', narrow, frozen],
  ['wide', wide, calm],
  ['wide, with long whiskers', wide, starting],
  ['wide, one frozen', wide, frozen],
])('%s no name lies over anything', (_, plot, dots) => {
  expect(faults(at(plot, dots), plot)).toEqual([])
})

test('where there is room each stands at the right of its dot', () => {
  const marked = at(wide, [
    ['polling', 15, 500, 900],
    ['wss', 100, 3, 5],
  ])
  const boxes = labelled(marked, { height: HEIGHT, scale: 1, within: wide, had: new Map() })
  for (const [i, box] of boxes.entries()) {
    expect(box.left - marked[i]!.x).toBeCloseTo(13)
    expect((box.top + box.bottom) / 2).toBeCloseTo(marked[i]!.y)
  }
})

test('wherever four dots are, seldom is there no room; and a name does not flicker between two places', () => {
  let seed = 7
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
  let crowded = 0
  for (let n = 0; n < 300; n++) {
    const dots = calm.map(([name]): (typeof calm)[number] => {
      const median = 2 * 300 ** random()
      return [name, 15 * 50 ** random(), median, median * (1 + 3 * random())]
    })
    if (faults(at(narrow, dots), narrow).length > 0) crowded++
  }
  expect(crowded).toBeLessThan(6)

  const had = new Map<string, number>()
  let moves = 0
  for (let n = 0; n < 100; n++) {
    const before = [...had.values()].join()
    const jitter = n % 2 ? 1.01 : 1
    faults(
      at(
        narrow,
        calm.map(([name, bytes, ...rest]): (typeof calm)[number] => [name, bytes * jitter, ...rest]),
      ),
      narrow,
      had,
    )
    if (n > 2 && [...had.values()].join() !== before) moves++
  }
  expect(moves).toBe(0)
})

test.each<[string, number[], [number, number]]>([
  ['nothing', [], [10, 100]],
  ['a calm lab', [123, 145, 101, 307], [50, 500]],
  ['one that costs more', [123, 2500], [100, 5000]],
  ['far apart', [60, 30_000], [50, 50_000]],
  ['just at an edge', [100, 1000], [50, 2000]],
  ['alone', [150], [50, 500]],
  ['less than it can show', [2], [10, 100]],
  ['more than it can show', [1e9], [100_000, 1e6]],
])('the axis of bytes reaches around what is there, by a decade at least: %s', (_, values, range) => {
  expect(rangeAround(values)).toEqual(range)
})

test('it does not jump to and fro with what trembles at its edge, and gets shorter when much less is there', () => {
  let range = rangeAround([110, 2000])
  const seen = new Set<string>()
  for (let n = 0; n < 20; n++) {
    range = rangeAround([n % 2 ? 110 : 121, 2000], range)
    if (n > 0) seen.add(range.join())
  }
  expect(seen.size).toBe(1)
  expect(rangeAround([123, 900], [50, 2000])).toEqual([50, 2000])
  expect(rangeAround([123, 300], [50, 20_000])).toEqual([50, 500])
})

test('it names each step where they are few, and else the decades', () => {
  expect(sizesIn([50, 500]).map(sizeName)).toEqual(['50 B', '100 B', '200 B', '500 B'])
  expect(sizesIn([500, 5000]).map(sizeName)).toEqual(['500 B', '1 kB', '2 kB', '5 kB'])
  expect(sizesIn([50, 5000]).map(sizeName)).toEqual(['100 B', '1 kB'])
  expect(sizesIn([100_000, 1e6]).map(sizeName)).toEqual(['100 kB', '200 kB', '500 kB', '1 MB'])
})
