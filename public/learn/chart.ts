// A chart of uPlot that goes with the page: its colours, its type, its width. Series may have different x values; each has a shape, a dash or
// its name in the chart, besides its colour.
import uPlot from '/vendor/uplot.js'
import { html, render } from '/vendor/lit-html.js'
import { alone, axis, remOf } from '../axes.ts'
import { coloursOf, withColours } from '../colours.ts'
import type { Colours } from '../colours.ts'
import { dotsOf, drawNames, shapes } from './shapes.ts'
import type { Shape } from './shapes.ts'

export interface ChartOptions {
  /** What it shows, for who cannot see it; the numbers are in the table. */
  label: string
  x: Axis
  y: Axis
  series: readonly { name: string; lane?: string; as: 'dots' | 'line' | 'dashes' | 'thin' }[]
  /** With type of the usual size; it grows with it. */
  heightPx?: number
  /** False where a neighbour with the same series says them. */
  hasKeys?: boolean
}

interface Axis {
  label: string
  range: readonly [number, number]
  /** Factors of ten are equally far apart. */
  isLog?: boolean
  values?: (value: number) => string
}

export interface Chart {
  /** For each series its points, x ascending. */
  draw(points: readonly (readonly (readonly [x: number, y: number])[])[]): void
  close(): void
}

export function chart(box: HTMLElement, { label, x, y, series, heightPx = 240, hasKeys = true }: ChartOptions): Chart {
  const dotted = series.filter(({ as }) => as === 'dots')
  const shapeOf = (each: (typeof series)[number]): Shape | '' =>
    each.as === 'dots' ? shapes[dotted.indexOf(each) % shapes.length]! : ''
  render(
    html`<div class="chart" role="img" aria-label=${label}></div>
      <ul class="keys" ?hidden=${!hasKeys}>
        ${series.map(
          (each) =>
            html`<li class="lane-colour" data-lane=${each.lane ?? ''}>
              <b class=${each.as} data-shape=${shapeOf(each)}></b> ${each.name}
            </li>`,
        )}
      </ul>`,
    box,
  )
  const frame = box.querySelector<HTMLElement>('.chart')!
  const keys = [...box.querySelectorAll('li')]
  let colours!: Colours
  let strokes: string[] = []
  let plot: uPlot | undefined
  let data: uPlot.AlignedData = [[], ...series.map(() => [])]

  const axisOf = ({ label, values }: Axis, sizePx: number): uPlot.Axis =>
    axis(() => colours, {
      label,
      labelSize: remOf(20),
      size: remOf(sizePx),
      ...(values && { values: (_, all) => all.map((each) => (each === null ? '' : values(each))) }),
    })
  const scaleOf = ({ range, isLog }: Axis): uPlot.Scale => ({
    time: false,
    range: [...range] as [number, number],
    ...(isLog && { distr: 3 as const }),
  })
  const seriesOf = (each: (typeof series)[number], index: number): uPlot.Series => {
    const shape = shapeOf(each)
    const colour = () => strokes[index]!
    if (shape) return { fill: colour, width: 0, points: { show: false }, paths: dotsOf(shape) }
    const dash = each.as === 'dashes' && { dash: [7, 5] }
    return { stroke: colour, width: each.as === 'thin' ? 1 : 2, spanGaps: true, points: { show: false }, ...dash }
  }
  /** A name in the chart lies on what is drawn there: only those have one that the keys below cannot tell apart without their colour. */
  const isAlike = ({ as }: (typeof series)[number]) =>
    as !== 'dots' && series.filter((each) => each.as === as).length > 1
  const named = () =>
    series.map((each, index) =>
      isAlike(each) ? { name: each.name, colour: strokes[index]!, ground: colours.surface } : undefined,
    )
  const sizeOf = () => ({ width: Math.max(200, frame.clientWidth), height: Math.round(remOf(heightPx)) })

  /** Anew when the looks change: uPlot measures its type once. */
  function make() {
    plot?.destroy()
    plot = new uPlot(
      {
        ...sizeOf(),
        padding: [10, 12, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: { x: scaleOf(x), y: scaleOf(y) },
        axes: [axisOf(x, 30), axisOf(y, 56)],
        series: [{}, ...series.map(seriesOf)],
        hooks: { draw: hasKeys ? [alone((chart) => drawNames(chart, named()))] : [] },
      },
      data,
      frame,
    )
  }
  const forget = withColours(frame, (next) => {
    colours = next
    strokes = keys.map((key) => coloursOf(key).lane)
    make()
  })
  const resized = new ResizeObserver(() => plot!.setSize(sizeOf()))
  resized.observe(frame)

  return {
    draw(points) {
      const tables = points.map((each): uPlot.AlignedData => [each.map(([at]) => at), each.map(([, value]) => value)])
      data = uPlot.join(tables)
      plot!.setData(data, true)
    },
    close() {
      forget()
      resized.disconnect()
      plot!.destroy()
    },
  }
}
