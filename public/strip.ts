// The last thirty seconds of one lane as a chart: its axes, drawn once, and over them what moves (marks.ts).
import uPlot from '/vendor/uplot.js'
import { axis, latencyAxis, latencyScale, noSeries, remOf } from './axes.ts'
import { withColours } from './colours.ts'
import type { Colours } from './colours.ts'
import type { Lane } from './lane.ts'
import { layered } from './layered.ts'
import { SPREAD_PX, drawAsked, drawAway, drawEvents, drawMedian, drawNotes, drawSpread } from './marks.ts'
import type { Plane } from './marks.ts'
import { SCALE_MS, WINDOW_MS } from './samples.ts'

export interface Strip {
  /** Once per animation frame. */
  draw(now: number): void
  /** To be laid on each other. */
  readonly canvases: HTMLCanvasElement[]
  close(): void
}

const SECONDS = WINDOW_MS / 1000

export function strip(box: HTMLElement, lane: Lane): Strip {
  let colours!: Colours
  const unlisten = withColours(box, (next) => (colours = next))
  /** What is drawn: where "now" stands. */
  let drawnAt = -Infinity
  let drawnMedian: number | undefined
  const made = layered(box, make)

  function make() {
    return new uPlot(
      {
        width: Math.max(160, box.clientWidth),
        height: Math.max(120, box.clientHeight),
        padding: [8, SPREAD_PX + 6, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false, range: () => [-SECONDS, 0] }, y: latencyScale },
        axes: [
          axis(() => colours, {
            size: remOf(22),
            splits: () => [-30, -20, -10, 0],
            values: ({ width }) => ['30 s ago', width < remOf(230) ? '' : '20', '10', 'now'],
            grid: { show: false },
          }),
          latencyAxis(() => colours),
        ],
        series: noSeries(),
        hooks: { draw: [() => paint(performance.now())] }, // another size, other colours
      },
      [[-SECONDS, 0], [...SCALE_MS]],
      box,
    )
  }

  function paint(now: number) {
    const { chart, over } = made
    const { left, top, width, height } = chart.bbox
    const plane: Plane = {
      ...{ ctx: over.ctx, colours, now, left, top, right: left + width, bottom: top + height },
      x: (at) => left + width - ((now - at) / WINDOW_MS) * width,
      y: (ms) => chart.valToPos(ms, 'y', true),
    }
    const window = lane.samples.window(now)
    drawnAt = now
    drawnMedian = lane.samples.summary?.median
    over.clear()
    drawAway(plane, lane.away)
    drawAsked(plane, lane.asked)
    drawEvents(plane, window)
    drawSpread(plane, window)
    drawMedian(plane, drawnMedian)
    drawNotes(plane, window.notes)
  }

  return {
    draw(now) {
      const { chart } = made
      if (chart.status !== 1 || lane.state === 'off') return
      // What has moved by less than a pixel looks the same; the line is where the number says, when it says so.
      const hasMoved = now - drawnAt >= WINDOW_MS / chart.bbox.width
      if (hasMoved || drawnMedian !== lane.samples.summary?.median) paint(now)
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
