// The formulas of “What TLS adds” beside what was measured: the share of a record, and round trips before the request.
import { html } from '/vendor/lit-html.js'
import { asSet, duration, size } from '../../words.ts'
import { formulaTable } from '../formula.ts'
import { TRIP_MS } from '../trip.ts'
import { nameOf, shareOf, shareWords, streamName } from './answer.ts'
import type { Data, Handshake, Stream } from './answer.ts'

const MATH = `22 = 5 + 1 + 16 (TLS 1.3)
29 = 5 + 8 + 16 (TLS 1.2, AES-GCM)
share of TLS = 22 / (22 + n)
time before the request = round trips · t`

/** RFC 8446 §5.2; RFC 5288 §3; RFC 7905 §2, which has no nonce in the record. */
const recordOf = ({ version, cipher }: Stream) => (version === '1.3' ? 22 : cipher.includes('CHACHA') ? 21 : 29)

/** Round trips of a handshake before the request can leave: by the standard, and where the client does not wait (RFC 7918). */
const tripsOf = ({ version, isResumed }: Handshake) => (version === '1.2' && !isResumed ? [1, 2] : [1])

function streamRow(stream: Stream): string[] {
  const inOne = stream.records > 0 ? stream.plain / stream.records : NaN
  const expected = recordOf(stream) / (recordOf(stream) + inOne)
  return [streamName(stream), size(inOne), shareWords(expected), shareWords(shareOf(stream))]
}

function handshakeRow(handshake: Handshake): string[] {
  const trips = tripsOf(handshake)
  const expected = trips.map((n) => asSet(n * TRIP_MS))
  return [nameOf(handshake), trips.join(' or '), expected.join(' or '), duration(handshake.tookMs)]
}

export const formula = ({ handshakes, streams }: Data) =>
  html`<p class="math">${MATH}</p>
    <p>For a record with <code>n</code> bytes in it, and <code>t</code> there and back.</p>
    ${formulaTable(['stream', 'n', 'formula', 'measured'], streams.map(streamRow), { inWords: true })}
    ${formulaTable(['handshake', 'round trips', 'formula', 'measured'], handshakes.map(handshakeRow), {
      ...{ label: 'Round trips', inWords: true },
    })}`
