// The parts of the wire view that stand beside the bytes: what the kinds come to, and the frame head of WebSocket as a table.
import { html } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import type { Kind, Piece } from './piece.ts'
import { kinds, words } from './shown.ts'

export function legend(sum: Record<Kind, number>): TemplateResult {
  const all = Object.values(sum).reduce((a, b) => a + b, 0)
  return html`<ul class="wire-legend">
    ${kinds.map(
      ({ kind, letter, name, note }) =>
        html`<li title=${note}>
          <span class="wire-key" data-kind=${kind}>${letter}</span> ${name}
          <b data-n="wire-${kind}">${words(sum[kind])}</b>
          <span class="soft">${all > 0 ? `${Math.round((100 * sum[kind]) / all)} %` : ''}</span>
        </li>`,
    )}
  </ul>`
}

/** RFC 6455 §5.2, as its figure has it: names above, bits below. */
export function bitTable(bits: NonNullable<Piece['bits']>): TemplateResult {
  return html`<table class="wire-bits">
    <caption>
      WebSocket frame head, bit by bit
    </caption>
    <tr>
      ${bits.map(({ name }) => html`<th scope="col">${name}</th>`)}
    </tr>
    <tr>
      ${bits.map((field) => html`<td>${field.bits}</td>`)}
    </tr>
    <tr>
      ${bits.map(({ note }) => html`<td class="soft">${note}</td>`)}
    </tr>
  </table>`
}
