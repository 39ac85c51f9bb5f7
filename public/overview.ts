// The overview: how long events are under way against what each costs in bytes; a dot for each lane, its whisker up to p95, and where
// it has been as knobs were turned. Both axes are logarithmic; the latency axis is that of the lanes.
import uPlot from '/vendor/uplot.js'
import { axis, latencyAxis, latencyScale, noSeries, remOf } from './axes.ts'
import { clamped } from './clamped.ts'
import { coloursOf, withColours } from './colours.ts'
import type { Colours } from './colours.ts'
import { drawDots, drawNames, drawTrails } from './dots.ts'
import type { Dot } from './dots.ts'
import { figureOf } from './figure.ts'
import type { Lane } from './lane.ts'
import { layered } from './layered.ts'
import type { Meter } from './meter.ts'
import { SCALE_MS, onScale } from './samples.ts'
import { isResting } from './sight.ts'
import type { Silence } from './silence.ts'
import { rangeAround, sizeName, sizesIn } from './sizes.ts'
import { standing } from './spot.ts'
import type { Standing } from './spot.ts'

export interface Overview {
  /** Takes a reading, each time that the lanes are summed up. */
  read(now: number): void
  /** Once per animation frame: dots glide to where they are. */
  draw(now: number): void
  /** To be laid on each other. */
  readonly canvases: HTMLCanvasElement[]
  close(): void
}

interface LaneDot extends Dot {
  lane: Lane
  element: HTMLElement
  standing: Standing
}

export interface OverviewOptions {
  lanes: readonly Lane[]
  /** It has the lane's colour in the style sheet. */
  elementOf(lane: Lane): HTMLElement
  meter: Meter
  silent: Silence
}

export function overview(box: HTMLElement, { lanes, elementOf, meter, silent }: OverviewOptions): Overview {
  const still = matchMedia('(prefers-reduced-motion: reduce)')
  const dots: LaneDot[] = lanes.map((lane) => ({
    ...{ lane, name: lane.name, element: elementOf(lane), colour: '', standing: standing(), why: '' },
  }))
  let colours!: Colours
  const unlisten = withColours(box, (next) => {
    colours = next
    for (const dot of dots) dot.colour = coloursOf(dot.element).lane
  })
  /** What the axis of bytes shows; and where the names stood. */
  let bytes = rangeAround([])
  const had = new Map<string, number>()
  /** Something is to be seen that is not drawn yet. */
  let isStale = true
  const made = layered(box, make)

  function make() {
    return new uPlot(
      {
        width: Math.max(200, box.clientWidth),
        height: Math.max(160, box.clientHeight),
        padding: [12, remOf(24), 0, 0], // half of the last word of its axis
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false, distr: 3, log: 10, range: () => [bytes[0], bytes[1]] }, y: latencyScale },
        axes: [
          axis(() => colours, {
            size: remOf(24),
            label: 'bytes on the wire for each event →',
            labelSize: remOf(20),
            splits: () => sizesIn(bytes),
            values: (_, splits) => splits.map(sizeName),
          }),
          latencyAxis(() => colours),
        ],
        series: noSeries(),
        hooks: { draw: [() => paint(performance.now())] }, // another size, other colours
      },
      [[...bytes], [...SCALE_MS]],
      box,
    )
  }

  function paint(now: number) {
    const { chart, over } = made
    const { left, top, width, height } = chart.bbox
    const plane = {
      ...{ ctx: over.ctx, colours, now, left, top, right: left + width, bottom: top + height },
      x: (size: number) => chart.valToPos(clamped(size, ...bytes), 'x', true),
      y: (ms: number) => chart.valToPos(onScale(ms), 'y', true),
    }
    isStale = false
    over.clear()
    drawTrails(plane, dots)
    drawNames(plane, dots, had)
    drawDots(plane, dots) // a long name may lie over another’s dot
  }

  return {
    read(now) {
      isStale = true // a place, a silence, or a trail that fades
      for (const dot of dots) {
        const figure = figureOf(dot.lane, { meter, silent }, now)
        dot.why = figure.why
        dot.standing.measure(now, figure)
        if (isResting(dot.lane)) dot.standing.leave()
      }
      const known = dots.flatMap(({ standing }) => standing.trail(now).map(({ place }) => place[0]))
      const next = rangeAround(known, bytes)
      if (next.join() === bytes.join()) return
      bytes = next
      made.chart.setScale('x', { min: next[0], max: next[1] })
    },
    draw(now) {
      for (const dot of dots) if (dot.standing.move(still.matches)) isStale = true
      if (isStale && made.chart.status === 1) paint(now)
    },
    get canvases() {
      return made.canvases
    },
    close() {
      unlisten()
      made.close()
    },
  }
}
