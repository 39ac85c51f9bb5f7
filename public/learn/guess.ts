// The question of an experiment: what one may guess, the button, and how far a run is.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import type { ViewOptions } from './view.ts'

export function question<Data>({ spec, memory, state, act }: ViewOptions<Data>): TemplateResult {
  const isRunning = state.startedAt !== undefined
  const submit = (event: Event) => {
    event.preventDefault()
    act.toggle()
  }
  return html`<form class="guess" @submit=${submit}>
    <fieldset ?disabled=${isRunning}>
      <legend>${spec.question}</legend>
      ${spec.choices.map(
        (choice, index) =>
          html`<label>
            <input
              type="radio"
              name="guess"
              .checked=${memory.guess === index}
              @change=${() => act.guess(index)}
            />${choice}</label
          >`,
      )}
    </fieldset>
    <div class="go">
      <button class="run" ?disabled=${!isRunning && memory.guess === undefined && !memory.skipped}>
        ${isRunning ? 'Stop' : memory.runs.length > 0 ? 'Run again' : 'Run'}
      </button>
      <span class="quiet" ?hidden=${isRunning}>about ${spec.seconds} s</span>
      <button
        type="button"
        class="link"
        ?hidden=${isRunning || memory.guess !== undefined || memory.runs.length > 0}
        @click=${act.skip}
      >
        Show me, without a guess
      </button>
      ${isRunning ? progress(performance.now() - state.startedAt!, spec.seconds, state.step) : nothing}
    </div>
  </form>`
}

function progress(elapsedMs: number, seconds: number, step: string): TemplateResult {
  const share = Math.min(0.98, elapsedMs / 1000 / seconds) // full when it is over, not when it should be
  return html`<progress max="1" .value=${share} aria-label="Progress of the run"></progress>
    <span class="step">${Math.floor(elapsedMs / 1000)} s of about ${seconds} s${step && ` · ${step}`}</span>`
}
