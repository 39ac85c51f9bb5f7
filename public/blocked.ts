// Why nothing can come to a lane as its door is set, and where that can be tried.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import type { Lane } from './lane.ts'

/** A stream is one answer that never ends; what a buffering proxy does with the others, passes. */
export function blocked({ name, door }: Pick<Lane, 'name' | 'door'>): TemplateResult | typeof nothing {
  if (name !== 'sse' || !door.settings.buffering) return nothing
  return html`<span class="blocked"
    >The proxy before this door passes an answer on when it is complete, or 64 KiB are there. This one never ends, so
    nothing comes, and no error either. <a href="#/learn/buffering-proxy">Try it: Proxies that buffer</a></span
  >`
}
