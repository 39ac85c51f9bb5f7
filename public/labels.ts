// Where the names in the overview stand: beside their dots, where they lie over no dot, no whisker and no other name.
export interface Box {
  left: number
  right: number
  top: number
  bottom: number
}

/** All in pixels of the canvas; `top` is the end of its whisker. */
export interface Marked {
  name: string
  x: number
  y: number
  top: number
  /** Of its words. */
  width: number
}

export interface Room {
  /** Of the words. */
  height: number
  /** Pixels of the canvas for one of CSS. */
  scale: number
  within: Box
  /** Which place each name had, by its number: it moves only to a better one that is clearly free, or else it would flicker. */
  had: Map<string, number>
}

export const DOT_PX = 7
export const CAP_PX = 5
/** A name may stand so far over the right edge of the plot, where nothing else is. */
export const ASIDE_PX = 16
const GAP_PX = 6
const CLEAR_PX = 4
/** Worse than any overlap. */
const OUTSIDE = 1e9

const area = (a: Box, b: Box, by = 0) =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left) + 2 * by) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) + 2 * by)
const isInside = (a: Box, b: Box) => a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom

/** What a dot and its whisker cover. */
export function covered({ x, y, top }: Marked, scale: number): Box[] {
  const [dot, cap] = [(DOT_PX + 1) * scale, CAP_PX * scale]
  return [
    { left: x - dot, right: x + dot, top: y - dot, bottom: y + dot },
    { left: x - scale, right: x + scale, top, bottom: y },
    { left: x - cap, right: x + cap, top: top - scale, bottom: top + scale },
  ]
}

/** How far aside, in widths of the name, and then how far away, in its heights, where the first four places are taken. */
const SHIFTS = [-0.5, -0.25, -0.75, 0, -1]
const STEPS = [0.5, -0.5, 1, -1, 1.5, -1.5, 2, -2, 3, -3]

/** Right, left, above, below; then what is off these. */
function places({ x, y, top, width }: Marked, { height, scale }: Room): Box[] {
  const away = (DOT_PX + GAP_PX) * scale
  const over = Math.min(top, y - DOT_PX * scale) - GAP_PX * scale - height
  const box = (left: number, up: number) => ({ left, right: left + width, top: up, bottom: up + height })
  const aside = (by: number) => [x + away, x - away - width].map((left) => box(left, y + (by - 0.5) * height))
  const level = (by: number, shift: number) =>
    [over - by * height, y + away + by * height].map((up) => box(x + shift * width, up))
  return [
    ...[...aside(0), ...level(0, -0.5), ...STEPS.flatMap(aside)],
    ...[0, 0.5, 1, 1.5, 2].flatMap((by) => SHIFTS.flatMap((shift) => level(by, shift))),
  ]
}
const FIRST = 4

/** Its places by their numbers: the first, and then the nearest first. */
function inOrder(boxes: readonly Box[], { x, y }: Marked): number[] {
  const beyond = (value: number, low: number, high: number) => Math.max(low - value, 0, value - high)
  const far = boxes.map(({ left, right, top, bottom }) => Math.hypot(beyond(x, left, right), beyond(y, top, bottom)))
  const numbers = [...boxes.keys()]
  return [...numbers.slice(0, FIRST), ...numbers.slice(FIRST).toSorted((a, b) => far[a]! - far[b]!)]
}

/** @returns a box for each, in their order; the lowest choose first. */
export function labelled(marked: readonly Marked[], room: Room): Box[] {
  const taken = marked.flatMap((each) => covered(each, room.scale))
  const found = new Map<Marked, Box>()
  for (const each of marked.toSorted((a, b) => b.y - a.y)) {
    const had = room.had.get(each.name)
    const all = places(each, room)
    const overlap = (box: Box, by = 0) => taken.reduce((sum, other) => sum + area(box, other, by), 0)
    const isFree = (index: number) =>
      isInside(all[index]!, room.within) && overlap(all[index]!, index === had ? 0 : (CLEAR_PX * room.scale) / 2) === 0
    const cost = (box: Box) => overlap(box) + (isInside(box, room.within) ? 0 : OUTSIDE)
    const order = inOrder(all, each)
    const index =
      order.find(isFree) ?? order.reduce((best, other) => (cost(all[other]!) < cost(all[best]!) ? other : best))
    room.had.set(each.name, index)
    found.set(each, all[index]!)
    taken.push(all[index]!)
  }
  return marked.map((each) => found.get(each)!)
}
