// What came of an attack, in words: whether it succeeded, without which defences, what the attacker saw, and what the target did.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import type { Defence, Run } from './range.ts'

/** In a word or two. */
export function outcomeOf({ over, succeeded, failed }: Run): string {
  if (succeeded) return 'The attack succeeded'
  if (failed !== undefined) return 'The attack was not made'
  return over ? 'The attack was held back' : 'Under way'
}

function nameOf({ over, succeeded, failed }: Run) {
  if (succeeded) return 'succeeded'
  if (failed !== undefined) return 'failed'
  return over ? 'held' : 'under-way'
}

/** @param byPage whether a browser made it, which has rules of its own */
export function outcome(run: Run, own: Defence[], byPage: boolean): TemplateResult {
  const { number, off, over, succeeded, failed, seen, arrived } = run
  const were = own.filter(({ name }) => off.includes(name))
  const isHeld = over && !succeeded && failed === undefined
  // Of a page that asked, and was answered; who never came was held back by nobody.
  const byBrowser = isHeld && byPage && were.length === own.length && arrived.length > 0
  const isOld = over && own.some(({ name, on }) => off.includes(name) === on)
  return html`<div class="outcome" data-run=${number} data-outcome=${nameOf(run)} ?data-old=${isOld}>
    ${
      isOld
        ? html`<p class="old">
            Of the other position of ${own.length === 1 ? 'the switch' : 'the switches'}, before it was turned. Attack
            again to see this one.
          </p>`
        : nothing
    }
    <p>
      <b>${outcomeOf(run)}</b>,
      ${were.length === 0 ? 'with all its defences on' : `without: ${were.map(({ title }) => title).join(', ')}`}.
      ${failed === undefined ? nothing : `This says nothing of the target: ${failed}.`}
      ${byBrowser ? 'Nothing of the target held it back: the browser itself did.' : nothing}
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
