// The controls of the whole screen, as a template: what the lab makes, which lanes are on, what hits all of them at once.
import { html } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import type { Desk } from './desk.ts'
import type { Elsewhere } from './elsewhere.ts'
import { faultButtons, faults } from './faults.ts'
import type { Frames } from './frames.ts'
import type { Journeys } from './journey.ts'
import { laneKnobs, payloadSlider, pollSlider, rateSlider } from './knobs.ts'
import type { Place } from './place.ts'
import { knobSelect } from './selects.ts'
import { slider } from './sliders.ts'
import { stormBox } from './storm.ts'
import { count } from './words.ts'

export interface Controls {
  desk: Desk
  place: Place
  publish: TemplateResult
  journeys: Journeys
  smooth: Frames
  elsewhere: Elsewhere
  now: number
}

export function controls({ desk, place, publish, journeys, smooth, elsewhere, now }: Controls): TemplateResult {
  const { lanes } = desk
  const foreign = desk.rate === null ? 'as its source gives them' : ''
  return html`<div class="controls">
    <div class="sliders">
      ${slider(rateSlider, desk.rate ?? 0, desk.setRate, foreign, elsewhere.text(rateSlider, now))}
      ${slider(payloadSlider, desk.payload, desk.setPayload, foreign, elsewhere.text(payloadSlider, now))}
      ${slider(pollSlider, desk.pollMs, desk.setPoll)}
    </div>
    <div class="pair">
      ${publish}
      <div class="follow-box">
        <p id="follow-label">
          ${journeys.canFollow ? 'Follow one event, from due to painted' : 'To follow an event takes doors of this page’s own, and their clock'}
        </p>
        <button
          type="button"
          id="follow"
          aria-describedby="follow-label"
          ?disabled=${!journeys.canFollow}
          @click=${() => journeys.arm(lanes)}
        >
          ${journeys.isWaiting ? 'Waiting for it …' : 'Follow the next'}
        </button>
      </div>
    </div>
    <fieldset class="switches">
      <legend>Lanes</legend>
      ${lanes.map(
        (lane) =>
          html`<label data-lane=${lane.name}
            ><input
              type="checkbox"
              id="show-${lane.name}"
              .checked=${lane.state !== 'off'}
              @change=${(event: Event) => desk.show(lane, (event.target as HTMLInputElement).checked)}
            />${lane.name}</label
          >`,
      )}
    </fieldset>
    <div class="buttons" role="group" aria-labelledby="lane-all">
      <span id="lane-all" class="whose">All lanes</span> ${faultButtons(desk)}
    </div>
    ${stormBox(desk, place)}
    <details class="knobs">
      <summary>What the buttons do; knobs of all lanes: network, HTTP, TLS, batching, proxy</summary>
      <dl class="does">
        ${faults.map(
          ({ label, does }) =>
            html`<div>
              <dt>${label}</dt>
              <dd>${does}</dd>
            </div>`,
        )}
      </dl>
      <div class="choices">${laneKnobs.map((knob) => knobSelect(desk, undefined, knob))}</div>
    </details>
    <p class="machine">
      The browser asks this page for <span data-n="fps">${smooth.perSecond}</span> frames a second; 60 are smooth.
      ${
        smooth.longTasks === undefined
          ? 'Whether it was ever too busy to read what came, this browser does not tell.'
          : html`It was too busy to read what came, for 50 ms and more,
              <span data-n="long-tasks">${count(smooth.longTasks, 'time')}</span>: an event of such a moment looks late.`
      }
    </p>
  </div>`
}
