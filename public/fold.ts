// What is not needed first, folded where the screen is narrow or the type is large, by the browser's own disclosure (HTML §4.11.1);
// elsewhere it stands open.
import { html } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'

/** One column of lanes; rem of a media query is the browser's own. */
const narrow = matchMedia('(width < 44rem)')
/** For a projector: what is read from the last row needs the room. */
export const isLarge = () => document.documentElement.dataset.type === 'large'
const isTight = () => narrow.matches || isLarge()
/** What a person has opened. */
const opened = new Set<string>()

const toggle = (name: string) => (event: Event) => {
  if (!isTight()) return // it is open, and was not asked
  if ((event.target as HTMLDetailsElement).open) opened.add(name)
  else opened.delete(name)
}

/** `name` is its own on the screen. The content stays the same elements, whatever the width: what is written in a field there is kept. */
export const fold = (name: string, summary: TemplateResult | string, content: TemplateResult): TemplateResult =>
  html`<details class="fold" data-fold=${name} .open=${!isTight() || opened.has(name)} @toggle=${toggle(name)}>
    <summary>${summary}</summary>
    ${content}
  </details>`

/** For what has nothing to keep: where there is room it is there without a disclosure around it. */
export const foldIfTight = (name: string, summary: TemplateResult | string, content: TemplateResult): TemplateResult =>
  isTight() ? fold(name, summary, content) : content
