// A slider over a row of steps, as a template: told about once the hand rests.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import type { Slider } from './knobs.ts'

/** A finger on an arrow key is one wish, not ten. */
const SETTLE_MS = 200
/** It stays until it was drawn: else a wish that is refused at once would stand there for good, for what is drawn did not change. */
const wishes = new Map<string, { value: number; timer: ReturnType<typeof setTimeout>; isTold: boolean }>()

/** The screen is left: what was wished a moment ago is not for the next one. */
export function forget() {
  for (const { timer } of wishes.values()) clearTimeout(timer)
  wishes.clear()
}

/** `why` says why it cannot be moved; empty when it can. `moved` says who else has moved it, instead of what it does. */
export function slider(
  { name, label, note, steps, words }: Slider,
  value: number,
  change: (value: number) => void,
  why = '',
  moved = '',
): TemplateResult {
  const wished = wishes.get(name)
  const shown = wished?.value ?? value
  if (wished?.isTold) wishes.delete(name)
  const nearest = steps.reduce((best, step) => (Math.abs(step - shown) < Math.abs(best - shown) ? step : best))

  function move(event: Event) {
    const wish = steps[Number((event.target as HTMLInputElement).value)]!
    clearTimeout(wishes.get(name)?.timer)
    const timer = setTimeout(() => {
      mine.isTold = true
      change(wish)
    }, SETTLE_MS)
    const mine = { value: wish, timer, isTold: false }
    wishes.set(name, mine)
    const input = event.target as HTMLInputElement
    input.setAttribute('aria-valuetext', words(wish))
    input.closest('.slider')!.querySelector('output')!.value = words(wish)
  }

  const text = why || words(shown)
  return html`<div class="slider" id=${name}>
    <label for="${name}-input">${label}</label>
    <output for="${name}-input" .value=${text}></output>
    <input
      id="${name}-input"
      type="range"
      min="0"
      max=${steps.length - 1}
      step="1"
      .value=${String(steps.indexOf(nearest))}
      aria-valuetext=${text}
      aria-describedby=${note === undefined ? nothing : `${name}-note`}
      ?disabled=${why !== ''}
      @input=${move}
    />
    ${note === undefined ? nothing : html`<small id="${name}-note" ?data-moved=${moved !== ''}>${moved || note}</small>`}
  </div>`
}
