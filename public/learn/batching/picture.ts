// The picture of “Batching”: the latency of the last events with each window; then what an event and its share of a record cost.
import { html, render } from '/vendor/lit-html.js'
import { NONE, size } from '../../words.ts'
import { barList } from '../bars.ts'
import { chart } from '../chart.ts'
import type { Picture } from '../picture.ts'
import { figuresOf, windowOf } from './answer.ts'
import type { Data, Figures } from './answer.ts'
import { DOORS, WINDOWS } from './run.ts'

const SHOWN_MS = 3000

export function picture(box: HTMLElement): Picture<Data> {
  const [plot, bars] = [document.createElement('div'), document.createElement('div')]
  const title = document.createElement('h4')
  title.textContent = 'Latency of each event'
  box.classList.add('plots')
  box.append(title, plot, bars)
  const shown = chart(plot, {
    label: 'Latency of each event, for three batching windows',
    heightPx: 250,
    x: { label: 'when the event was due, s', range: [0, SHOWN_MS / 1000] },
    y: { label: 'latency, ms', range: [0, 150] },
    series: DOORS.map((lane, index) => ({ name: windowOf({ batchMs: WINDOWS[index]! }), lane, as: 'dots' as const })),
  })
  return {
    draw({ lines }) {
      const last = Math.max(0, ...lines.map(({ events }) => events.at(-1)?.due ?? 0).filter(Number.isFinite))
      const from = Math.max(0, last - SHOWN_MS)
      shown.draw(
        lines.map(({ events }) =>
          events
            .filter(({ due }) => due >= from)
            .map(({ due, at }): [number, number] => [(due - from) / 1000, at - due])
            .sort(([a], [b]) => a - b),
        ),
      )
      if (lines.every(({ passed }) => passed)) render(costs(lines.map(figuresOf)), bars)
    },
    close: shown.close,
  }
}

function costs(all: Figures[]) {
  const most = Math.max(1, ...all.map((each) => each.bytesPerEvent).filter(Number.isFinite))
  const bars = (title: string, of: (figures: Figures) => number, words: (value: number) => string, longest: number) =>
    barList(
      title,
      all.map((each, index) => ({
        ...{ name: windowOf(each), lane: DOORS[index]! },
        ...{ share: of(each) / longest, words: Number.isFinite(of(each)) ? words(of(each)) : NONE },
      })),
    )
  return html`${bars('Bytes down for each event, with TLS', (each) => each.bytesPerEvent, size, most)}
  ${bars(
    'TLS records for 100 events',
    (each) => 100 / each.eventsPerRecord,
    (value) => value.toFixed(0),
    100,
  )}`
}
