// Latency over the percentiles; and how a line of a transport looks, here and in the other charts.
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import type { Histogram } from 'hdr-histogram-js'
import { canQuote } from '../../../src/core/stats.ts'
import { canCarry } from '../../latency.ts'
import { eventsOf } from '../heading.ts'
import { nameOf, text } from '../numbers.ts'
import type { Summary } from '../summary.ts'
import { axis, colorOf, ink, logAxis, lookOf, msLabel, symbols, upright } from './chart.ts'
import type { Chart, ChartMaker, Mark, OneSeries } from './chart.ts'

export type Line = { summary: Summary; points: [number, number][] }
export const labels = { color: ink.text, fontSize: 13, hideOverlap: true }

/** All repeats in one histogram; as far to the right as there are samples, and events, for it. Ours in one chart; with their peers each in one. */
export const percentileCurves: ChartMaker = (summaries, { scenarios }) => {
  if (summaries.some(({ where }) => where !== '')) return []
  const lines = summaries.flatMap((summary): Line[] => {
    const rows = summary.valid.filter(({ histogram }) => histogram !== null)
    const kind = scenarios.find(({ name }) => name === summary.scenario)?.kind
    const events = rows.reduce((sum, row) => sum + eventsOf(row, kind), 0)
    const points = rows.length > 0 ? percentiles(rows.map(({ histogram }) => histogram!), events) : [] // prettier-ignore
    return points.length > 0 ? [{ summary, points }] : []
  })
  const ours = lines.filter(({ summary }) => summary.beside === undefined)
  const rivals = [...Map.groupBy(lines, ({ summary }) => summary.beside)].filter(([name]) => name !== undefined)
  return [
    ...(ours.length > 0
      ? [chartOf('Latency over the percentiles', 'How late are the late ones?', ours, summaries)]
      : []),
    ...rivals.map(([name, theirs]) => {
      const own = ours.filter(({ summary: { transport } }) => transport === name || transport === 'floor')
      const question = `Whose late ones are later: those of ${name} here, or of what else carries it?`
      return chartOf(`Latency over the percentiles, ${name} and its peers`, question, [...own, ...theirs], summaries)
    }),
  ]
}

function chartOf(title: string, question: string, lines: Line[], summaries: Summary[]): Chart {
  const most = Math.max(...lines.map(({ points }) => points.at(-1)![0]))
  return {
    ...{ title, question },
    read: 'Read up from 99 %: 99 of 100 deliveries were not later than this. Each step to the right leaves out nine tenths of what was left. A flat line is steady, a steep one has a long tail. Pooled over all repeats, so one bad repeat shows here; the table has the median of the repeats.',
    summary:
      lines
        .map(
          ({ summary, points }) =>
            `${nameOf(summary)} ` +
            [2, 100]
              .flatMap((x) => (reaches(points, x) ? `${text(at(points, x))} ms at ${100 - 100 / x} %` : []))
              .join(', '),
        )
        .join('; ') + '.',
    legend: lines.map(({ summary }) => lineMark(summary, summaries)),
    height: 380,
    option: () => ({
      grid: { left: 64, right: 24, top: 12, bottom: 54 },
      xAxis: axis('of all deliveries', 'log', {
        ...{ min: 1, max: most, axisTick: { show: false, customValues: PERCENTILES } },
        axisLabel: {
          ...{ ...labels, customValues: PERCENTILES.filter((x) => x <= most * 1.01) },
          formatter: (v: number) => `${Number((100 - 100 / v).toFixed(3))} %`,
        },
      }),
      yAxis: logAxis('ms', valuesOf(lines), upright(380), { nameGap: 44, formatter: msLabel }),
      series: lines.map((line) => lineOf(line, summaries)),
    }),
    numbers: [
      ['', '50 %', '90 %', '99 %', '99.9 %'],
      ...lines.map(({ summary, points }) => [
        nameOf(summary),
        ...[2, 10, 100, 1000].map((x) => (reaches(points, x) ? text(at(points, x)) : '–')),
      ]),
    ],
  }
}
/** 50 %, 90 %, 99 % … as one over what is left. */
const PERCENTILES = [2, 10, 100, 1000, 10_000, 100_000]

export const valuesOf = (lines: Line[]) => lines.flatMap(({ points }) => points.map(([, y]) => y))

function percentiles(encoded: string[], events: number): [number, number][] {
  const sum = encoded.map((each) => decodeFromCompressedBase64(each)).reduce(merged)
  const points: [number, number][] = []
  // Twelve to a decade, and exactly the median.
  const steps = [2, ...Array.from({ length: 60 }, (_, i) => 10 ** ((i + 1) / 12))].toSorted((a, b) => a - b)
  for (const over of steps) {
    const percent = 100 - 100 / over
    if (!canQuote(sum.totalCount, percent) || !canCarry(events, percent)) break
    points.push([over, Math.max(0.001, sum.getValueAtPercentile(percent) / 1000)])
  }
  return points
}

function merged(sum: Histogram, one: Histogram): Histogram {
  ;(sum as unknown as { add(other: Histogram): void }).add(one)
  return sum
}

/** Whether there are samples and events enough for this percentile: the curve ends where there are not. */
const reaches = (points: [number, number][], over: number) => points.at(-1)![0] >= over * 0.99
const at = (points: [number, number][], over: number) => points.find(([x]) => x >= over * 0.99)![1]

/** Ours are solid; peers, in the same colour, are dashed and carry their shape. */
export const lineStyle = (summary: Summary) => ({
  color: colorOf(summary),
  type: summary.beside === undefined ? ('solid' as const) : ('dashed' as const),
  width: summary.beside === undefined ? 2.5 : 1.5,
})
export const lineOf = ({ summary, points }: Line, all: Summary[]): OneSeries => ({
  ...{ type: 'line', name: nameOf(summary), symbol: symbols[lookOf(summary, all)] },
  showSymbol: summary.beside !== undefined,
  // A shape at each third point says whose line it is.
  data: points.map((value, i) => ({ value, symbolSize: i % 3 === 1 ? 9 : 0 })),
  ...{ lineStyle: lineStyle(summary), itemStyle: { color: colorOf(summary) } },
})
export const lineMark = (summary: Summary, all: Summary[]): Mark => ({
  name: summary.transport,
  color: colorOf(summary),
  look: summary.beside === undefined ? 'solid' : lookOf(summary, all),
})
