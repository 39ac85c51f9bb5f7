// The picture of the whole subject: what lateness costs, and what it costs not to be late.
import { nameOf } from '../columns.ts'
import { text } from '../numbers.ts'
import { isKnown, metrics } from '../summary.ts'
import type { Pick } from '../summary.ts'
import type { Summary } from '../summary.ts'
import { WIDE, across, colorOf, ink, logAxis, lookOf, msLabel, symbols, upright } from './chart.ts'
import type { ChartMaker, OneSeries } from './chart.ts'

export const latencyAgainstCost: ChartMaker = (summaries) => {
  const shown = summaries.filter(({ of, where }) => where === '' && of(metrics.cpu) && of(metrics.p50))
  if (shown.length < 2) return []
  const middle = (each: Summary): [number, number] => [each.of(metrics.cpu)!.median, each.of(metrics.p50)!.median]
  const all = (pick: Pick) =>
    shown.flatMap(({ valid }) => valid.map(pick)).filter((value) => isKnown(value) && value > 0) as number[]
  return [
    {
      title: 'Latency against cost',
      question: 'What does it cost the server to be quick?',
      read: 'Bottom left is best: quick and cheap. The large mark is the median of the repeats, the small dots are the repeats. Colour is the transport, shape is who made it: ours are round. Both axes are logarithmic.',
      summary:
        shown
          .map((each) => `${nameOf(each)}: ${text(middle(each)[0])} µs a delivery, p50 ${text(middle(each)[1])} ms`)
          .join('; ') + '.',
      legend: shown.map((each) => ({ name: nameOf(each), color: colorOf(each), look: lookOf(each, shown) })),
      height: 400,
      option: (width) => ({
        grid: { left: 64, right: 24, top: 12, bottom: 54 },
        xAxis: logAxis('server µs per delivery', all(metrics.cpu), across(width, 64)),
        yAxis: logAxis('p50, ms', all(metrics.p50), upright(400), { nameGap: 44, formatter: msLabel }),
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
            // Names where there is room for them; all of them are in the legend.
            label: { show: width === WIDE, position: 'right', formatter: nameOf(each), color: ink.text, fontSize: 12 },
            labelLayout: { hideOverlap: true },
          },
        ]),
      }),
      numbers: [['', 'server µs', 'p50 ms'], ...shown.map((each) => [nameOf(each), ...middle(each).map(text)])],
    },
  ]
}
