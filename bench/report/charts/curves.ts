// Lines: latency over the percentiles, p99 over the rate, how clients come back over time.
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import type { Histogram } from 'hdr-histogram-js'
import { canQuote, median } from '../../../src/core/stats.ts'
import { nameOf, text } from '../columns.ts'
import type { Summary } from '../summary.ts'
import { axis, colorOf, dashOf, ink, msLabel } from './chart.ts'
import type { Chart, ChartMaker, Mark, OneSeries } from './chart.ts'

type Line = { summary: Summary; points: [number, number][] }
const labels = { color: ink.text, fontSize: 13, hideOverlap: true }

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
  for (let step = 1; step <= 60; step++) {
    const over = 10 ** (step / 12)
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

export const kneeCurves: ChartMaker = (summaries, { scenarios }) => {
  const lines = linesOf(summaries, 'p99')
  if (lines.length === 0) return []
  const limit = scenarios.find(({ name }) => name === summaries[0]!.scenario)?.targetP99Ms ?? 100
  const knee = (summary: Summary) => summary.of((row) => row.figures?.kneeRate)?.median
  return [
    {
      title: 'Where the knee is',
      question: 'How many events a second can the server carry before they come late?',
      read: `Further right before it rises is better. The dashed line is p99 = ${limit} ms. Medians of the repeats at each step.`,
      summary:
        lines
          .map(
            ({ summary }) =>
              `${nameOf(summary)}: ${knee(summary) === undefined ? 'no knee found' : `${knee(summary)} events/s`}`,
          )
          .join('; ') + '.',
      legend: lines.map(({ summary }) => lineMark(summary, summaries)),
      height: 380,
      option: () => ({
        grid: { left: 64, right: 24, top: 12, bottom: 54 },
        xAxis: axis('events/s', 'log', { min: 'dataMin' }),
        yAxis: axis('p99, ms', 'log', { nameGap: 44, axisLabel: { ...labels, formatter: msLabel } }),
        series: lines.map((line, i) => ({
          ...(lineOf(line, summaries) as object),
          ...{ symbol: 'circle', symbolSize: 5, showSymbol: true },
          ...(i === 0 && {
            markLine: {
              symbol: 'none',
              silent: true,
              label: { show: false },
              lineStyle: { color: ink.muted, type: 'dashed' },
              data: [{ yAxis: limit }],
            },
          }),
        })),
      }),
      numbers: pairs(lines, 'events/s', 'p99 ms'),
    },
  ]
}

export const backCurves: ChartMaker = (summaries) => {
  const shown = summaries.filter(({ valid }) => valid.some((row) => row.series?.back))
  if (shown.length === 0) return []
  const all = shown.flatMap((summary) =>
    summary.valid.flatMap((row): Line[] =>
      row.series?.back ? [{ summary, points: row.series.back.map(([x, y]) => [x, 100 * y]) }] : [],
    ),
  )
  const last = (summary: Summary) =>
    summary.of((row) => row.figures?.backAllMs ?? row.series?.back?.at(-1)?.[0])?.median
  return [
    {
      title: 'After the cut',
      question: 'How long until everybody is back?',
      read: 'Each line is one repeat: the share of clients that have had an event again. Steeper and further left is better.',
      summary:
        shown.map((each) => `${nameOf(each)}: all back after ${text(last(each) ?? NaN)} ms (median)`).join('; ') + '.',
      legend: shown.map((each) => lineMark(each, summaries)),
      height: 340,
      option: () => ({
        grid: { left: 64, right: 24, top: 12, bottom: 54 },
        xAxis: axis('ms since the cut', 'value'),
        yAxis: axis('% of clients', 'value', { nameGap: 44, max: 100 }),
        series: all.map((line) => ({
          ...(lineOf(line, summaries) as object),
          step: 'end',
          lineStyle: { ...lineStyle(line.summary, summaries), width: 1.5, opacity: 0.7 },
        })),
      }),
      numbers: pairs(linesOf(shown, 'back'), 'ms', 'share'),
    },
  ]
}

/** At each x the median of the repeats that have it. */
function linesOf(summaries: Summary[], name: string): Line[] {
  return summaries.flatMap((summary) => {
    const all = summary.valid
      .flatMap((row) => row.series?.[name] ?? [])
      .filter(([x, y]) => name === 'back' || (x > 0 && y > 0))
    const points = [...Map.groupBy(all, ([x]) => Number(x.toPrecision(2)))].map(([x, ys]): [number, number] => [
      x,
      median(ys.map(([, y]) => y))!,
    ])
    return points.length > 0 ? [{ summary, points: points.toSorted(([a], [b]) => a - b) }] : []
  })
}

export const lineStyle = (summary: Summary, all: Summary[]) => ({
  color: colorOf(summary),
  type: dashOf(summary, all),
  width: 2.5,
})
const lineOf = ({ summary, points }: Line, all: Summary[]): OneSeries => ({
  ...{ type: 'line', name: nameOf(summary), data: points, showSymbol: false },
  ...{ lineStyle: lineStyle(summary, all), itemStyle: { color: colorOf(summary) } },
})
export const lineMark = (summary: Summary, all: Summary[]): Mark => ({
  name: summary.transport,
  color: colorOf(summary),
  look: dashOf(summary, all),
})
const pairs = (lines: Line[], x: string, y: string): Chart['numbers'] => [
  ['', x, y],
  ...lines.flatMap(({ summary, points }) => points.map((point) => [nameOf(summary), ...point.map(text)])),
]
