// Numbers as bars under each other, on one scale.
import { html } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'

export interface Bar {
  name: string
  /** 0–1 of the longest. */
  share: number
  words: string
  /** The colour of a transport. */
  lane: string
}

export function barList(title: string, bars: readonly Bar[]): TemplateResult {
  return html`<h4>${title}</h4>
    <ul class="bars">
      ${bars.map(
        ({ name, share, words, lane }) =>
          html`<li class="lane-colour" data-lane=${lane}>
            <span>${name}</span>
            <span class="track"><i .style=${`width:${(share * 100).toFixed(1)}%`}></i></span>
            <span class="number">${words}</span>
          </li>`,
      )}
    </ul>`
}
