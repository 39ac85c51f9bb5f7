// What tells the series of a chart apart without their colours: the shape of the dots, and a name at lines that are drawn alike.
import type uPlot from 'uplot'
import { fontOf, remOf } from '../axes.ts'
import { clamped } from '../clamped.ts'

/** In the order in which series of dots get them; learn/keys.css draws the same beside the names. */
export const shapes = ['circle', 'square', 'triangle', 'diamond'] as const
export type Shape = (typeof shapes)[number]

const SIZE_PX = 7
const TYPE_PX = 12

const draw: Record<Shape, (path: Path2D, x: number, y: number, r: number) => void> = {
  circle(path, x, y, r) {
    path.moveTo(x + r, y)
    path.arc(x, y, r, 0, 2 * Math.PI)
  },
  square: (path, x, y, r) => path.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r),
  triangle: (path, x, y, r) =>
    polygon(path, [x, y - 1.2 * r], [x + 1.15 * r, y + 0.9 * r], [x - 1.15 * r, y + 0.9 * r]),
  diamond: (path, x, y, r) => polygon(path, [x, y - 1.35 * r], [x + 1.35 * r, y], [x, y + 1.35 * r], [x - 1.35 * r, y]),
}

function polygon(path: Path2D, [x, y]: [number, number], ...others: [number, number][]) {
  path.moveTo(x, y)
  for (const [toX, toY] of others) path.lineTo(toX, toY)
  path.closePath()
}

/** Where a value is drawn, in pixels of the canvas. What lies beyond the scale is drawn at its edge: nothing measured is hidden. */
function yOf({ bbox, valToPos }: uPlot, value: number): number {
  return clamped(valToPos(value, 'y', true), bbox.top, bbox.top + bbox.height)
}

/** The dots of a series, as a path that uPlot fills. */
export function dotsOf(shape: Shape): uPlot.Series.PathBuilder {
  return (chart, series, from, to) => {
    const fill = new Path2D()
    const r = (remOf(SIZE_PX) * devicePixelRatio) / 2
    const [xs, ys] = [chart.data[0], chart.data[series]!]
    for (let i = from; i <= to; i++) {
      const [x, y] = [xs[i], ys[i]]
      if (typeof x === 'number' && typeof y === 'number')
        draw[shape](fill, chart.valToPos(x, 'x', true), yOf(chart, y), r)
    }
    return { fill }
  }
}

/** The last of those with the highest value. */
const topOf = (all: readonly number[], valueOf: (each: number) => number): number | undefined =>
  all.reduce<number | undefined>(
    (top, each) => (top === undefined || valueOf(each) >= valueOf(top) ? each : top),
    undefined,
  )

export interface Named {
  name: string
  colour: string
  /** Behind the letters, so that they can be read before dots. */
  ground: string
}

/** Writes the name of each line above its highest point; those that would lie on each other, above each other. Undefined: none. */
export function drawNames(chart: uPlot, series: readonly (Named | undefined)[]): void {
  const { ctx, bbox, data } = chart
  const line = remOf(TYPE_PX) * 1.25 * devicePixelRatio
  const apart = 4 * devicePixelRatio
  const places = series.flatMap((named, index) => {
    const ys = data[index + 1]!
    const known = [...ys.keys()].filter((i) => typeof ys[i] === 'number')
    const top = topOf(known, (i) => ys[i]!)
    if (!named || top === undefined) return []
    return [{ ...named, x: chart.valToPos(data[0][top]!, 'x', true), y: yOf(chart, ys[top]!) }]
  })
  ctx.font = fontOf(TYPE_PX * devicePixelRatio)
  ctx.textBaseline = 'bottom'
  ctx.lineJoin = 'round'
  ctx.lineWidth = 4 * devicePixelRatio
  let above = bbox.top + bbox.height
  for (const { name, colour, ground, x, y } of places.sort((a, b) => b.y - a.y)) {
    const bottom = Math.max(bbox.top + line, Math.min(above, y - line / 3))
    above = bottom - line
    const isRight = x > bbox.left + bbox.width / 2
    ctx.textAlign = isRight ? 'right' : 'left'
    const at = isRight ? Math.min(x, bbox.left + bbox.width) - apart : Math.max(x, bbox.left) + apart
    ctx.strokeStyle = ground
    ctx.strokeText(name, at, bottom)
    ctx.fillStyle = colour
    ctx.fillText(name, at, bottom)
  }
}
