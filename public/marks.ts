// What is drawn of a lane over the axes of its strip: a dot for each event, as high as it was long under way; at the right edge how they
// spread, on the same scale; a stroke for each request at the foot; shaded, when the line was not open.
import { fontOf } from './axes.ts'
import type { Colours } from './colours.ts'
import { barMs, onScale } from './samples.ts'
import type { Window } from './samples.ts'

/** Where it is drawn; all in pixels of the canvas. */
export interface Plane {
  ctx: CanvasRenderingContext2D
  colours: Colours
  /** Of the page's clock (performance.now()), as all times: it stands at the right edge. */
  now: number
  left: number
  right: number
  top: number
  bottom: number
  x(at: number): number
  y(ms: number): number
}

/** The spread: so wide beside the dots, in CSS pixels. */
export const SPREAD_PX = 46
const FOOT_PX = 9
const DOT_PX = 4
const NOTE_PX = 7

export function drawAway(
  { ctx, colours, left, right, top, bottom, now, x }: Plane,
  away: readonly (readonly [number, number])[],
) {
  ctx.fillStyle = colours.line
  for (const [from, to] of away) {
    const start = Math.max(left, x(from))
    const end = Math.min(right, x(Math.min(to, now)))
    if (end > start) ctx.fillRect(start, top, end - start, bottom - top)
  }
}

export function drawAsked({ ctx, colours, left, bottom, x }: Plane, asked: readonly number[]) {
  const height = FOOT_PX * devicePixelRatio
  ctx.fillStyle = colours.text
  for (const at of asked) if (x(at) >= left) ctx.fillRect(x(at), bottom - height, devicePixelRatio, height)
}

export function drawEvents({ ctx, colours, left, x, y }: Plane, { times, latencies }: Window) {
  const size = DOT_PX * devicePixelRatio
  ctx.fillStyle = colours.lane
  for (let i = 0; i < times.length; i++) {
    const across = x(times[i]!)
    if (across >= left) ctx.fillRect(across - size / 2, y(latencies[i]!) - size / 2, size, size)
  }
}

/** As the median: without what came in another way, before a knob was turned. */
export function drawSpread({ ctx, colours, right, y }: Plane, { spread }: Window) {
  const scale = devicePixelRatio
  const most = Math.max(1, ...spread.values())
  ctx.fillStyle = colours.lane
  for (const [bar, count] of spread) {
    const [bottom, top] = barMs(bar).map(y) as [number, number]
    const width = (count / most) * (SPREAD_PX - 2) * scale
    ctx.fillRect(right + 6 * scale, top + scale / 2, width, Math.max(scale, bottom - top - scale))
  }
}

export function drawMedian({ ctx, colours, left, right, y }: Plane, median: number | undefined) {
  if (median === undefined) return
  const scale = devicePixelRatio
  const height = y(onScale(median))
  ctx.strokeStyle = colours.strong
  ctx.lineWidth = 1.5 * scale
  ctx.beginPath()
  ctx.moveTo(left, height)
  ctx.lineTo(right + (6 + SPREAD_PX) * scale, height)
  ctx.stroke()
  ctx.font = fontOf(12 * scale)
  ctx.textAlign = 'left'
  const isBelow = hasNoRoomAbove(height, parseFloat(ctx.font))
  ctx.textBaseline = isBelow ? 'top' : 'bottom'
  haloed({ ctx, colours }, 'median', left + 4 * scale, height + (isBelow ? 3 : -3) * scale, colours.strong)
}

/** Whether a word over a line at this height, from the canvas's upper edge down, would be cut off by that edge. */
export const hasNoRoomAbove = (height: number, letterPx: number) => height < 1.5 * letterPx

/** What people published. */
export function drawNotes({ ctx, colours, left, x, y }: Plane, notes: Window['notes']) {
  const size = NOTE_PX * devicePixelRatio
  ctx.fillStyle = colours.surface
  ctx.strokeStyle = colours.lane
  ctx.lineWidth = 2.5 * devicePixelRatio
  for (const [at, ms] of notes) {
    const [across, up] = [x(at), y(ms)]
    if (across < left) continue
    ctx.beginPath()
    ctx.moveTo(across, up - size)
    ctx.lineTo(across + size, up)
    ctx.lineTo(across, up + size)
    ctx.lineTo(across - size, up)
    ctx.closePath()
    ctx.fill()
    ctx.stroke()
  }
}

/** To be read over whatever is below. */
export function haloed(
  { ctx, colours }: Pick<Plane, 'ctx' | 'colours'>,
  text: string,
  x: number,
  y: number,
  colour: string,
) {
  ctx.lineWidth = 4 * devicePixelRatio
  ctx.lineJoin = 'round'
  ctx.strokeStyle = colours.surface
  ctx.strokeText(text, x, y)
  ctx.fillStyle = colour
  ctx.fillText(text, x, y)
}
