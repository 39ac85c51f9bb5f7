// The picture of “Which transport should I use?”: what was measured, and the advice for a case that one describes beside it.
import { html, render } from '/vendor/lit-html.js'
import { NONE, duration, size } from '../../words.ts'
import type { Picture } from '../picture.ts'
import { advise } from './advice.ts'
import { NAMES, isWhole } from './answer.ts'
import type { Data } from './answer.ts'
import { questions } from './case.ts'
import type { Case } from './case.ts'
import type { Measured } from './costs.ts'
import { PER_SECOND } from './run.ts'

const VERDICTS = { yes: 'fits', maybe: 'fits, at a price', no: 'does not fit' } as const
const HEADS = ['median latency', 'bytes an event', 'requests an event']

const figures = (measured: readonly Measured[]) =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="Measured just now">
    <table class="raw">
      <caption>
        Measured on this page, ${PER_SECOND} events a second, polling every second
      </caption>
      <thead>
        <tr>
          <th scope="col">transport</th>
          ${HEADS.map((each) => html`<th scope="col" class="number">${each}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${measured.map(
          ({ transport, medianMs, bytesPerEvent, requestsPerEvent }) =>
            html`<tr class="lane-colour" data-lane=${transport}>
              <th scope="row"><b class="lane-word">${NAMES[transport]}</b></th>
              <td class="number">${duration(medianMs)}</td>
              <td class="number">${size(bytesPerEvent)}</td>
              <td class="number">${Number.isFinite(requestsPerEvent) ? requestsPerEvent.toFixed(2) : NONE}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`

const form = (mine: Case, change: (event: Event) => void) =>
  html`<h4>Your case</h4>
    <form class="case" @change=${change} @submit=${(event: Event) => event.preventDefault()}>
      ${questions.map(
        ({ name, words, options }) =>
          html`<label
            ><span>${words}</span>
            <select name=${name}>
              ${options.map(([value, text]) => html`<option value=${value} ?selected=${mine[name] === value}>${text}</option>`)}
            </select></label
          >`,
      )}
    </form>`

const NOTHING =
  'Nothing fits all of this. What each of them fails is told: the demand that most fail is the one to think about.'

const advice = (mine: Case, measured: readonly Measured[]) => {
  const advised = advise(mine, measured)
  return html`<p class="soft" ?hidden=${advised.some(({ fits }) => fits !== 'no')}>${NOTHING}</p>
    <ul class="advice" aria-live="polite">
      ${advised.map(
        ({ transport, fits, reasons }) =>
          html`<li class="lane-colour" data-lane=${transport} data-fits=${fits}>
            <h5><b class="lane-word">${NAMES[transport]}</b> ${VERDICTS[fits]}</h5>
            <ul>
              ${reasons.map((each) => html`<li>${each}</li>`)}
            </ul>
          </li>`,
      )}
    </ul>`
}

export function picture(box: HTMLElement): Picture<Data> {
  const mine: Case = { fresh: '1', clients: '1000', speaks: 'server', between: 'plain', often: '1' }
  let latest: Data | undefined

  function change(event: Event) {
    const { name, value } = event.target as HTMLSelectElement
    Object.assign(mine, { [name]: value })
    draw()
  }
  function draw() {
    if (!latest) return
    const { measured } = latest
    const more = isWhole(measured) ? html`${form(mine, change)} ${advice(mine, measured)}` : ''
    render(html`${figures(measured)} ${more}`, box)
  }

  return {
    draw(data) {
      latest = data
      draw()
    },
  }
}
