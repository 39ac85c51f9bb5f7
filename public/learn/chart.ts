// A chart of uPlot that goes with the page: its colours, its width, keys in words. Series may have different x values.
import uPlot from '/vendor/uplot.js'
import { html, render } from '/vendor/lit-html.js'
import { coloursOf, withColours } from '../colours.ts'
import type { Colours } from '../colours.ts'

export interface ChartOptions {
  /** What it shows, for who cannot see it; the numbers are in the table. */
  label: string
  x: Axis
  y: Axis
  series: readonly { name: string; lane?: string; as: 'dots' | 'line' | 'dashes' }[]
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

const FONT = '12px system-ui, sans-serif'

export function chart(box: HTMLElement, { label, x, y, series, heightPx = 240, hasKeys = true }: ChartOptions): Chart {
  render(
    html`<div class="chart" role="img" aria-label=${label}></div>
      <ul class="keys" ?hidden=${!hasKeys}>
        ${series.map(({ name, lane, as }) => html`<li class="lane-colour" data-lane=${lane ?? ''}><b class=${as}></b> ${name}</li>`)}
      </ul>`,
    box,
  )
  const frame = box.querySelector<HTMLElement>('.chart')!
  const keys = [...box.querySelectorAll('li')]
  let colours!: Colours
  let strokes: string[] = []

  const axis = ({ label, values, isLog }: Axis, size: number): uPlot.Axis => ({
    label,
    labelSize: 20,
    size,
    font: FONT,
    labelFont: FONT,
    stroke: () => colours.text,
    grid: { stroke: () => colours.line, width: 1 },
    ticks: { show: false },
    ...(values && { values: (_, all) => all.map((each) => (each === null ? '' : values(each))) }),
    ...(isLog && { filter: (_, all) => all }),
  })
  const scale = ({ range, isLog }: Axis): uPlot.Scale => ({
    time: false,
    range: [...range] as [number, number],
    ...(isLog && { distr: 3 as const }),
  })
  const widthOf = () => Math.max(200, frame.clientWidth)

  const plot = new uPlot(
    {
      width: widthOf(),
      height: heightPx,
      padding: [10, 12, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: scale(x), y: scale(y) },
      axes: [axis(x, 30), axis(y, 56)],
      series: [
        {},
        ...series.map(({ as }, index): uPlot.Series => ({
          spanGaps: true,
          stroke: () => strokes[index]!,
          ...(as === 'dots'
            ? { paths: () => null, points: { show: true, size: 7, width: 0, fill: () => strokes[index]! } }
            : { width: 2, points: { show: false }, ...(as === 'dashes' && { dash: [7, 5] }) }),
        })),
      ],
    },
    [[], ...series.map(() => [])],
    frame,
  )
  const forget = withColours(frame, (next) => {
    colours = next
    strokes = keys.map((key) => coloursOf(key).lane)
    plot.redraw(false)
  })
  const resized = new ResizeObserver(() => plot.setSize({ width: widthOf(), height: heightPx }))
  resized.observe(frame)

  return {
    draw(points) {
      const tables = points.map((each): uPlot.AlignedData => [each.map(([at]) => at), each.map(([, value]) => value)])
      plot.setData(uPlot.join(tables), true)
    },
    close() {
      forget()
      resized.disconnect()
      plot.destroy()
    },
  }
}
