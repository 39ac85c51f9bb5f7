// A slider over a row of steps, as a template: told about once the hand rests.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import type { Slider } from './knobs.ts'

/** A finger on an arrow key is one wish, not ten. */
const SETTLE_MS = 200
const wishes = new Map<string, { value: number; timer: ReturnType<typeof setTimeout> }>()

/** The screen is left: what was wished a moment ago is not for the next one. */
export function forget() {
  for (const { timer } of wishes.values()) clearTimeout(timer)
  wishes.clear()
}

/** `why` says why it cannot be moved; empty when it can. */
export function slider(
  { name, label, note, steps, words }: Slider,
  value: number,
  change: (value: number) => void,
  why = '',
): TemplateResult {
  const shown = wishes.get(name)?.value ?? value
  const nearest = steps.reduce((best, step) => (Math.abs(step - shown) < Math.abs(best - shown) ? step : best))

  function move(event: Event) {
    const wish = steps[Number((event.target as HTMLInputElement).value)]!
    clearTimeout(wishes.get(name)?.timer)
    const timer = setTimeout(() => {
      wishes.delete(name)
      change(wish)
    }, SETTLE_MS)
    wishes.set(name, { value: wish, timer })
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
    ${note === undefined ? nothing : html`<small id="${name}-note">${note}</small>`}
  </div>`
}
