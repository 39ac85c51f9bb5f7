// The overview: how long events are under way against what each costs in bytes; a dot for each lane, its whisker up to p95, and where
// it has been as knobs were turned. Both axes are logarithmic; the latency axis is that of the lanes.
import uPlot from '/vendor/uplot.js'
import { alone, axis, fill, fontOf, latencyAxis, latencyScale } from './axes.ts'
import { coloursOf, withColours } from './colours.ts'
import type { Colours } from './colours.ts'
import type { Lane } from './lane.ts'
import { onLooks } from './looks.ts'
import type { Meter } from './meter.ts'
import { SCALE_MS } from './samples.ts'

export interface Overview {
  /** Takes a reading, once a second. */
  read(now: number): void
  /** Once per animation frame: dots glide to where they are. */
  draw(now: number): void
  readonly canvas: HTMLCanvasElement
  close(): void
}

interface Dot {
  lane: Lane
  element: HTMLElement
  colour: string
  /** Bytes per event, median ms, p95 ms; where it is to be. */
  to: Place | undefined
  shown: Place | undefined
  trail: { at: number; place: Place }[]
}
type Place = [bytes: number, median: number, p95: number]

const BYTES = [50, 50_000] as const
const SIZES = new Map([
  [100, '100 B'],
  [1000, '1 kB'],
  [10_000, '10 kB'],
])
const TRAIL_MS = 40_000
/** Each frame a dot goes this part of its way; so near, it is there. */
const GLIDE = 0.12
const NEAR = 0.002

