// A storm: a thousand clients, run by the lab, lose their line at once and come back, together or spread out by chance; as templates.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import { STORM_CLIENTS } from './desk.ts'
import type { Desk } from './desk.ts'
import { isOver } from './door.ts'
import type { Lane } from './lane.ts'
import type { Place } from './place.ts'
import { stormInShort, withBeside } from './storm-words.ts'
import { count } from './words.ts'

const DOES = `${count(STORM_CLIENTS, 'client')} lose their line at its door, and come back; the others feel it too.`
const ELSEWHERE = 'A storm of another page is under way: the lab has one at a time.'
const UNTIL_CHOSEN = 'wss'

/** Beside what breaks all lanes, with their charts in sight. A button that does nothing now keeps the focus: whoever pressed it has it. */
export function stormBox(desk: Desk, place: Pick<Place, 'read' | 'write'>): TemplateResult {
  const { why, storm, stormElsewhere } = desk.bench
  const shown = desk.lanes.filter(({ state }) => state !== 'off')
  // Asked again when a button is pressed: what was chosen may be newer than what is drawn.
  const lane = () => shown.find(({ name }) => name === (place.read('storm') ?? UNTIL_CHOSEN)) ?? shown[0]
  const chosen = lane()
  const isUnderWay = storm !== null && !isOver(storm)
  const canBegin = !isUnderWay && !stormElsewhere
  const cannot = why !== '' || chosen === undefined
  const trouble = desk.troubles.get('storm') ?? ''

  function choose({ target }: Event) {
    const { value } = target as HTMLSelectElement
    place.write({ storm: value === UNTIL_CHOSEN ? undefined : value })
  }
  const button = (what: string, words: string, can: boolean, act: () => void) =>
    html`<button
      type="button"
      id="storm-${what}"
      aria-labelledby="storm-label storm-lane storm-${what}"
      ?disabled=${cannot}
      aria-disabled=${!can}
      @click=${() => can && act()}
    >
      ${words}
    </button>`
  return html`<div class="storms">
    <div class="buttons" role="group" aria-labelledby="storm-label storm-lane" aria-describedby="storm-now">
      <label id="storm-label" class="whose" for="storm-lane">Storm at</label>
      <select id="storm-lane" ?disabled=${cannot} @change=${choose}>
        ${shown.map(({ name }) => html`<option value=${name} .selected=${name === chosen?.name}>${name}</option>`)}
      </select>
      ${button('together', 'All together', canBegin, () => desk.startStorm(lane()!, false))}
      ${button('spread', 'Spread by chance', canBegin, () => desk.startStorm(lane()!, true))}
      ${button('stop', 'Stop it', isUnderWay, desk.endStorm)}
    </div>
    <p id="storm-now">${stormElsewhere ? ELSEWHERE : storm ? stormInShort(storm) : DOES}</p>
    <p class="alert" role="alert" ?hidden=${!trouble}>${trouble}</p>
  </div>`
}

/** How the storm at this lane's door went or goes, and what it does to the lanes beside it; nothing where there was none. */
export function stormStory(
  { bench: { storm } }: Desk,
  { name }: Lane,
  beside: string,
): TemplateResult | typeof nothing {
  if (storm?.lane !== name) return nothing
  return html`<p class="storm"><b>Storm</b>: ${withBeside(storm, beside)}.</p>`
}
