// What all charts of the page share: logarithmic scales with plain labels, the fonts and lines of the style sheet, and a size that follows.
import type uPlot from 'uplot'
import type { Colours } from './colours.ts'
import { onLooks } from './looks.ts'
import { SCALE_MS } from './samples.ts'

/** Kept between changes of the looks: the style sheet is not asked in every frame. */
let rootPx: number | undefined
const fonts = new Map<number, string>()
onLooks(() => {
  rootPx = undefined
  fonts.clear()
})

/** Large type, for a projector, is large in the charts too. */
export const remOf = (px: number) =>
  (px / 16) * (rootPx ??= parseFloat(getComputedStyle(document.documentElement).fontSize))

export function fontOf(px = 12): string {
  const known = fonts.get(px)
  if (known !== undefined) return known
  const font = `${Math.round(remOf(px))}px system-ui, sans-serif`
  fonts.set(px, font)
  return font
}

export const latencyScale: uPlot.Scale = { distr: 3, log: 10, range: () => [SCALE_MS[0], SCALE_MS[1]] }

const LATENCIES = new Map([
  [1, '1 ms'],
  [10, '10 ms'],
  [100, '100 ms'],
  [1000, '1 s'],
  [10_000, '10 s'],
])

export function axis(colours: () => Colours, more: uPlot.Axis): uPlot.Axis {
  return {
    stroke: () => colours().text,
    grid: { stroke: () => colours().line, width: 1 },
    ticks: { show: false },
    font: fontOf(),
    labelFont: fontOf(),
    gap: 4,
    filter: (_, splits) => splits,
    ...more,
  }
}

export const latencyAxis = (colours: () => Colours, more: uPlot.Axis = {}) =>
  axis(colours, {
    size: remOf(52),
    splits: () => [...LATENCIES.keys()],
    values: (_, splits) => splits.map((each) => LATENCIES.get(each) ?? ''),
    ...more,
  })

/** Of a chart that only has axes: what it is about is drawn on a layer. */
export const noSeries = (): uPlot.Series[] => [{}, { paths: () => null, points: { show: false } }]

/** A chart remembers what it set last on its canvas: who draws in between leaves it as it was. */
export const alone = (draw: (chart: uPlot) => void) => (chart: uPlot) => {
  chart.ctx.save()
  draw(chart)
  chart.ctx.restore()
}

/** Keeps a chart as large as its box. @returns what ends that. */
export function fill(box: HTMLElement, chart: uPlot): () => void {
  const observer = new ResizeObserver(() => {
    const [width, height] = [box.clientWidth, box.clientHeight]
    if (width > 0 && (width !== chart.width || height !== chart.height)) chart.setSize({ width, height })
  })
  observer.observe(box)
  return () => observer.disconnect()
}
