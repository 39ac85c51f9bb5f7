// Inside a browser: one bar for each transport and browser, from due to received and from there to painted.
import { painting } from '../browser.ts'
import { nameOf, text } from '../numbers.ts'
import { isKnown, metrics } from '../summary.ts'
import { axis, namesAxis, roomFor } from './chart.ts'
import type { ChartMaker, OneSeries } from './chart.ts'

const parts = [
  { name: 'due to received', pick: metrics.p50, color: 'var(--layer-tls)' },
  { name: 'received to painted', pick: painting.paint, color: 'var(--layer-headers)' },
]

export const browserBars: ChartMaker = (summaries) => {
  const shown = summaries.filter(({ of }) => of(painting.paint))
  if (shown.length === 0) return []
  const names = shown.map(nameOf)
  const middle = (each: (typeof shown)[number], { pick }: (typeof parts)[number]) => each.of(pick)?.median
  const errors = shown.flatMap(({ valid }) => valid.map(({ browser }) => browser?.clock?.errorMs)).filter(isKnown)
  return [
    {
      title: 'Received and painted',
      question:
        'How long from when an event was due until a person can see it, and how much of that is the browser’s own?',
      read: `Each bar is a median of the repeats' p50: first until our client has the event, then until the callbacks of the next animation frame begin. Shorter is better. The first part may be off by ± ${text(Math.max(...errors, 0))} ms, which is how well the page's clock is known. The second is the wait for a frame: little when the browser had nothing to draw, up to a frame when it had. Medians of parts do not add up to the median of the whole: the table has it.`,
      summary: `${shown.map((each) => `${nameOf(each)}: ${parts.map((part) => `${part.name} ${text(middle(each, part) ?? NaN)} ms`).join(', ')}`).join('; ')}.`,
      legend: parts.map(({ name, color }) => ({ name, color, look: '■' as const })),
      height: 70 + 30 * shown.length,
      option: (width) => ({
        grid: { left: roomFor(names, width), right: 24, top: 8, bottom: 52 },
        xAxis: axis('ms', 'value'),
        yAxis: namesAxis(names, width),
        series: parts.map((part): OneSeries => ({
          ...{ type: 'bar', name: part.name, stack: 'all', barCategoryGap: '35%', itemStyle: { color: part.color } },
          data: shown.map((each) => Math.max(0, middle(each, part) ?? 0)),
        })),
      }),
      numbers: [
        ['', 'repeat', 'due to received, p50', 'received to painted, p50', 'due to painted, p50', 'clock ±'],
        ...shown.flatMap((each) =>
          each.valid.map((row) => [
            ...[nameOf(each), String(row.repeat)],
            ...[metrics.p50(row), painting.paint(row), painting.painted(row), row.browser?.clock?.errorMs].map(
              (value) => (isKnown(value) ? text(value) : '–'),
            ),
          ]),
        ),
      ],
    },
  ]
}
