// What a chart is, in which colours, and how Apache ECharts draws it as SVG without a browser and without a script in the page.
import { BarChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent, MarkAreaComponent, MarkLineComponent, VisualMapComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { LabelLayout } from 'echarts/features'
import { SVGRenderer } from 'echarts/renderers'
import type { EChartsOption } from 'echarts'
import type { Results } from '../../results.ts'
import type { Summary } from '../summary.ts'

use([BarChart, HeatmapChart, LineChart, ScatterChart, GridComponent, MarkAreaComponent, MarkLineComponent])
use([VisualMapComponent, LabelLayout, SVGRenderer])

export type Option = EChartsOption
type Series = NonNullable<Option['series']>
export type OneSeries = Series extends (infer One)[] | infer Other ? One | Other : never

export interface Chart {
  title: string
  question: string
  /** How to read it. */
  read: string
  /** What it shows, in a sentence: for who cannot see it. */
  summary: string
  legend: Mark[]
  height: number
  option(width: number): Option
  /** The numbers behind it. */
  numbers: string[][]
}

/** One entry of a legend. */
export interface Mark {
  name: string
  color: string
  /** A line, or the shape of a dot. */
  look: 'solid' | Look
}

export const symbols = {
  ...{
    '●': 'circle',
    '◆': 'diamond',
    '▲': 'triangle',
    '■': 'rect',
    '▼': 'path://M0 0H10L5 9Z',
    '◀': 'path://M9 0V10L0 5Z',
  },
  '✚': 'path://M3.5 0H6.5V3.5H10V6.5H6.5V10H3.5V6.5H0V3.5H3.5Z',
  '★': 'path://M5 0L6.2 3.5L10 3.6L7 5.8L8.1 9.5L5 7.3L1.9 9.5L3 5.8L0 3.6L3.8 3.5Z',
} as const
export type Look = keyof typeof symbols

/** Draws what it can of the summaries of one scenario; nothing when there is nothing to draw. */
export type ChartMaker = (summaries: Summary[], results: Results) => Chart[]

export const [WIDE, NARROW] = [880, 350]

/** The browser fills in the colours (`style.ts`), light or dark. */
export const ink = { text: 'var(--text)', muted: 'var(--muted)', line: 'var(--line)' } as const

const own = ['polling', 'long-polling', 'sse', 'wss', 'floor']

/** A transport has its colour on the page; a peer that of the transport it stands beside. */
export function colorOf({ transport, beside = transport }: Pick<Summary, 'transport' | 'beside'>): string {
  return `var(--${own.includes(beside) ? beside : 'other'})`
}

/** Colour is the transport, shape is who made it: ours are round, a peer has one shape in all charts of a run. */
export function lookOf(summary: Summary, all: Summary[]): Look {
  if (summary.beside === undefined) return '●'
  const makers = [...new Set(all.filter(({ beside }) => beside !== undefined).map(makerOf))].toSorted()
  return (['◆', '▲', '■', '▼', '★', '✚', '◀'] as const)[makers.indexOf(makerOf(summary)) % 7]!
}
const makerOf = ({ transport, beside = '' }: Summary) =>
  transport.endsWith(`-${beside}`) ? transport.slice(0, -beside.length - 1) : transport.replace(/-[a-z]+$/, '')

const label = { color: ink.text, fontSize: 13 }

/** Fits either side of a chart. */
type Axis = NonNullable<Option['xAxis']> & NonNullable<Option['yAxis']>

export function axis(name: string, type: 'value' | 'log' | 'category', more: object = {}): Axis {
  return {
    ...{ name, type, nameLocation: 'middle', nameGap: 30, nameTextStyle: { ...label, color: ink.muted } },
    ...{
      axisLabel: { ...label, hideOverlap: true },
      splitLine: { show: type !== 'category', lineStyle: { color: ink.line } },
    },
    ...{
      axisLine: { show: type === 'category', lineStyle: { color: ink.muted } },
      axisTick: { show: false },
      minorTick: { show: false },
    },
    ...more,
  } as Axis
}

/**
 * As far as the values go and no further, with as many of the steps 1, 2, 5, 10, 20 … as there is room for: an axis that shows nothing
 * between 10 and 100 cannot be read. `room`: pixels; `each`: what a label needs of them.
 */
export function logAxis(
  name: string,
  values: number[],
  { room, each }: { room: number; each: number },
  more: Labelled = {},
) {
  const { formatter, ...rest } = more
  const [low, high] = [Math.min(...values) / 1.08, Math.max(...values) * 1.08]
  const fits = (ticks: number[]) => {
    const px = room / Math.log(ticks.at(-1)! / ticks[0]!)
    return ticks.every((tick, i) => i === 0 || px * Math.log(tick / ticks[i - 1]!) >= each)
  }
  const steps = [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]]
  const shown = steps.map((some) => ticksOf(low, high, some)).find(fits) ?? ticksOf(low, high, [1])
  return axis(name, 'log', {
    ...{ min: shown[0], max: shown.at(-1), axisTick: { show: false, customValues: shown } },
    axisLabel: { ...label, hideOverlap: true, customValues: shown, ...(formatter && { formatter }) },
    ...rest,
  })
}
interface Labelled {
  formatter?: (value: number) => string
  nameGap?: number
}

/** From the last one at or below `low` to the first at or above `high`. */
function ticksOf(low: number, high: number, steps: number[]): number[] {
  const all = Array.from({ length: 24 }, (_, i) =>
    steps.map((step) => Number((step * 10 ** (i - 9)).toPrecision(2))),
  ).flat()
  const from = all.findLastIndex((tick) => tick <= low)
  return all.slice(Math.max(0, from), all.findIndex((tick) => tick >= high) + 1)
}
/** What an axis has of the width, and of the height. */
export const across = (width: number, left: number) => ({ room: width - left - 24, each: 34 })
export const upright = (height: number) => ({ room: height - 66, each: 22 })

/** Names of rows, from top to bottom; in two lines where it is narrow. */
export const namesAxis = (names: string[], width: number) =>
  axis('', 'category', {
    ...{ data: names, inverse: true, splitLine: { show: true, lineStyle: { color: ink.line } } },
    axisLabel: { ...label, lineHeight: 14, formatter: (name: string) => linesOf(name, width).join('\n') },
  })
const linesOf = (name: string, width: number) => {
  const comma = width < 500 && name.length > 16 ? name.indexOf(', ') : -1
  return comma < 0 ? [name] : [name.slice(0, comma), name.slice(comma + 2)]
}
export const roomFor = (names: string[], width: number) =>
  14 + 7.2 * Math.max(...names.flatMap((name) => linesOf(name, width)).map(({ length }) => length))

/** Milliseconds on a logarithmic axis: 0.5, 20, 1 s. */
export const msLabel = (ms: number) => (ms >= 1000 ? `${ms / 1000} s` : `${Number(ms.toPrecision(2))}`)

export function draw(option: Option, width: number, height: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: 'system-ui, sans-serif', color: ink.text },
      ...option,
    })
    return chart
      .renderToSVGString()
      .replace(/<style[\s\S]*?<\/style>/g, '') // of hovering, which needs a script
      .replace(/ (class|ecmeta_[a-z_]+|pointer-events|xmlns:xlink|baseProfile|version)="[^"]*"/g, '')
  } finally {
    chart.dispose() // else its timers keep the process alive
  }
}
