// The overview: how long events are under way against what each costs in bytes; a dot for each lane, its whisker up to p95, and where
// it has been as knobs were turned. Both axes are logarithmic; the latency axis is that of the lanes.
import uPlot from '/vendor/uplot.js'
import { axis, fill, latencyAxis, latencyScale, noSeries, remOf } from './axes.ts'
import { coloursOf, withColours } from './colours.ts'
import type { Colours } from './colours.ts'
import { TRAIL_MS, drawDots, drawNames, drawTrails } from './dots.ts'
import type { Dot, Spot } from './dots.ts'
import type { Lane } from './lane.ts'
import { layer } from './layer.ts'
import { onLooks } from './looks.ts'
import type { Meter } from './meter.ts'
import { SCALE_MS } from './samples.ts'
import { isResting } from './sight.ts'
import type { Silence } from './silence.ts'

export interface Overview {
  /** Takes a reading, each time that the lanes are summed up. */
  read(now: number): void
  /** Once per animation frame: dots glide to where they are. */
  draw(now: number): void
  /** To be laid on each other. */
  readonly canvases: HTMLCanvasElement[]
  close(): void
}

interface Gliding extends Dot {
  lane: Lane
  element: HTMLElement
  /** Where it is to be. */
  to: Spot | undefined
}

const BYTES = [50, 50_000] as const
const SIZES = new Map([
  [100, '100 B'],
  [1000, '1 kB'],
  [10_000, '10 kB'],
])
/** Each frame a dot goes this part of its way; so near, about a pixel, it is there. */
const GLIDE = 0.12
const NEAR = 0.01
/** Of the trail. */
const STEP_MS = 1000

export interface OverviewOptions {
  lanes: readonly Lane[]
  /** It has the lane's colour in the style sheet. */
  elementOf(lane: Lane): HTMLElement
  meter: Meter
  silent: Silence
}

export function overview(box: HTMLElement, { lanes, elementOf, meter, silent }: OverviewOptions): Overview {
  const still = matchMedia('(prefers-reduced-motion: reduce)')
  const dots: Gliding[] = lanes.map((lane) => ({
    ...{ lane, name: lane.name, element: elementOf(lane), colour: '', silentMs: undefined },
    ...{ to: undefined, shown: undefined, trail: [] },
  }))
  let colours!: Colours
  const unlisten = withColours(box, (next) => {
    colours = next
    for (const dot of dots) dot.colour = coloursOf(dot.element).lane
  })
  /** Something is to be seen that is not drawn yet. */
  let isStale = true
  let made = make()
  const unlook = onLooks(() => {
    made.close()
    made = make()
  })

  function make() {
    const chart = new uPlot(
      {
        width: Math.max(200, box.clientWidth),
        height: Math.max(160, box.clientHeight),
        padding: [12, 16, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false, distr: 3, log: 10, range: () => [BYTES[0], BYTES[1]] }, y: latencyScale },
        axes: [
          axis(() => colours, {
            size: remOf(24),
            label: 'bytes on the wire for each event →',
            labelSize: remOf(20),
            splits: () => [...SIZES.keys()],
            values: (_, splits) => splits.map((each) => SIZES.get(each) ?? ''),
          }),
          latencyAxis(() => colours),
        ],
        series: noSeries(),
        hooks: { draw: [() => paint(performance.now())] }, // another size, other colours
      },
      [[...BYTES], [...SCALE_MS]],
      box,
    )
    const unfill = fill(box, chart)
    function close() {
      unfill()
      chart.destroy()
    }
    return { chart, over: layer(chart), close }
  }

  function paint(now: number) {
    const { chart, over } = made
    const { left, top, width, height } = chart.bbox
    const plane = {
      ...{ ctx: over.ctx, colours, now, left, top, right: left + width, bottom: top + height },
      x: (bytes: number) => chart.valToPos(within(bytes, BYTES), 'x', true),
      y: (ms: number) => chart.valToPos(within(ms, SCALE_MS), 'y', true),
    }
    isStale = false
    over.clear()
    drawTrails(plane, dots)
    drawDots(plane, dots)
    drawNames(plane, dots)
  }

  function readDot(dot: Gliding, now: number) {
    const { lane } = dot
    const { summary } = lane.samples
    const bytes = meter.of(lane)?.perEvent
    dot.silentMs = silent.of(lane)
    if (isResting(lane)) dot.to = dot.shown = undefined
    // What a silent lane brought before stays where it was, hollow.
    if (isResting(lane) || dot.silentMs !== undefined || !summary || summary.n < 3 || bytes === undefined) return
    const last = dot.trail.at(-1)?.at ?? -Infinity
    if (dot.shown && now - last >= STEP_MS) dot.trail.push({ at: now, place: dot.shown })
    while (dot.trail[0] && dot.trail[0].at < now - TRAIL_MS) dot.trail.shift()
    dot.to = [bytes, summary.median, summary.p95 ?? summary.worst].map((value) => within(value, WIDE)) as Spot
  }

  return {
    read(now) {
      isStale = true // a place, a silence, or a trail that fades
      for (const dot of dots) readDot(dot, now)
    },
    draw(now) {
      for (const dot of dots) {
        const { to, shown } = dot
        if (!to || shown?.every((value, i) => value === to[i])) continue
        isStale = true
        const isThere = !shown || still.matches || shown.every((value, i) => Math.abs(to[i]! / value - 1) < NEAR)
        // On a logarithmic scale the way between two places is a factor.
        dot.shown = isThere ? [...to] : (shown.map((value, i) => value * (to[i]! / value) ** GLIDE) as Spot)
      }
      if (isStale && made.chart.status === 1) paint(now)
    },
    get canvases() {
      return [made.chart.ctx.canvas, made.over.canvas]
    },
    close() {
      unlisten()
      unlook()
      made.close()
    },
  }
}

const WIDE = [0.01, 1e9] as const
const within = (value: number, [low, high]: readonly [number, number]) => Math.min(high, Math.max(low, value))
