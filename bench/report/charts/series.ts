// The curves that only some scenarios have: p99 over the rate, how clients come back over time.
import { median } from '../../../src/core/stats.ts'
import { nameOf } from '../columns.ts'
import { text } from '../numbers.ts'
import type { Summary } from '../summary.ts'
import { axis, ink, msLabel } from './chart.ts'
import type { Chart, ChartMaker } from './chart.ts'
import { labels, lineMark, lineOf, lineStyle } from './curves.ts'
import type { Line } from './curves.ts'

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
      read: 'Each line is one repeat: the share of clients that are back: open again in storm, with an event again in recover. Steeper and further left is better.',
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

const pairs = (lines: Line[], x: string, y: string): Chart['numbers'] => [
  ['', x, y],
  ...lines.flatMap(({ summary, points }) => points.map((point) => [nameOf(summary), ...point.map(text)])),
]