/** `elementOf` has the lane's colour in the style sheet. */
export function overview(
  box: HTMLElement,
  lanes: readonly Lane[],
  elementOf: (lane: Lane) => HTMLElement,
  meter: Meter,
): Overview {
  const still = matchMedia('(prefers-reduced-motion: reduce)')
  const dots: Dot[] = lanes.map((lane) => ({
    ...{ lane, element: elementOf(lane), colour: '', to: undefined, shown: undefined, trail: [] },
  }))
  let colours!: Colours
  let chart: uPlot | undefined
  let unfill = () => {}
  let now = 0
  /** Something is to be seen that is not drawn yet. */
  let isStale = true

  function make() {
    chart?.destroy()
    unfill()
    chart = new uPlot(
      {
        width: Math.max(200, box.clientWidth),
        height: Math.max(160, box.clientHeight),
        padding: [12, 16, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false, distr: 3, log: 10, range: () => [BYTES[0], BYTES[1]] }, y: latencyScale },
        axes: [
          axis(() => colours, {
            size: 40,
            label: 'bytes on the wire for each event →',
            labelSize: 20,
            splits: () => [...SIZES.keys()],
            values: (_, splits) => splits.map((each) => SIZES.get(each) ?? ''),
          }),
          latencyAxis(() => colours),
        ],
        series: [{}, { show: true, paths: () => null, points: { show: false } }],
        hooks: { draw: [alone(drawTrails), alone(drawDots)] },
      },
      [[...BYTES], [...SCALE_MS]],
      box,
    )
    unfill = fill(box, chart)
  }

  const xOf = (u: uPlot, [bytes]: Place) => u.valToPos(within(bytes, BYTES), 'x', true)
  const yOf = (u: uPlot, ms: number) => u.valToPos(within(ms, SCALE_MS), 'y', true)

  function drawTrails(u: uPlot) {
    const { ctx } = u
    ctx.lineWidth = 2 * devicePixelRatio
    for (const { trail, colour, shown } of dots) {
      ctx.strokeStyle = colour
      const points = [...trail, ...(shown ? [{ at: now, place: shown }] : [])]
      for (const [i, { at, place }] of points.entries()) {
        const before = points[i - 1]
        if (!before) continue
        ctx.globalAlpha = 0.6 * Math.max(0, 1 - (now - at) / TRAIL_MS)
        ctx.beginPath()
        ctx.moveTo(xOf(u, before.place), yOf(u, before.place[1]))
        ctx.lineTo(xOf(u, place), yOf(u, place[1]))
        ctx.stroke()
      }
    }
    ctx.globalAlpha = 1
  }

  function drawDots(u: uPlot) {
    const { ctx } = u
    const scale = devicePixelRatio
    const shown = dots.filter((dot): dot is Dot & { shown: Place } => dot.shown !== undefined)
    for (const { shown: place, colour } of shown) {
      const [x, y, top] = [xOf(u, place), yOf(u, place[1]), yOf(u, place[2])]
      ctx.strokeStyle = ctx.fillStyle = colour
      ctx.lineWidth = 2 * scale
      ctx.beginPath()
      ctx.moveTo(x, y)
      ctx.lineTo(x, top)
      ctx.moveTo(x - 5 * scale, top)
      ctx.lineTo(x + 5 * scale, top)
      ctx.stroke()
      ctx.beginPath()
      ctx.arc(x, y, 7 * scale, 0, 2 * Math.PI)
      ctx.fill()
      ctx.strokeStyle = colours.surface
      ctx.stroke()
    }
    // Labels stand beside their dots, and make room for each other.
    ctx.font = `600 ${fontOf(14 * scale)}`
    ctx.textBaseline = 'middle'
    const height = parseFloat(ctx.font.split(' ')[1] ?? '14') * 1.15
    let below = Infinity
    const right = u.bbox.left + u.bbox.width
    for (const { lane, shown: place, colour } of shown.toSorted((a, b) => a.shown[1] - b.shown[1])) {
      const y = Math.min(yOf(u, place[1]), below - height)
      below = y
      const x = xOf(u, place)
      const width = ctx.measureText(lane.name).width + 16 * scale
      const isTaken = shown.some(
        ({ shown: other }) => xOf(u, other) > x && xOf(u, other) < x + width && Math.abs(yOf(u, other[1]) - y) < height,
      )
      const isLeft = x + width > right || (isTaken && x - width > u.bbox.left)
      ctx.textAlign = isLeft ? 'right' : 'left'
      const at = x + (isLeft ? -13 : 13) * scale
      ctx.lineWidth = 4 * scale
      ctx.strokeStyle = colours.surface
      ctx.strokeText(lane.name, at, y)
      ctx.fillStyle = colour
      ctx.fillText(lane.name, at, y)
    }
  }

  const unlisten = withColours(box, (next) => {
    colours = next
    for (const dot of dots) dot.colour = coloursOf(dot.element).lane
  })
  make()
  const unlook = onLooks(make)

  return {
    read(at) {
      now = at
      isStale = true // a place, or a trail that fades
      for (const dot of dots) {
        const summary = dot.lane.samples.summary(now)
        const bytes = meter.of(dot.lane)?.perEvent
        const isOn = dot.lane.state !== 'off' && dot.lane.state !== 'paused'
        if (!isOn || !summary || summary.n < 3 || bytes === undefined) {
          if (!isOn) dot.to = dot.shown = undefined
          continue
        }
        if (dot.shown) dot.trail.push({ at: now, place: dot.shown })
        while (dot.trail[0] && dot.trail[0].at < now - TRAIL_MS) dot.trail.shift()
        dot.to = [bytes, summary.median, summary.p95 ?? summary.worst].map((value) => within(value, WIDE)) as Place
      }
    },
    draw(at) {
      now = at
      for (const dot of dots) {
        const { to, shown } = dot
        if (!to || shown?.every((value, i) => value === to[i])) continue
        isStale = true
        const isThere = !shown || still.matches || shown.every((value, i) => Math.abs(to[i]! / value - 1) < NEAR)
        // On a logarithmic scale the way between two places is a factor.
        dot.shown = isThere ? [...to] : (shown.map((value, i) => value * (to[i]! / value) ** GLIDE) as Place)
      }
      if (isStale) chart!.redraw(false)
      isStale = false
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

const WIDE = [0.01, 1e9] as const
const within = (value: number, [low, high]: readonly [number, number]) => Math.min(high, Math.max(low, value))
