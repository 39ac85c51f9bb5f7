// Every repeat as a dot: latency, fan-out skew, and the times that only one scenario measures.
import type { FigureName } from '../../figures.ts'
import { isKnown, metrics } from '../summary.ts'
import type { Pick, Summary } from '../summary.ts'
import { nameOf, text } from '../numbers.ts'
import { across, colorOf, logAxis, msLabel, namesAxis, roomFor, symbols } from './chart.ts'
import type { Chart, ChartMaker, Look, Mark, OneSeries } from './chart.ts'

interface Kind {
  name: string
  pick: Pick
  look: Look
}
const looks = ['●', '◆', '▲'] as const

/** With a variable there are too many rows for them; charts/points.ts has those. */
const plain = (summaries: Summary[]) => summaries.filter(({ where }) => where === '')

export const latencyDots: ChartMaker = (summaries) =>
  dots(
    plain(summaries),
    [
      { name: 'p50', pick: metrics.p50, look: '●' },
      { name: 'p99', pick: metrics.p99, look: '◆' },
    ],
    {
      title: 'Latency, run by run',
      question: 'How late is an event, usually and at worst, and is that the same each time?',
      read: 'Each mark is one repeat; left is better; the axis is logarithmic. Marks that lie close together can be relied on.',
    },
    'latency, ms',
  )

export const skewDots: ChartMaker = (summaries) => {
  // p99 where there are events enough for it.
  const key = summaries.some(({ of }) => of((row) => row.skewMs?.last.p99)) ? 'p99' : 'p50'
  return dots(
    plain(summaries),
    (['first', 'median', 'last'] as const).map((name, i) => ({
      name: `${name} receiver`,
      pick: (row) => row.skewMs?.[name][key],
      look: (['▲', '●', '■'] as const)[i]!,
    })),
    {
      title: 'Fan-out skew',
      question: 'How much later than the first does the last client get the same event?',
      read: `${key} of the first, the median and the last receiver of each event, a mark for each repeat. The further apart, the less fair. The axis is logarithmic.`,
    },
    `${key} latency, ms`,
  )
}

/** The times among the figures: what is asked of each, and what a mark is called. */
const times: { question: string; marks: Partial<Record<FigureName, string>> }[] = [
  {
    question: 'How long until clients are back after the cut?',
    marks: { backP50Ms: 'half of them', backP99Ms: '99 % of them', backAllMs: 'the last one' },
  },
  {
    question: 'How long until a client has all events of the burst?',
    marks: { burstFirstMs: 'the first client', burstLastMs: 'the last client' },
  },
  {
    question: 'How long from nothing to the first event?',
    marks: { firstEventFullMs: 'full handshake', firstEventResumedMs: 'resumed session' },
  },
  { question: 'How long until a sender knows that its event is in the log?', marks: { acknowledgedP50Ms: 'median' } },
]

export const figureDots: ChartMaker = (summaries) =>
  times.flatMap(({ question, marks }) =>
    dots(
      plain(summaries),
      (Object.entries(marks) as [FigureName, string][]).map(([figure, name], i) => ({
        ...{ name, look: looks[i]! },
        pick: (row) => row.figures?.[figure],
      })),
      {
        ...{ title: 'Times of this scenario', question },
        read: 'Each mark is one repeat; left is better; the axis is logarithmic. The words below the heading say from when to when.',
      },
      'ms',
    ),
  )

export function dots(
  summaries: Summary[],
  kinds: Kind[],
  words: { title: string; question: string; read: string },
  unit: string,
): Chart[] {
  const shown = summaries.filter((each) => kinds.some(({ pick }) => each.of(pick)))
  if (shown.length === 0) return []
  const names = shown.map(nameOf)
  const values = shown
    .flatMap(({ valid }) => valid.flatMap((row) => kinds.map(({ pick }) => pick(row))))
    .filter(positive)
  const series = kinds.map(({ name, pick, look }): OneSeries => ({
    ...{ type: 'scatter', name, symbol: symbols[look], symbolSize: 11 },
    data: shown.flatMap((each, i) =>
      each.valid
        .map(pick)
        .filter(positive)
        .map((value) => ({ value: [value, i], itemStyle: { color: colorOf(each), opacity: 0.65 } })),
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
        xAxis: logAxis(unit, values, across(width, roomFor(names, width)), { formatter: msLabel }),
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

const positive = (value: number | null | undefined): value is number => isKnown(value) && value > 0

export const known = (value: number | null | undefined) => (isKnown(value) ? text(value) : '–')
