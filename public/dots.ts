// What is drawn over the axes of the overview: a dot for each lane with its name, the whisker up to p95, and the trail behind it. The dot of
// a lane that brings nothing is hollow: it is where the lane was.
import { fontOf } from './axes.ts'
import { haloed } from './marks.ts'
import type { Plane } from './marks.ts'
import { span } from './words.ts'

/** Bytes per event, median ms, p95 ms. */
export type Spot = [bytes: number, median: number, p95: number]

export interface Dot {
  name: string
  colour: string
  shown: Spot | undefined
  trail: { at: number; place: Spot }[]
  /** For so long it has brought nothing that it should have. */
  silentMs: number | undefined
}
type Shown = Dot & { shown: Spot }
const isShown = (dot: Dot): dot is Shown => dot.shown !== undefined

export const TRAIL_MS = 40_000
const DOT_PX = 7
const BESIDE_PX = 13

export function drawTrails({ ctx, now, x, y }: Plane, dots: readonly Dot[]) {
  ctx.lineWidth = 2 * devicePixelRatio
  for (const { trail, colour, shown } of dots) {
    ctx.strokeStyle = colour
    const points = [...trail, ...(shown ? [{ at: now, place: shown }] : [])]
    for (const [i, { at, place }] of points.entries()) {
      const before = points[i - 1]
      if (!before) continue
      ctx.globalAlpha = 0.6 * Math.max(0, 1 - (now - at) / TRAIL_MS)
      ctx.beginPath()
      ctx.moveTo(x(before.place[0]), y(before.place[1]))
      ctx.lineTo(x(place[0]), y(place[1]))
      ctx.stroke()
    }
  }
  ctx.globalAlpha = 1
}

export function drawDots({ ctx, colours, x, y }: Plane, dots: readonly Dot[]) {
  const scale = devicePixelRatio
  for (const { shown, colour, silentMs } of dots.filter(isShown)) {
    const [across, up, top] = [x(shown[0]), y(shown[1]), y(shown[2])]
    const isSilent = silentMs !== undefined
    ctx.strokeStyle = ctx.fillStyle = colour
    ctx.lineWidth = 2 * scale
    if (!isSilent) {
      ctx.beginPath()
      ctx.moveTo(across, up)
      ctx.lineTo(across, top)
      ctx.moveTo(across - 5 * scale, top)
      ctx.lineTo(across + 5 * scale, top)
      ctx.stroke()
    }
    ctx.beginPath()
    ctx.arc(across, up, (DOT_PX - (isSilent ? 1 : 0)) * scale, 0, 2 * Math.PI)
    ctx.fillStyle = isSilent ? colours.surface : colour
    ctx.fill()
    ctx.strokeStyle = isSilent ? colour : colours.surface
    ctx.stroke()
  }
}

/** Beside their dots; they make room for each other. */
export function drawNames(plane: Plane, dots: readonly Dot[]) {
  const { ctx, left, right, x, y } = plane
  const scale = devicePixelRatio
  const font = fontOf(14 * scale)
  const height = parseFloat(font) * 1.15
  ctx.font = `600 ${font}`
  ctx.textBaseline = 'middle'
  let below = Infinity
  const shown = dots.filter(isShown)
  for (const { name, shown: place, colour, silentMs } of shown.toSorted((a, b) => a.shown[1] - b.shown[1])) {
    const text = silentMs === undefined ? name : `${name}: nothing for ${span(silentMs)}`
    const [across, up] = [x(place[0]), Math.min(y(place[1]), below - height)]
    below = up
    const width = ctx.measureText(text).width + 16 * scale
    const isTaken = shown.some(({ shown: [bytes, median] }) => {
      const other = x(bytes)
      return other > across && other < across + width && Math.abs(y(median) - up) < height
    })
    const isLeft = across + width > right || (isTaken && across - width > left)
    ctx.textAlign = isLeft ? 'right' : 'left'
    haloed(plane, text, across + (isLeft ? -BESIDE_PX : BESIDE_PX) * scale, up, colour)
  }
}
