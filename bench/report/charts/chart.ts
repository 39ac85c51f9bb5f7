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
  look: 'solid' | 'dashed' | 'dotted' | keyof typeof symbols
}

export const symbols = { '●': 'circle', '◆': 'diamond', '▲': 'triangle', '■': 'rect' } as const

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

/** Ours are solid; peers in the same colour differ by their dashes. */
export function dashOf({ beside, transport }: Summary, all: Summary[]): 'solid' | 'dashed' | 'dotted' {
  if (beside === undefined) return 'solid'
  const peers = [...new Set(all.filter((each) => each.beside === beside).map((each) => each.transport))]
  return peers.indexOf(transport) % 2 === 0 ? 'dashed' : 'dotted'
}

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
