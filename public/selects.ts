// The knobs of a lane (or of all) to be turned, as templates.
import { html } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import type { Desk } from './desk.ts'
import type { Knob } from './knobs.ts'
import type { Lane } from './lane.ts'

const MIXED = 'differs'

/** `lane` undefined: for all of them. */
export function knobSelect(desk: Desk, lane: Lane | undefined, { setting, label, choices }: Knob): TemplateResult {
  const id = `${setting}-${lane?.name ?? 'all'}`
  const values = new Set((lane ? [lane] : desk.lanes).map(({ door }) => door.settings[setting]))
  const value = values.size === 1 ? [...values][0] : MIXED
  function choose({ target }: Event) {
    const chosen = choices.find(([each]) => String(each) === (target as HTMLSelectElement).value)
    if (chosen) desk.set(lane, { [setting]: chosen[0] })
  }
  return html`<div class="choice">
    <label id="${id}-label" for=${id}>${label}</label>
    <select
      id=${id}
      aria-labelledby="${id}-label lane-${lane?.name ?? 'all'}"
      ?disabled=${desk.bench.why !== ''}
      @change=${choose}
    >
      ${value === MIXED ? html`<option selected disabled>${MIXED}</option>` : ''}
      ${choices.map(
        ([each, words]) => html`<option value=${String(each)} .selected=${each === value}>${words}</option>`,
      )}
    </select>
  </div>`
}
