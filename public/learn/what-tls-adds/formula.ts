// The formulas of “What TLS adds” beside what was measured: the share of a record, and round trips before the request.
import { html } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import { NONE, duration, size } from '../../words.ts'
import { TRIP_MS, nameOf, percent, shareOf, streamName } from './answer.ts'
import type { Data, Handshake, Stream } from './answer.ts'

const MATH = `22 = 5 + 1 + 16 (TLS 1.3)
29 = 5 + 8 + 16 (TLS 1.2, AES-GCM)
share of TLS = 22 / (22 + n)
time before the request = round trips · t`

/** RFC 8446 §5.2; RFC 5288 §3; RFC 7905 §2, which has no nonce in the record. */
const recordOf = ({ version, cipher }: Stream) => (version === '1.3' ? 22 : cipher.includes('CHACHA') ? 21 : 29)

/** Round trips of a handshake before the request can leave: by the standard, and where the client does not wait (RFC 7918). */
const tripsOf = ({ version, isResumed }: Handshake) => (version === '1.2' && !isResumed ? [1, 2] : [1])

function streamRow(stream: Stream): TemplateResult {
  const inOne = stream.records > 0 ? stream.plain / stream.records : NaN
  return html`<tr>
    <th scope="row">${streamName(stream)}</th>
    <td class="number">${Number.isFinite(inOne) ? size(inOne) : NONE}</td>
    <td class="number">${percent(recordOf(stream) / (recordOf(stream) + inOne))}</td>
    <td class="number">${percent(shareOf(stream))}</td>
  </tr>`
}

const handshakeRow = (handshake: Handshake) =>
  html`<tr>
    <th scope="row">${nameOf(handshake)}</th>
    <td class="number">${tripsOf(handshake).join(' or ')}</td>
    <td class="number">
      ${tripsOf(handshake)
        .map((n) => duration(n * TRIP_MS))
        .join(' or ')}
    </td>
    <td class="number">${duration(handshake.tookMs)}</td>
  </tr>`

const tableOf = (label: string, columns: readonly string[], rows: readonly TemplateResult[]) =>
  html`<div class="scroll" tabindex="0" role="region" aria-label=${label}>
    <table class="raw">
      <thead>
        <tr>
          ${columns.map((each) => html`<th scope="col">${each}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`

export const formula = ({ handshakes, streams }: Data) =>
  html`<p class="math">${MATH}</p>
    <p>For a record with <code>n</code> bytes in it, and <code>t</code> there and back.</p>
    ${tableOf('Formula and measurement', ['stream', 'n', 'formula', 'measured'], streams.map(streamRow))}
    ${tableOf('Round trips', ['handshake', 'round trips', 'formula', 'measured'], handshakes.map(handshakeRow))}`
