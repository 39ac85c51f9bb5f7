// A storm: a thousand clients, run by the lab, lose their line at once and come back, together or spread out by chance; as templates.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import { STORM_CLIENTS } from './desk.ts'
import type { Desk } from './desk.ts'
import { isOver } from './door.ts'
import type { Storm } from './door.ts'
import type { Lane } from './lane.ts'
import { count, duration } from './words.ts'

export function stormButtons(desk: Desk, lane: Lane): TemplateResult {
  const { why, storm } = desk.bench
  const button = (jitter: boolean, words: string) =>
    html`<button
      type="button"
      id="storm-${jitter}-${lane.name}"
      aria-labelledby="storm-${lane.name} storm-${jitter}-${lane.name} lane-${lane.name}"
      ?disabled=${why !== '' || (storm !== null && !isOver(storm))}
      @click=${() => desk.startStorm(lane, jitter)}
    >
      ${words}
    </button>`
  return html`<p id="storm-${lane.name}">
      Storm: ${count(STORM_CLIENTS, 'client')} through this door lose their line at once, and come back
    </p>
    <div class="together">${button(false, 'all together')} ${button(true, 'spread by chance')}</div>`
}

export function stormStory(storm: Storm | null): TemplateResult | typeof nothing {
  return storm ? html`<p class="storm"><b>Storm on ${storm.transport}</b>: ${told(storm)}.</p>` : nothing
}

function told({ phase, clients, open, back, attempts, backMsP50, backMsMax, jitter, why }: Storm): string {
  const way = jitter ? 'each after a random wait' : 'all together'
  const of = `of ${count(clients, 'client')}`
  if (phase === 'opening') return `${open} ${of} connected`
  if (phase === 'open') return `all ${of} connected; the drop comes`
  if (phase === 'failed') return `it ended early: ${why ?? 'unknown why'}`
  const times =
    backMsP50 === null || backMsMax === null
      ? ''
      : `, half of them within ${duration(backMsP50)}, the last after ${duration(backMsMax)}`
  return `dropped, come back ${way}: ${back} ${of} are back${times}, with ${count(attempts, 'attempt')}`
}
