// Every repeat as a dot: latency, fan-out skew, and the times that only one scenario measures.
import { figures } from '../../figures.ts'
import { isKnown, metrics } from '../summary.ts'
import type { Pick, Summary } from '../summary.ts'
import { nameOf } from '../columns.ts'
import { text } from '../numbers.ts'
import { axis, colorOf, msLabel, namesAxis, roomFor, symbols } from './chart.ts'
import type { Chart, ChartMaker, Mark, OneSeries } from './chart.ts'

interface Kind {
  name: string
  pick: Pick
  look: '●' | '◆' | '▲' | '■'
}
const looks = ['●', '◆', '▲', '■'] as const

export const latencyDots: ChartMaker = (summaries) =>
  dots(
    summaries,
    [
      { name: 'p50', pick: metrics.p50, look: '●' },
      { name: 'p99', pick: metrics.p99, look: '◆' },
    ],
    {
      title: 'Latency, run by run',
      question: 'How late is an event, usually and at worst, and is that the same each time?',
      read: 'Each mark is one repeat; left is better, and each step of the axis is ten times the one before. Marks that lie close together can be relied on.',
    },
    'latency, ms',
  )

export const skewDots: ChartMaker = (summaries) =>
  dots(
    summaries,
    (['first', 'median', 'last'] as const).map((name, i) => ({
      name: `${name} receiver`,
      pick: (row) => row.skewMs?.[name].p99,
      look: (['▲', '●', '■'] as const)[i]!,
    })),
    {
      title: 'Fan-out skew',
      question: 'How much later than the first does the last client get the same event?',
      read: 'p99 of the first, the median and the last receiver of each event, a mark for each repeat. The further apart, the less fair.',
    },
    'p99 latency, ms',
  )

/** The times among the figures. */
export const figureDots: ChartMaker = (summaries) => {
  const names = Object.keys(figures).filter((name) => /Ms$/.test(name) && !/^cpu/.test(name))
  const found = names.filter((name) => summaries.some(({ of }) => of((row) => row.figures?.[name])))
  if (found.length === 0) return []
  return dots(
    summaries,
    found.slice(0, 4).map((name, i) => ({ name, pick: (row) => row.figures?.[name], look: looks[i]! })),
    {
      title: 'Times of this scenario',
      question:
        found.map((name) => `${name}: ${figures[name as keyof typeof figures].replace(/^[^:]*: /, '')}`).join('; ') +
        '.',
      read: 'Each mark is one repeat; left is better, and each step of the axis is ten times the one before.',
    },
    'ms',
  )
}

function dots(
  summaries: Summary[],
  kinds: Kind[],
  words: { title: string; question: string; read: string },
  unit: string,
): Chart[] {
  // With a variable there are too many rows for it; charts/points.ts has them.
  const shown = summaries.filter((each) => each.where === '' && kinds.some(({ pick }) => each.of(pick)))
  if (shown.length === 0) return []
  const names = shown.map(nameOf)
  const series = kinds.map(({ name, pick, look }): OneSeries => ({
    ...{ type: 'scatter', name, symbol: symbols[look], symbolSize: 11 },
    data: shown.flatMap((each, i) =>
      each.valid
        .map(pick)
        .filter((value) => isKnown(value) && value > 0)
        .map((value) => ({ value: [value!, i], itemStyle: { color: colorOf(each), opacity: 0.65 } })),
    ),
  }))
  const middle = (each: Summary, pick: Pick) => each.of(pick)?.median
  const said = shown.map((each) => {
    const parts = kinds.flatMap(({ name, pick }) =>
      isKnown(middle(each, pick)) ? `${name} ${text(middle(each, pick)!)} ms` : [],
    )
    return `${nameOf(each)}: ${parts.join(', ')}`
  })
  const marks: Mark[] = kinds.map(({ name, look }) => ({ name, look, color: 'var(--text)' }))
  return [
    {
      ...words,
      summary: `Medians. ${said.join('; ')}.`,
      legend: kinds.length > 1 ? marks : [],
      height: 70 + 28 * shown.length,
      option: (width) => ({
        grid: { left: roomFor(names, width), right: 24, top: 8, bottom: 52 },
        xAxis: axis(unit, 'log', {
          axisLabel: { formatter: msLabel, color: 'var(--text)', fontSize: 13, hideOverlap: true },
        }),
        yAxis: namesAxis(names, width),
        series,
      }),
      numbers: [
        ['', 'repeat', ...kinds.map(({ name }) => name)],
        ...shown.flatMap((each) =>
          each.valid.map((row) => [nameOf(each), String(row.repeat), ...kinds.map(({ pick }) => known(pick(row)))]),
        ),
      ],
    },
  ]
}

export const known = (value: number | null | undefined) => (isKnown(value) ? text(value) : '–')
