// The picture of the whole subject: what lateness costs, and what it costs not to be late.

import { nameOf, text } from '../numbers.ts'
import { isKnown, metrics } from '../summary.ts'
import type { Pick } from '../summary.ts'
import type { Summary } from '../summary.ts'
import { across, colorOf, logAxis, lookOf, msLabel, symbols, upright } from './chart.ts'
import type { Chart, ChartMaker, OneSeries } from './chart.ts'

/** Ours in one; with peers another one, without polling, whose latency is its interval: beside it the others would be one heap. */
export const latencyAgainstCost: ChartMaker = (summaries) => {
  const all = summaries.filter(({ of, where }) => where === '' && of(metrics.cpu) && of(metrics.p50))
  const ours = all.filter(({ beside }) => beside === undefined)
  const close = all.filter(({ transport }) => transport !== 'polling')
  const question = 'What does it cost the server to be quick?'
  return [
    ...(ours.length < 2 ? [] : [chartOf('Latency against cost', question, ours, summaries)]),
    ...(close.length === 0 || close.every((each) => ours.includes(each))
      ? []
      : [
          chartOf(
            'Latency against cost, with peers',
            'And what does it cost what else carries events? Polling is left out: its latency is its interval.',
            close,
            summaries,
          ),
        ]),
  ]
}

function chartOf(title: string, question: string, shown: Summary[], summaries: Summary[]): Chart {
  const middle = (each: Summary): [number, number] => [each.of(metrics.cpu)!.median, each.of(metrics.p50)!.median]
  const values = (pick: Pick) =>
    shown.flatMap(({ valid }) => valid.map(pick)).filter((value): value is number => isKnown(value) && value > 0)
  const hasPeers = shown.some(({ beside }) => beside !== undefined)
  return {
    ...{ title, question },
    read: `Bottom left is best: quick and cheap. The large mark is the median of the repeats, the small dots are the repeats. ${hasPeers ? 'Colour is the transport, shape is who made it: ours are round. ' : ''}Both axes are logarithmic.`,
    summary:
      shown
        .map((each) => `${nameOf(each)}: ${text(middle(each)[0])} µs a delivery, p50 ${text(middle(each)[1])} ms`)
        .join('; ') + '.',
    legend: shown.map((each) => ({ name: nameOf(each), color: colorOf(each), look: lookOf(each, summaries) })),
    height: 400,
    option: (width) => ({
      grid: { left: 64, right: 24, top: 12, bottom: 54 },
      xAxis: logAxis('server µs per delivery', values(metrics.cpu), across(width, 64)),
      yAxis: logAxis('p50, ms', values(metrics.p50), upright(400), { nameGap: 44, formatter: msLabel }),
      series: shown.flatMap((each): OneSeries[] => [
        {
          ...{ type: 'scatter', symbolSize: 5, itemStyle: { color: colorOf(each), opacity: 0.5 } },
          data: each.valid.flatMap((row) => {
            const [x, y] = [metrics.cpu(row), metrics.p50(row)]
            return isKnown(x) && isKnown(y) ? [[x, y]] : []
          }),
        },
        {
          ...{ type: 'scatter', symbolSize: 16, symbol: symbols[lookOf(each, summaries)], data: [middle(each)] },
          itemStyle: { color: colorOf(each), borderColor: 'var(--surface)', borderWidth: 1.5 },
        },
      ]),
    }),
    numbers: [['', 'server µs', 'p50 ms'], ...shown.map((each) => [nameOf(each), ...middle(each).map(text)])],
  }
}
