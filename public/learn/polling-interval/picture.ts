// The picture of “How often to ask”: for each pause the latencies as they come, the saw teeth of waiting; then what an event cost.
import { render } from '/vendor/lit-html.js'
import { size } from '../../words.ts'
import { dots } from '../latency.ts'
import { barList } from '../bars.ts'
import { chart } from '../chart.ts'
import type { Picture } from '../picture.ts'
import { every, figuresOf } from './answer.ts'
import type { Data } from './answer.ts'
import { INTERVALS, LAST_MS } from './run.ts'

export function picture(box: HTMLElement): Picture<Data> {
  const rows = INTERVALS.map((intervalMs, index) => {
    const isLast = index === INTERVALS.length - 1
    const row = document.createElement('div')
    const [title, plot] = [document.createElement('h4'), document.createElement('div')]
    title.textContent = `asks every ${every({ intervalMs })}`
    row.append(title, plot)
    box.append(row)
    return chart(plot, {
      label: `Latency of each event, polling every ${intervalMs} ms`,
      ...{ heightPx: isLast ? 172 : 144, hasKeys: isLast },
      x: { label: isLast ? 'when the event was due, s' : '', range: [0, LAST_MS / 1000] },
      y: { label: 'latency, s', range: [0, 4.6] },
      series: [
        { name: 'one event', lane: 'polling', as: 'dots' },
        { name: 'measured median', as: 'line' },
        { name: 'interval/2 + round trip', lane: 'wss', as: 'dashes' },
      ],
    })
  })
  const costs = document.createElement('div')
  box.append(costs)
  box.classList.add('plots')
  return {
    draw({ lines }) {
      const all = lines.map(figuresOf)
      for (const [index, { events }] of lines.entries()) {
        const { medianMs, expectedMs } = all[index]!
        rows[index]!.draw([dots(events, 'due'), across(medianMs), across(expectedMs)])
      }
      const most = Math.max(...all.map(({ bytesPerEvent }) => bytesPerEvent))
      const bars = all.map((each) => ({
        ...{ name: `every ${every(each)}`, share: each.bytesPerEvent / most, words: size(each.bytesPerEvent) },
        lane: 'polling',
      }))
      render(Number.isFinite(most) ? barList('Bytes for each event, up and down', bars) : '', costs)
    },
    close: () => rows.forEach((each) => each.close()),
  }
}

/** A line over all of the time. */
const across = (ms: number): [number, number][] =>
  Number.isFinite(ms) ? [0, LAST_MS / 1000].map((seconds): [number, number] => [seconds, ms / 1000]) : []
