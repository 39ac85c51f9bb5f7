// A storm: a thousand clients, run by the lab, lose their line at once and come back, together or spread out by chance; as templates.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import { STORM_CLIENTS } from './desk.ts'
import type { Desk } from './desk.ts'
import { isOver } from './door.ts'
import type { Lane } from './lane.ts'
import { stormWords } from './storm-words.ts'
import { count } from './words.ts'

export function stormButtons(desk: Desk, lane: Lane): TemplateResult {
  const { why, storm } = desk.bench
  const { name } = lane
  const underWay = storm !== null && !isOver(storm) ? storm.lane : undefined
  const button = (what: string, words: string, isOff: boolean, act: () => void) =>
    html`<button
      type="button"
      id="storm-${what}-${name}"
      aria-labelledby="storm-${name} storm-${what}-${name} lane-${name}"
      ?disabled=${isOff}
      @click=${act}
    >
      ${words}
    </button>`
  const begin = (jitter: boolean, words: string) =>
    button(String(jitter), words, why !== '' || underWay !== undefined, () => desk.startStorm(lane, jitter))
  return html`<p id="storm-${name}">
      Storm: ${count(STORM_CLIENTS, 'client')} through this door lose their line at once, and come back
    </p>
    <div class="together">
      ${begin(false, 'all together')} ${begin(true, 'spread by chance')}
      ${button('stop', 'stop it', underWay !== name, () => desk.endStorm(lane))}
    </div>
    ${
      underWay === undefined || underWay === name
        ? nothing
        : html`<p>One storm at a time: one is under way at the door of ${underWay}.</p>`
    }
    ${stormStory(desk, lane)}`
}

/** How the storm at this lane's door went or goes; nothing where there was none. */
export function stormStory({ bench: { storm } }: Desk, { name }: Lane): TemplateResult | typeof nothing {
  return storm?.lane === name ? html`<p class="storm"><b>Storm</b>: ${stormWords(storm)}.</p>` : nothing
}
