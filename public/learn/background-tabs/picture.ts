// The picture of “Background tabs”: the latency of each event, and when the page was hidden.
import { duration } from '../../words.ts'
import { dots } from '../latency.ts'
import { block, plot } from '../plot.ts'
import type { Picture } from '../picture.ts'
import type { Data } from './answer.ts'
import { TOTAL_MS } from './run.ts'

const HIGHEST_S = 1.6

export function picture(box: HTMLElement): Picture<Data> {
  const shown = plot(box, {
    title: 'Latency of each event',
    label: 'Latency of events by polling, SSE and WebSocket, while the page is in sight, hidden, and in sight again',
    heightPx: 300,
    x: { label: 'when the event was due, s', range: [0, TOTAL_MS / 1000] },
    y: { label: 'latency, s', range: [0, HIGHEST_S] },
    series: [
      { name: 'polling', lane: 'polling', as: 'dots' },
      { name: 'SSE', lane: 'sse', as: 'dots' },
      { name: 'WebSocket', lane: 'wss', as: 'dots' },
      { name: 'the page is hidden', as: 'dashes' },
    ],
  })
  return {
    draw({ polling, sse, wss, hiddenAt, shownAt }) {
      const hidden = hiddenAt === undefined ? [] : block(hiddenAt, shownAt ?? TOTAL_MS, HIGHEST_S)
      shown.draw([dots(polling, 'due'), dots(sse, 'due'), dots(wss, 'due'), hidden])
      shown.say(
        hiddenAt === undefined
          ? ''
          : `Hidden from ${duration(hiddenAt)} to ${shownAt === undefined ? 'now' : duration(shownAt)}.`,
      )
    },
    close: shown.close,
  }
}
