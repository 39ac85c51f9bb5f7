// What the screen of an experiment looks like, as a function of its state.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import type { Experiment } from './experiment.ts'
import { STOPPED } from './frame.ts'
import type { Memory, State } from './frame.ts'
import { question } from './guess.ts'
import { experiments, nextOf } from './list.ts'
import type { Entry } from './list.ts'
import { tableView } from './table.ts'

/** So many columns need no more than half of the width. */
const NARROW = 4

export interface ViewOptions<Data> {
  spec: Experiment<Data>
  entry: Entry
  memory: Memory<Data>
  state: State
  act: { guess(choice: number): void; skip(): void; toggle(): void }
}

export function view<Data>(options: ViewOptions<Data>): TemplateResult {
  const { spec, entry, memory, state } = options
  const last = memory.runs.at(-1)
  const place = experiments.indexOf(entry) + 1
  return html`<article class="learn experiment" aria-labelledby="experiment" data-slug=${entry.slug}>
    <p class="where">
      <a href="#/learn">Experiments</a> · ${place} of ${experiments.length} · session ${entry.session}
    </p>
    <h2 id="experiment" tabindex="-1">${entry.title}</h2>
    <div class="board">
      <div class="talk">
        <p class="lead">${spec.about}</p>
        ${question(options)}
        <p class="alert" role="alert" ?hidden=${!state.trouble}>${state.trouble}</p>
        <p class="unseen" role="status">${state.said}</p>
      </div>
      <figure class="show">
        <h3 class="unseen">What happens</h3>
        <div class="picture"></div>
        <p class="quiet" ?hidden=${state.startedAt !== undefined || (last !== undefined && !state.isStopped)}>
          ${state.isStopped ? `${STOPPED} What is drawn is of the part that ran.` : 'Here you will see what happens, while it happens.'}
        </p>
      </figure>
      ${last ? result(options, last) : nothing}
    </div>
    ${last ? after(options, last) : nothing}
    <details class="measured">
      <summary>How this is measured</summary>
      <p>${spec.measured}</p>
    </details>
  </article>`
}

type Ran<Data> = Memory<Data>['runs'][number]

function result<Data>({ spec, memory, state }: ViewOptions<Data>, { data, guess }: Ran<Data>): TemplateResult {
  const { sentence, details = [], choice, surprise } = spec.answer(data)
  return html`<section class="result" ?data-old=${state.startedAt !== undefined}>
    <h3 tabindex="-1" aria-describedby="sentence">
      What was measured${memory.runs.length > 1 ? `, run ${memory.runs.length}` : ''}
    </h3>
    <p id="sentence" class="sentence">${sentence}</p>
    ${
      details.length > 0
        ? html`<ul>
            ${details.map((each) => html`<li>${each}</li>`)}
          </ul>`
        : nothing
    }
    ${surprise ? html`<p class="surprise">${surprise}</p>` : nothing} ${verdict(spec, guess, choice)}
  </section>`
}

function verdict<Data>({ choices }: Experiment<Data>, guess: number | undefined, choice: number | undefined) {
  if (guess === undefined) return nothing
  const mine = html`Your guess was “${choices[guess]}”.`
  if (choice === undefined)
    return html`<p class="verdict" data-right="open">${mine} These numbers do not settle it.</p>`
  if (guess === choice) return html`<p class="verdict" data-right="yes">${mine} That is what the numbers say.</p>`
  return html`<p class="verdict" data-right="no">
    ${mine} The numbers say “${choices[choice]}”. The reason is worth a look.
  </p>`
}

function after<Data>({ spec, entry, memory }: ViewOptions<Data>, { data }: Ran<Data>): TemplateResult {
  const next = nextOf(entry.slug)
  const table = spec.table(data)
  const earlier = memory.runs.slice(0, -1).toReversed()
  return html`<div class="after">
    <section class="reason">
      <h3>Why</h3>
      ${typeof spec.reason === 'function' ? spec.reason(data) : spec.reason}
      ${next ? html`<p class="next">Next: <a href=${`#/learn/${next.slug}`}>${next.title}</a></p>` : nothing}
    </section>
    ${
      spec.formula
        ? html`<section class="formula">
            <h3>The formula, and these numbers</h3>
            ${spec.formula(data)}
          </section>`
        : nothing
    }
    <section class="numbers" ?data-narrow=${table.columns.length <= NARROW}>
      <h3>The raw numbers</h3>
      ${tableView(table, entry.slug)}
      ${
        earlier.length > 0
          ? html`<details>
              <summary>Earlier runs</summary>
              <ol reversed>
                ${earlier.map((each) => html`<li>${spec.answer(each.data).sentence}</li>`)}
              </ol>
            </details>`
          : nothing
      }
    </section>
  </div>`
}
