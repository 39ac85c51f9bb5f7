// What is drawn over the axes of the overview: a dot for each lane with its name, the whisker up to p95, and the trail behind it. The dot of
// a lane that has no figure now is hollow: it is where the lane was.
import { fontOf } from './axes.ts'
import { ASIDE_PX, CAP_PX, DOT_PX, labelled } from './labels.ts'
import { haloed } from './marks.ts'
import type { Plane } from './marks.ts'
import { TRAIL_MS } from './spot.ts'
import type { Spot, Standing } from './spot.ts'

export interface Dot {
  name: string
  colour: string
  standing: Pick<Standing, 'shown' | 'trail'>
  /** Why it has no figure now; empty when it has. */
  why: string
}
type Shown = Dot & { shown: Spot }
const shownOf = (dots: readonly Dot[]): Shown[] =>
  dots.flatMap((dot) => (dot.standing.shown ? [{ ...dot, shown: dot.standing.shown }] : []))

export function drawTrails({ ctx, now, x, y }: Plane, dots: readonly Dot[]) {
  ctx.lineWidth = 2 * devicePixelRatio
  for (const { standing, colour } of dots) {
    ctx.strokeStyle = colour
    const steps = standing.trail(now)
    for (const [i, { at, place, isAfterGap }] of steps.entries()) {
      const before = steps[i - 1]
      if (!before || isAfterGap) continue
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
  for (const { shown, colour, why } of shownOf(dots)) {
    const [across, up, top] = [x(shown[0]), y(shown[1]), y(shown[2])]
    const isHollow = why !== ''
    ctx.strokeStyle = ctx.fillStyle = colour
    ctx.lineWidth = 2 * scale
    if (!isHollow) {
      ctx.beginPath()
      ctx.moveTo(across, up)
      ctx.lineTo(across, top)
      ctx.moveTo(across - CAP_PX * scale, top)
      ctx.lineTo(across + CAP_PX * scale, top)
      ctx.stroke()
    }
    ctx.beginPath()
    ctx.arc(across, up, (DOT_PX - (isHollow ? 1 : 0)) * scale, 0, 2 * Math.PI)
    ctx.fillStyle = isHollow ? colours.surface : colour
    ctx.fill()
    ctx.strokeStyle = isHollow ? colour : colours.surface
    ctx.stroke()
  }
}

/** Where there is room for them (labels.ts); `had`: the places of the last time. */
export function drawNames(plane: Plane, dots: readonly Dot[], had: Map<string, number>) {
  const { ctx, left, right, top, bottom, x, y } = plane
  const font = fontOf(14 * devicePixelRatio)
  ctx.font = `600 ${font}`
  ctx.textBaseline = 'middle'
  ctx.textAlign = 'left'
  const marked = shownOf(dots).map(({ name, shown: [bytes, median, p95], colour, why }) => {
    const text = why === '' ? name : `${name}: ${why}`
    const up = y(median)
    const width = ctx.measureText(text).width
    return { name, text, colour, x: x(bytes), y: up, top: why === '' ? Math.min(up, y(p95)) : up, width }
  })
  const height = parseFloat(font) * 1.15
  const room = {
    height,
    had,
    scale: devicePixelRatio,
    within: { left, right: right + ASIDE_PX * devicePixelRatio, top, bottom },
  }
  for (const [index, box] of labelled(marked, room).entries())
    haloed(plane, marked[index]!.text, box.left, (box.top + box.bottom) / 2, marked[index]!.colour)
}
