// Numbers as bars under each other, on one scale.
import { html } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import { clamped } from '../clamped.ts'

export interface Bar {
  name: string
  /** 0–1 of the longest; of what was not measured there is no bar. */
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
            <span class="track"><i .style=${`width:${percentOf(share)}%`}></i></span>
            <span class="number">${words}</span>
          </li>`,
      )}
    </ul>`
}

const percentOf = (share: number) => (Number.isFinite(share) ? clamped(share * 100, 0, 100).toFixed(1) : '0')
