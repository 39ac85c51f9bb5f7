// Latency over the percentiles; and how a line of a transport looks, here and in the other charts.
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import type { Histogram } from 'hdr-histogram-js'
import { canQuote } from '../../../src/core/stats.ts'
import { nameOf } from '../columns.ts'
import { text } from '../numbers.ts'
import type { Summary } from '../summary.ts'
import { axis, colorOf, dashOf, ink, msLabel } from './chart.ts'
import type { ChartMaker, Mark, OneSeries } from './chart.ts'

export type Line = { summary: Summary; points: [number, number][] }
export const labels = { color: ink.text, fontSize: 13, hideOverlap: true }

/** All repeats in one histogram; as far to the right as there are samples for it. */
export const percentileCurves: ChartMaker = (summaries) => {
  if (summaries.some(({ where }) => where !== '')) return []
  const lines = summaries.flatMap((summary): Line[] => {
    const histograms = summary.valid.flatMap(({ histogram }) => histogram ?? [])
    return histograms.length > 0 ? [{ summary, points: percentiles(histograms) }] : []
  })
  if (lines.length === 0) return []
  return [
    {
      title: 'Latency over the percentiles',
      question: 'How late are the late ones?',
      read: 'Read up from 99 %: 99 of 100 deliveries were not later than this. Each step to the right leaves out nine tenths of what was left. A flat line is steady, a steep one has a long tail. All repeats together.',
      summary:
        lines
          .map(
            ({ summary, points }) =>
              `${nameOf(summary)} ${text(at(points, 2))} ms at 50 %, ${text(at(points, 100))} ms at 99 %`,
          )
          .join('; ') + '.',
      legend: lines.map(({ summary }) => lineMark(summary, summaries)),
      height: 380,
      option: () => ({
        grid: { left: 64, right: 24, top: 12, bottom: 54 },
        xAxis: axis('of all deliveries', 'log', {
          min: 1,
          axisLabel: { ...labels, formatter: (v: number) => `${Number((100 - 100 / v).toFixed(3))} %` },
        }),
        yAxis: axis('ms', 'log', { nameGap: 44, axisLabel: { ...labels, formatter: msLabel } }),
        series: lines.map((line) => lineOf(line, summaries)),
      }),
      numbers: [
        ['', '50 %', '90 %', '99 %', '99.9 %'],
        ...lines.map(({ summary, points }) => [
          nameOf(summary),
          ...[2, 10, 100, 1000].map((x) => (points.at(-1)![0] >= x * 0.99 ? text(at(points, x)) : '–')),
        ]),
      ],
    },
  ]
}

function percentiles(encoded: string[]): [number, number][] {
  const sum = encoded.map((each) => decodeFromCompressedBase64(each)).reduce(merged)
  const points: [number, number][] = []
  // Twelve to a decade, and exactly the median.
  const steps = [2, ...Array.from({ length: 60 }, (_, i) => 10 ** ((i + 1) / 12))].toSorted((a, b) => a - b)
  for (const over of steps) {
    const percent = 100 - 100 / over
    if (!canQuote(sum.totalCount, percent)) break
    points.push([over, Math.max(0.001, sum.getValueAtPercentile(percent) / 1000)])
  }
  return points
}

function merged(sum: Histogram, one: Histogram): Histogram {
  ;(sum as unknown as { add(other: Histogram): void }).add(one)
  return sum
}

const at = (points: [number, number][], over: number) => (points.find(([x]) => x >= over * 0.99) ?? points.at(-1)!)[1]

export const lineStyle = (summary: Summary, all: Summary[]) => ({
  color: colorOf(summary),
  type: dashOf(summary, all),
  width: 2.5,
})
export const lineOf = ({ summary, points }: Line, all: Summary[]): OneSeries => ({
  ...{ type: 'line', name: nameOf(summary), data: points, showSymbol: false },
  ...{ lineStyle: lineStyle(summary, all), itemStyle: { color: colorOf(summary) } },
})
export const lineMark = (summary: Summary, all: Summary[]): Mark => ({
  name: summary.transport,
  color: colorOf(summary),
  look: dashOf(summary, all),
})
