// The picture of “What TLS adds”: bytes and times of the handshakes, and bytes added to an event, as bars.
import { html } from '/vendor/lit-html.js'
import { NONE, duration, size } from '../../words.ts'
import { barList } from '../bars.ts'
import { drawn } from '../picture.ts'
import { TRIP_MS } from '../trip.ts'
import { nameOf, perEvent, streamName, total } from './answer.ts'
import type { Data, Version } from './answer.ts'

const laneOf = (version: Version) => (version === '1.3' ? 'sse' : 'polling')

export const picture = drawn(({ handshakes, streams }: Data) => {
  const most = Math.max(1, ...handshakes.map(total))
  const longest = Math.max(1, ...handshakes.map(({ tookMs }) => tookMs))
  const heaviest = Math.max(0.01, ...streams.map(perEvent).filter(Number.isFinite))
  return html`${barList(
    'Bytes of a handshake, up and down',
    handshakes.map((each) => ({
      ...{ name: nameOf(each), share: total(each) / most, words: size(total(each)), lane: laneOf(each.version) },
    })),
  )}
  ${barList(
    `From hello to request, ${TRIP_MS} ms there and back`,
    handshakes.map((each) => ({
      ...{ name: nameOf(each), share: each.tookMs / longest, words: duration(each.tookMs), lane: laneOf(each.version) },
    })),
  )}
  ${barList(
    'Bytes that TLS adds to an event',
    streams.map((each) => ({
      ...{ name: streamName(each), lane: laneOf(each.version), share: (perEvent(each) || 0) / heaviest },
      words: Number.isFinite(perEvent(each)) ? `${perEvent(each).toFixed(1)} B` : NONE,
    })),
  )}`
})
