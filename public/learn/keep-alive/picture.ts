// The picture of “Keep-alive is not a WebSocket”: a bar for each exchange, then what came down in the silence.
import { html } from '/vendor/lit-html.js'
import { duration, size } from '../../words.ts'
import { barList } from '../bars.ts'
import type { Passed } from '../doors.ts'
import { drawn } from '../picture.ts'
import type { Data, Way } from './answer.ts'

export const picture = drawn(({ kept, fresh, silence }: Data) => {
  const longest = Math.max(1, ...kept.tookMs, ...fresh.tookMs)
  const timesOf = ({ name, tookMs }: Way, lane: string) =>
    tookMs.map((ms, index) => ({ name: `${name}, ${index + 1}`, share: ms / longest, words: duration(ms), lane }))
  const most = Math.max(1, silence?.onKept.down ?? 0, silence?.onSocket.down ?? 0)
  const barOf = (name: string, { down }: Passed, lane: string) => ({
    ...{ name, lane, share: down / most, words: size(down) },
  })
  return html`${barList('Time from question to answer', [...timesOf(kept, 'polling'), ...timesOf(fresh, 'long-polling')])}
  ${
    silence
      ? barList(`${duration(silence.ms)} in which the page asked nothing: bytes that came down`, [
          barOf('kept HTTP connection', silence.onKept, 'polling'),
          barOf('WebSocket', silence.onSocket, 'wss'),
        ])
      : ''
  }`
})
