// What came of an attack, in words: whether it succeeded, without which defences, what the attacker saw, and what the target did.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import type { Defence, Run } from './range.ts'

/** In a word or two. */
export function outcomeOf({ over, succeeded }: Run): string {
  if (succeeded) return 'The attack succeeded'
  return over ? 'The attack was held back' : 'Under way'
}

export function outcome(run: Run, own: Defence[]): TemplateResult {
  const { number, off, over, succeeded, seen, arrived } = run
  const were = own.filter(({ name }) => off.includes(name))
  return html`<div
    class="outcome"
    data-run=${number}
    data-outcome=${succeeded ? 'succeeded' : over ? 'held' : 'under-way'}
  >
    <p>
      <b>${outcomeOf(run)}</b>,
      ${were.length === 0 ? 'with all its defences on' : `without: ${were.map(({ title }) => title).join(', ')}`}.
      ${over && !succeeded && were.length === own.length ? 'Nothing of the target held it back: the browser itself did.' : nothing}
      ${succeeded && were.length === 0 ? 'Here the defence is none; “Why” says where it is.' : nothing}
    </p>
    ${
      seen.length > 0
        ? html`<ul>
            ${seen.map((line) => html`<li>${line}</li>`)}
          </ul>`
        : nothing
    }
    ${
      arrived.length > 0
        ? html`<p>What came to the target from other origins:</p>
            <ul class="arrived">
              ${arrived.map((line) => html`<li><code>${line}</code></li>`)}
            </ul>`
        : nothing
    }
  </div>`
}
