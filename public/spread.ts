// How late the events of one lane were, as a picture: the same logarithmic scale on every lane.
import uPlot from '/vendor/uplot.js'
import { withColours } from './colours.ts'
import type { Colours } from './colours.ts'
import { BUCKETS, DECADES, PER_DECADE, bucketOf } from './lateness.ts'
import type { Summary } from './lateness.ts'

export interface Spread {
  draw(summary: Summary | undefined): void
}

const HEIGHT = 96
const LABELS = ['first', '10 ms', '100 ms', '1 s', '10 s']
/** Where the labels stand: 1 ms begins right after "first". */
const SPLITS = [0, ...Array.from({ length: DECADES }, (_, decade) => 0.5 + (decade + 1) * PER_DECADE)]

export function spread(box: HTMLElement): Spread {
  let colours!: Colours
  let median: number | undefined
  const buckets = Array.from({ length: BUCKETS }, (_, index) => index)
  const chart = new uPlot(
    {
      width: Math.max(120, box.clientWidth),
      height: HEIGHT,
      padding: [6, 14, 0, 8],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: [-0.8, BUCKETS - 0.2] }, y: { range: [0, 1.05] } },
      axes: [
        {
          splits: () => SPLITS,
          values: () => LABELS,
          size: 28,
          gap: 10, // below the mark of the median
          font: '12px system-ui, sans-serif',
          stroke: () => colours.text,
          grid: { stroke: () => colours.line, width: 1 },
          ticks: { show: false },
        },
        { show: false },
      ],
      series: [
        {},
        {
          fill: () => colours.lane,
          width: 0,
          points: { show: false },
          paths: uPlot.paths.bars!({ size: [0.86], align: 0 }),
        },
      ],
      hooks: { draw: [drawMedian] },
    },
    [buckets, buckets.map(() => 0)],
    box,
  )

  function drawMedian({ ctx, bbox, valToPos }: uPlot) {
    if (median === undefined) return
    const x = Math.round(valToPos.call(chart, bucketOf(median), 'x', true))
    ctx.fillStyle = colours.text
    ctx.beginPath()
    ctx.moveTo(x, bbox.top + bbox.height)
    ctx.lineTo(x - 5 * devicePixelRatio, bbox.top + bbox.height + 7 * devicePixelRatio)
    ctx.lineTo(x + 5 * devicePixelRatio, bbox.top + bbox.height + 7 * devicePixelRatio)
    ctx.fill()
  }

  withColours(box, (next) => {
    colours = next
    chart.redraw(false)
  })
  new ResizeObserver(() => chart.setSize({ width: Math.max(120, box.clientWidth), height: HEIGHT })).observe(box)

  return {
    draw(summary) {
      median = summary?.median
      const highest = Math.max(1, ...(summary?.buckets ?? []))
      chart.setData([buckets, buckets.map((index) => (summary?.buckets[index] ?? 0) / highest)], true)
    },
  }
}
