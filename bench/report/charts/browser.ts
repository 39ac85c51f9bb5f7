// Inside a browser: for each transport and browser when an event was received and when it was painted, a mark for each repeat.
import { painting } from '../browser.ts'
import { text } from '../numbers.ts'
import { isKnown, metrics } from '../summary.ts'
import type { ChartMaker } from './chart.ts'
import { dots } from './dots.ts'

export const browserDots: ChartMaker = (summaries) => {
  const shown = summaries.filter(({ of }) => of(painting.paint))
  const errors = shown.flatMap(({ valid }) => valid.map(({ browser }) => browser?.clock?.errorMs)).filter(isKnown)
  return dots(
    shown,
    [
      { name: 'due to received', pick: metrics.p50, look: '●' },
      { name: 'due to painted', pick: painting.painted, look: '◆' },
      { name: 'received to painted', pick: painting.paint, look: '▲' },
    ],
    {
      title: 'Received and painted',
      question:
        'How long from when an event was due until a person can see it, and how much of that is the browser’s own?',
      read: `Each mark is the p50 of one repeat; left is better; the axis is logarithmic. What begins with "due" may be off by ± ${text(Math.max(...errors, 0))} ms, which is how well the page's clock is known. From received to painted is the wait for a frame: little when the browser had nothing to draw, up to a frame when it had. The p50 of two parts do not add up to that of the whole.`,
    },
    'p50, ms',
  )
}
