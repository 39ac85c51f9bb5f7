// Links to the texts that define what an experiment shows; they open in a tab of their own, and the page works without them.
import { html } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'

/** `rfc(9110, '7.8')` → "RFC 9110 §7.8". */
export const rfc = (number: number, section: string): TemplateResult =>
  outside(`https://www.rfc-editor.org/rfc/rfc${number}.html#section-${section}`, `RFC ${number} §${section}`)

/** A section of the WHATWG HTML standard, by its anchor. */
export const whatwg = (anchor: string, words: string): TemplateResult =>
  outside(`https://html.spec.whatwg.org/multipage/${anchor}`, `WHATWG HTML, ${words}`)

/** The lesson of a transport or of one more experiment. */
export const lesson = (slug: string, words: string): TemplateResult => html`<a href=${`#/learn/${slug}`}>${words}</a>`

export const outside = (href: string, words: string): TemplateResult =>
  html`<a href=${href} target="_blank" rel="noreferrer">${words}</a>`
