// The picture of the whole subject: what lateness costs, and what it costs not to be late.
import { nameOf } from '../columns.ts'
import { text } from '../numbers.ts'
import { isKnown, metrics } from '../summary.ts'
import type { Summary } from '../summary.ts'
import { axis, colorOf, ink, msLabel, symbols } from './chart.ts'
import type { ChartMaker, OneSeries } from './chart.ts'

/** Ours are round; peers in the same colour have other shapes. */
function lookOf({ transport, beside }: Summary, all: Summary[]): '●' | '◆' | '▲' | '■' {
  if (beside === undefined) return '●'
  const peers = all.filter((each) => each.beside === beside).map((each) => each.transport)
  return (['◆', '▲', '■'] as const)[peers.indexOf(transport) % 3]!
}

export const latencyAgainstCost: ChartMaker = (summaries) => {
  const shown = summaries.filter(({ of, where }) => where === '' && of(metrics.cpu) && of(metrics.p50))
  if (shown.length < 2) return []
  const middle = (each: Summary): [number, number] => [each.of(metrics.cpu)!.median, each.of(metrics.p50)!.median]
  const label = { color: ink.text, fontSize: 13, hideOverlap: true, formatter: msLabel }
  return [
    {
      title: 'Latency against cost',
      question: 'What does it cost the server to be quick?',
      read: 'Bottom left is best: quick and cheap. The large mark is the median of the repeats, the small dots are the repeats. Both axes grow tenfold with each step.',
      summary:
        shown
          .map((each) => `${nameOf(each)}: ${text(middle(each)[0])} µs a delivery, p50 ${text(middle(each)[1])} ms`)
          .join('; ') + '.',
      legend: shown.map((each) => ({ name: nameOf(each), color: colorOf(each), look: lookOf(each, shown) })),
      height: 400,
      option: () => ({
        grid: { left: 64, right: 24, top: 12, bottom: 54 },
        xAxis: axis('server µs per delivery', 'log', { axisLabel: { ...label, formatter: undefined } }),
        yAxis: axis('p50, ms', 'log', { nameGap: 44, axisLabel: label }),
        series: shown.flatMap((each): OneSeries[] => [
          {
            ...{ type: 'scatter', symbolSize: 5, itemStyle: { color: colorOf(each), opacity: 0.5 } },
            data: each.valid.flatMap((row) => {
              const [x, y] = [metrics.cpu(row), metrics.p50(row)]
              return isKnown(x) && isKnown(y) ? [[x, y]] : []
            }),
          },
          {
            ...{ type: 'scatter', symbolSize: 16, symbol: symbols[lookOf(each, shown)], data: [middle(each)] },
            itemStyle: { color: colorOf(each), borderColor: 'var(--surface)', borderWidth: 1.5 },
          },
        ]),
      }),
      numbers: [['', 'server µs', 'p50 ms'], ...shown.map((each) => [nameOf(each), ...middle(each).map(text)])],
    },
  ]
}
