// The picture of “The eavesdropper”: the same words on a plain socket and over TLS, side by side; the rhythm of each line; what it named.
import { html } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import { percent, size } from '../../words.ts'
import { hexOf, lettersOf } from '../../wire/shown.ts'
import { barList } from '../bars.ts'
import { drawn } from '../picture.ts'
import { timeline } from '../timeline.ts'
import { nameOf } from './answer.ts'
import type { Data, Piece, Round, Seen } from './answer.ts'

const [LETTERS, HEX] = [240, 16]

export const picture = drawn(
  ({ rounds, sample, seen, lastMs }: Data) =>
    html`${
      sample
        ? html`<div class="sides">
            ${side(`${sample.transport} on a plain socket`, sample.plain, true)}
            ${side(`${sample.transport} over TLS`, sample.sealed, false)}
          </div>`
        : ''
    }
    ${seen.length > 0 ? rhythm(seen, lastMs) : ''}
    ${rounds.map((round) => barList(`Votes named by lengths alone, ${nameOf(round)}`, bars(round)))}`,
)

const side = (title: string, pieces: readonly Piece[], isText: boolean) =>
  html`<figure class="head">
    <figcaption>${title}</figcaption>
    <pre tabindex="0" role="region" aria-label=${title}>${pieces.map((each) => shown(each, isText))}</pre>
  </figure>`

/** Both columns alike: how many, as letters, as numbers; but what is no text has no lines. */
function shown({ up, bytes }: Piece, isText: boolean) {
  const cut = (limit: number, text: string) => text + (bytes.length > limit ? ' …' : '')
  const letters = cut(LETTERS, lettersOf(bytes.subarray(0, LETTERS), isText))
  const numbers = cut(HEX, hexOf(bytes.subarray(0, HEX)))
  return [
    html`<b>${up ? '↑' : '↓'} ${size(bytes.length)}</b>`,
    `\n${letters}\n`,
    html`<span class="quiet">${numbers}</span>`,
    '\n\n',
  ]
}

/** What is left to see, as it is: nothing of it is opened. */
function rhythm(seen: readonly Seen[], lastMs: number): TemplateResult {
  return html`<h4>Records of TLS on the wire: moments, directions and lengths</h4>
    ${timeline({
      rows: seen.map(({ transport, marks }) => ({
        ...{ name: transport, lane: transport, spans: [] },
        marks: marks.map(({ at, up }) => ({ at, kind: up ? ('request' as const) : ('event' as const) })),
        note: `last lengths down: ${marks
          .filter(({ up }) => !up)
          .slice(-6)
          .map(({ bytes }) => bytes)
          .join(', ')}`,
      })),
      to: lastMs,
      legend: { request: 'a record up', event: 'a record down' },
    })}`
}

const bars = ({ lines, votes }: Round) =>
  lines.map(({ transport, right, counted }) => ({
    ...{ name: transport, lane: transport, share: right / votes.length },
    words: `${right} of ${votes.length}, ${counted} seen (${percent(right / votes.length)})`,
  }))
