// The picture of “Slow consumers”: the latency of each event at both readers, and how far the slow one is behind.
import { count, duration } from '../../words.ts'
import { dots } from '../latency.ts'
import type { Picture } from '../picture.ts'
import { plot, wall } from '../plot.ts'
import type { Data } from './answer.ts'
import { TOTAL_MS } from './run.ts'

const HIGHEST_S = 16

export function picture(box: HTMLElement): Picture<Data> {
  const shown = plot(box, {
    title: 'Latency of each event',
    label: 'Latency of events at a fast and at a slow reader',
    heightPx: 300,
    x: { label: 'when it was read, s', range: [0, TOTAL_MS / 1000] },
    y: { label: 'latency, s', range: [0, HIGHEST_S] },
    series: [
      { name: 'slow reader (WebSocket)', lane: 'wss', as: 'dots' },
      { name: 'fast reader beside it (SSE)', lane: 'sse', as: 'dots' },
      { name: 'the line is well again', as: 'dashes' },
    ],
  })
  return {
    draw({ slow, fast, healedAt, behind, letGoAt }) {
      shown.draw([dots(slow, 'at'), dots(fast, 'at'), healedAt === undefined ? [] : wall(healedAt, HIGHEST_S)])
      const events = Math.max(0, behind.at(-1)?.events ?? 0)
      shown.say(
        `The slow one is ${count(events, 'event')} behind.` +
          (letGoAt === undefined ? '' : ` The server let go of its line at ${duration(letGoAt)}.`),
      )
    },
    close: shown.close,
  }
}
