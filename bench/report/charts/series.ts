// The curves that only some scenarios have: p99 over the rate, how clients come back over time.
import { spread } from '../../../src/core/stats.ts'
import { nameOf, text } from '../numbers.ts'
import type { Summary } from '../summary.ts'
import { across, axis, ink, logAxis, msLabel, upright } from './chart.ts'
import type { Chart, ChartMaker, Option } from './chart.ts'
import { lineMark, lineOf, lineStyle, valuesOf } from './curves.ts'
import type { Line } from './curves.ts'

export const kneeCurves: ChartMaker = (summaries, { scenarios }) => {
  const lines = linesOf(summaries, 'p99')
  if (lines.length === 0) return []
  const busy = linesOf(summaries, 'utilisation').map(({ summary, points }) => ({
    summary,
    points: points.map(([rate, share]): [number, number] => [rate, 100 * share]),
  }))
  const [drawnLines, drawnBusy] = [lines.map(drawn), busy.map(drawn)]
  const rates = [...drawnLines, ...drawnBusy].flatMap(({ points }) => points.map(([rate]) => rate))
  const limit = scenarios.find(({ name }) => name === summaries[0]!.scenario)?.targetP99Ms ?? 100
  const knee = (summary: Summary) => summary.of((row) => row.figures?.kneeRate)?.median
  return [
    {
      title: 'Where the knee is',
      question: 'How many events a second can the server carry before they come late?',
      read: `Further right before it rises is better. The dashed line is p99 = ${limit} ms (polling may take its interval more). Medians of the repeats at each step.`,
      summary:
        lines
          .map(
            ({ summary }) =>
              `${nameOf(summary)}: ${knee(summary) === undefined ? 'no knee found' : `${knee(summary)} events/s`}`,
          )
          .join('; ') + '.',
      legend: lines.map(({ summary }) => lineMark(summary, summaries)),
      height: 380,
      option: (width) => ({
        grid: { left: 64, right: 24, top: 12, bottom: 54 },
        xAxis: logAxis('events/s', rates, across(width, 64), { formatter: String }),
        yAxis: logAxis('p99, ms', [...valuesOf(drawnLines), limit], upright(380), { nameGap: 44, formatter: msLabel }),
        series: drawnLines.map((line, i) => ({
          ...stepped(line, summaries),
          ...(i === 0 && { markLine: dashedAt(limit) }),
        })),
      }),
      numbers: pairs(lines, 'events/s', 'p99 ms'),
    },
    ...(busy.length > 0
      ? [
          {
            title: 'How busy the server is on the way to the knee',
            question: 'Is it the server that is full at the knee?',
            read: 'The share of its one core that the server was busy at each step. Lower at the same rate is cheaper. A knee far below 100 % has another reason than the processor: the generator, or the wire.',
            summary:
              busy
                .map(
                  ({ summary, points }) =>
                    `${nameOf(summary)}: ${text(points.at(-1)![1])} % at ${points.at(-1)![0]} events/s`,
                )
                .join('; ') + '.',
            legend: busy.map(({ summary }) => lineMark(summary, summaries)),
            height: 280,
            option: (width: number): Option => ({
              grid: { left: 64, right: 24, top: 12, bottom: 54 },
              xAxis: logAxis('events/s', rates, across(width, 64), { formatter: String }),
              yAxis: axis('% of a core', 'value', { nameGap: 44, min: 0, max: 100 }),
              series: drawnBusy.map((line) => stepped(line, summaries)),
            }),
            numbers: pairs(busy, 'events/s', '% busy'),
          },
        ]
      : []),
  ]
}

/** A mark for each step. */
const stepped = (line: Line, all: Summary[]) => ({
  ...(lineOf(line, all) as object),
  ...{ type: 'line' as const, showSymbol: true, symbolSize: 6, data: line.points },
})
const dashedAt = (limit: number) => ({
  ...{ symbol: 'none', silent: true, label: { show: false } },
  lineStyle: { color: ink.muted, type: 'dashed' as const },
  data: [{ yAxis: limit }],
})

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
          showSymbol: false,
          lineStyle: { ...lineStyle(line.summary), width: 1.5, opacity: 0.7 },
        })),
      }),
      numbers: pairs(sharesOf(shown), 'ms, median', 'share'),
    },
  ]
}

/** At each rate the median of the repeats that met it. */
function linesOf(summaries: Summary[], name: 'p99' | 'utilisation'): Line[] {
  return summaries.flatMap((summary) => {
    const all = summary.valid.flatMap((row) => row.series?.[name] ?? []).filter(([x, y]) => x > 0 && y > 0)
    const points = medians(all)
    return points.length > 0 ? [{ summary, points }] : []
  })
}

/** Rates that nobody could tell apart in the drawing are one point of it; in the numbers each is itself. */
function drawn({ summary, points }: Line): Line {
  return { summary, points: medians(points.map(([x, y]) => [Number(x.toPrecision(2)), y])) }
}

function medians(all: [number, number][]): [number, number][] {
  return [...Map.groupBy(all, ([x]) => x)]
    .map(([x, same]): [number, number] => [x, spread(same.map(([, y]) => y))!.median])
    .toSorted(([a], [b]) => a - b)
}

/** For each share of the clients, when it was back: the median of the repeats. */
function sharesOf(summaries: Summary[]): Line[] {
  return summaries.map((summary) => {
    const all = summary.valid.flatMap((row) => row.series?.['back'] ?? [])
    return { summary, points: medians(all.map(([ms, share]) => [share, ms])).map(([share, ms]) => [ms, share]) }
  })
}

const pairs = (lines: Line[], x: string, y: string): Chart['numbers'] => [
  ['', x, y],
  ...lines.flatMap(({ summary, points }) => points.map((point) => [nameOf(summary), ...point.map(text)])),
]
