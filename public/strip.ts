// The last thirty seconds of one lane: a dot for each event, as high as it was long under way; at the right edge how they spread, on
// the same scale. Below, a stroke for each request; shaded, when the line was not open.
import uPlot from '/vendor/uplot.js'
import { alone, axis, fill, fontOf, latencyAxis, latencyScale } from './axes.ts'
import { withColours } from './colours.ts'
import type { Colours } from './colours.ts'
import type { Lane } from './lane.ts'
import { onLooks } from './looks.ts'
import { SCALE_MS, WINDOW_MS } from './samples.ts'

export interface Strip {
  /** Once per animation frame. */
  draw(now: number): void
  readonly canvas: HTMLCanvasElement
  close(): void
}

const SECONDS = WINDOW_MS / 1000
/** The spread: so wide beside the dots, so many bars to a factor of ten. */
const SPREAD_PX = 46
const PER_DECADE = 8
const FOOT_PX = 9

export function strip(box: HTMLElement, lane: Lane): Strip {
  let colours!: Colours
  let chart: uPlot | undefined
  let unfill = () => {}
  let now = performance.now()
  /** Of the window, as the numbers have it. */
  let median: number | undefined

  function make() {
    chart?.destroy()
    unfill()
    chart = new uPlot(
      {
        width: Math.max(160, box.clientWidth),
        height: Math.max(120, box.clientHeight),
        padding: [8, SPREAD_PX + 6, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false, auto: false }, y: latencyScale },
        axes: [
          axis(() => colours, {
            size: 22,
            splits: () => [30, 20, 10, 0].map((ago) => now / 1000 - ago),
            values: () => ['30 s ago', '20', '10', 'now'],
            grid: { show: false },
          }),
          latencyAxis(() => colours),
        ],
        series: [{}, { fill: () => colours.lane, width: 0, points: { show: false }, paths: dots }],
        hooks: { drawClear: [alone(drawAway)], draw: [alone(drawAsked), alone(drawSpread), alone(drawNotes)] },
      },
      [[], []],
      box,
    )
    unfill = fill(box, chart)
  }

  function dots(u: uPlot, series: number, from: number, to: number): uPlot.Series.Paths {
    const fill = new Path2D()
    const size = 4 * devicePixelRatio
    const [xs, ys] = [u.data[0], u.data[series]!]
    for (let i = from; i <= to; i++) {
      const x = u.valToPos(xs[i]!, 'x', true) - size / 2
      fill.rect(x, u.valToPos(ys[i]!, 'y', true) - size / 2, size, size)
    }
    return { fill }
  }

  function drawAway(u: uPlot) {
    const { ctx, bbox } = u
    ctx.fillStyle = colours.line
    for (const [from, to] of lane.away) {
      const left = Math.max(bbox.left, u.valToPos(from / 1000, 'x', true))
      const right = Math.min(bbox.left + bbox.width, u.valToPos(Math.min(to, now) / 1000, 'x', true))
      if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height)
    }
  }

  function drawAsked(u: uPlot) {
    const { ctx, bbox } = u
    const bottom = bbox.top + bbox.height
    const height = FOOT_PX * devicePixelRatio
    ctx.fillStyle = colours.text
    for (const at of lane.asked) {
      const x = u.valToPos(at / 1000, 'x', true)
      if (x >= bbox.left) ctx.fillRect(x, bottom - height, devicePixelRatio, height)
    }
  }

  function drawSpread(u: uPlot) {
    const { ctx, bbox } = u
    const scale = devicePixelRatio
    const left = bbox.left + bbox.width + 6 * scale
    const counts = new Map<number, number>()
    // As the median: without what came in another way, before a knob was turned.
    for (const ms of (u.data[1] as number[]).slice(lane.samples.window(now).fresh)) {
      const bucket = Math.floor(Math.log10(ms) * PER_DECADE)
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
    }
    const most = Math.max(1, ...counts.values())
    ctx.fillStyle = colours.lane
    for (const [bucket, count] of counts) {
      const top = u.valToPos(Math.min(SCALE_MS[1], 10 ** ((bucket + 1) / PER_DECADE)), 'y', true)
      const bottom = u.valToPos(Math.max(SCALE_MS[0], 10 ** (bucket / PER_DECADE)), 'y', true)
      ctx.fillRect(
        left,
        top + scale / 2,
        (count / most) * (SPREAD_PX - 2) * scale,
        Math.max(scale, bottom - top - scale),
      )
    }
    if (median === undefined) return
    const y = u.valToPos(Math.max(SCALE_MS[0], Math.min(SCALE_MS[1], median)), 'y', true)
    ctx.strokeStyle = colours.strong
    ctx.lineWidth = 1.5 * scale
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(left + SPREAD_PX * scale, y)
    ctx.stroke()
    ctx.font = fontOf(12 * scale)
    ctx.textAlign = 'left'
    ctx.textBaseline = 'bottom'
    const [text, x] = ['median', bbox.left + 4 * scale]
    ctx.lineWidth = 4 * scale
    ctx.strokeStyle = colours.surface
    ctx.strokeText(text, x, y - 3 * scale)
    ctx.fillStyle = colours.strong
    ctx.fillText(text, x, y - 3 * scale)
  }

  function drawNotes(u: uPlot) {
    const { ctx } = u
    const size = 7 * devicePixelRatio
    for (const [seconds, ms] of lane.samples.window(now).notes) {
      const [x, y] = [u.valToPos(seconds, 'x', true), u.valToPos(ms, 'y', true)]
      if (x < u.bbox.left) continue
      ctx.beginPath()
      ctx.moveTo(x, y - size)
      ctx.lineTo(x + size, y)
      ctx.lineTo(x, y + size)
      ctx.lineTo(x - size, y)
      ctx.closePath()
      ctx.fillStyle = colours.surface
      ctx.fill()
      ctx.strokeStyle = colours.lane
      ctx.lineWidth = 2.5 * devicePixelRatio
      ctx.stroke()
    }
  }

  const unlisten = withColours(box, (next) => (colours = next))
  make()
  const unlook = onLooks(make)

  return {
    draw(at) {
      if (box.clientWidth === 0) return
      now = at
      median = lane.samples.summary(now)?.median
      const { seconds, latencies } = lane.samples.window(now)
      chart!.setData([seconds, latencies], false)
      chart!.setScale('x', { min: now / 1000 - SECONDS, max: now / 1000 })
    },
    get canvas() {
      return chart!.ctx.canvas
    },
    close() {
      unlisten()
      unlook()
      unfill()
      chart!.destroy()
    },
  }
}
