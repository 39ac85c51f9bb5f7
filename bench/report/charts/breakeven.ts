// Rate × poll interval: where push starts to pay, in bytes and in the server's time.
import { text } from '../numbers.ts'
import { metrics } from '../summary.ts'
import type { Pick, Summary } from '../summary.ts'
import { axis, ink } from './chart.ts'
import type { Chart, ChartMaker } from './chart.ts'

export const breakEven: ChartMaker = (summaries) => {
  const polled = summaries.filter(({ point }) => 'pollMs' in point && 'rate' in point)
  if (polled.length === 0) return []
  return [
    ...surface(summaries, polled, metrics.bytes, 'bytes', 'bytes per event'),
    ...surface(summaries, polled, metrics.cpu, 'server time', 'server µs per delivery'),
  ]
}

/** Within this share of each other neither is cheaper. */
const EVEN = 0.1

function surface(summaries: Summary[], polled: Summary[], pick: Pick, what: string, unit: string): Chart[] {
  const cells = polled.flatMap((poll) => {
    const push = cheapest(summaries, poll, pick)
    const [asked, pushed] = [poll.of(pick)?.median, push?.of(pick)?.median]
    return asked === undefined || !pushed ? [] : [{ poll, push: push!, asked, pushed, times: asked / pushed }]
  })
  if (cells.length === 0) return []
  const values = (name: string) =>
    [...new Set(cells.map(({ poll }) => Number(poll.point[name])))].toSorted((a, b) => a - b)
  const [intervals, rates] = [values('pollMs'), values('rate')]
  const cheaper = cells.filter(({ times }) => times < 1 - EVEN)
  return [
    {
      title: `Break-even in ${what}`,
      question: `From which rate and poll interval on does push cost less ${what} than polling?`,
      read: `Each number: polling's ${unit} as a multiple of the cheapest push transport's at that rate. Above 1 push is cheaper; below 1 polling is, paid for with latency.`,
      summary:
        cheaper.length > 0
          ? `Polling is cheaper at ${cheaper.map(({ poll }) => poll.where).join('; ')}. Elsewhere push is, or they are even.`
          : 'Push is cheaper than polling, or as cheap, at every point that was measured.',
      legend: [
        { name: 'push is cheaper', color: 'var(--push)', look: '■' },
        { name: `even, within ${EVEN * 100} %`, color: 'var(--even)', look: '■' },
        { name: 'polling is cheaper', color: 'var(--poll)', look: '■' },
      ],
      height: 90 + 44 * rates.length,
      option: () => ({
        grid: { left: 64, right: 16, top: 8, bottom: 54 },
        xAxis: axis('poll interval, ms', 'category', { data: intervals.map(String) }),
        yAxis: axis('events/s', 'category', { nameGap: 44, data: rates.map(String) }),
        visualMap: {
          ...{ type: 'piecewise', show: false, dimension: 2 },
          pieces: [
            { lt: 1 - EVEN, color: 'var(--poll)' },
            { gte: 1 - EVEN, lte: 1 + EVEN, color: 'var(--even)' },
            { gt: 1 + EVEN, color: 'var(--push)' },
          ],
        },
        series: [
          {
            ...{ type: 'heatmap', itemStyle: { borderColor: 'var(--surface)', borderWidth: 3 } },
            label: {
              show: true,
              color: ink.text,
              fontSize: 14,
              formatter: (each: { value: unknown }) => `${text((each.value as number[])[2]!)}×`,
            },
            data: cells.map(({ poll, times }) => [
              intervals.indexOf(Number(poll.point.pollMs)),
              rates.indexOf(Number(poll.point.rate)),
              times,
            ]),
          },
        ],
      }),
      numbers: [
        ['events/s', 'every ms', 'polling', 'cheapest push', '', '×'],
        ...cells.map(({ poll, push, asked, pushed, times }) => [
          ...[
            String(poll.point.rate),
            String(poll.point.pollMs),
            text(asked),
            push.transport,
            text(pushed),
            text(times),
          ],
        ]),
      ],
    },
  ]
}

/** Of the rows at the same rate that have no interval. */
function cheapest(summaries: Summary[], { point: { rate } }: Summary, pick: Pick): Summary | undefined {
  return summaries
    .filter(
      ({ point, of, transport }) => transport !== 'floor' && point.rate === rate && !('pollMs' in point) && of(pick),
    )
    .toSorted((a, b) => a.of(pick)!.median - b.of(pick)!.median)[0]
}
