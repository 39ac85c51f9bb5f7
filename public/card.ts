// One lane on the screen, as a template: who it is, its chart, what it takes and costs, what came, what was done to it. Each number is
// also an element with `data-n`, for scripts that read the page.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import { blocked } from './blocked.ts'
import { counts } from './counts.ts'
import type { Desk } from './desk.ts'
import { faultButtons } from './faults.ts'
import { figures, stream } from './figures.ts'
import { fold, foldIfTight, isLarge } from './fold.ts'
import { differences, laneKnobs } from './knobs.ts'
import type { Lane } from './lane.ts'
import { lessonOf } from './lessons.ts'
import type { Cost } from './meter.ts'
import type { Spoken } from './protocols.ts'
import type { Summary } from './samples.ts'
import { saveSamples } from './save.ts'
import { knobSelect } from './selects.ts'
import { beliefOf } from './sight.ts'
import type { LaneState } from './sight.ts'
import { stormStory } from './storm.ts'
import { duration } from './words.ts'

export interface Card {
  desk: Desk
  lane: Lane
  summary: Summary | undefined
  cost: Cost | undefined
  /** Of the dearest lane: what the bars are measured by. */
  dearest: number
  now: number
  /** What the server saw of the lane's latest connection; undefined when nobody told. */
  spoken: Spoken | undefined
  /** How far SSE is behind WSS, where that can be seen (`sseBehind`). */
  behindMs: number | undefined
  /** Whether the knobs are seen: of all lanes or of none, to be compared. */
  knobs: { areOpen: boolean; toggle: (event: Event) => void }
  /** What the latest storm did to the lanes beside it. */
  beside: string
  /** Saves the chart. */
  save: () => void
}

const UNTOUCHED = 'Break this line with the buttons above: what then happens is told here.'
const marks: Record<LaneState, string> = {
  ...{ open: '●', connecting: '◌', waiting: '○', closed: '✕', paused: '❚❚', off: '' },
}

export function card(shown: Card): TemplateResult {
  const { desk, lane, summary, cost, dearest, now, spoken, behindMs, knobs, beside, save } = shown
  const { name, state, tally, story, note } = lane
  const trouble = desk.troubles.get(name) ?? ''
  const hadStorm = desk.bench.storm?.lane === name
  const isFaulty = tally.lost + tally.repeated + lane.badData > 0
  const { http, tls } = lane.door.settings
  const lesson = lessonOf(lane, behindMs)
  const of = (what: string) => html`${what}<span class="unseen"> of ${name}</span>`
  const set = differences(lane.door.settings, desk.usual(lane))

  const how = html`<p class="how">
    ${lesson?.text}
    ${lesson ? html`<a href="#/learn/${lesson.experiment.slug}">Try it: ${lesson.experiment.title}</a>` : nothing}
  </p>`

  return html`<section
    class="lane"
    data-lane=${name}
    data-state=${state}
    data-cursor=${tally.cursor}
    data-connections=${cost?.connections ?? 0}
    aria-labelledby="lane-${name}"
    ?hidden=${state === 'off'}
  >
    <div class="who">
      <h2 id="lane-${name}">${name}</h2>
      <p class="state"><span aria-hidden="true">${marks[state]}</span> ${state}</p>
      <button
        type="button"
        class="pause"
        id="pause-${name}"
        aria-labelledby="pause-${name} lane-${name}"
        @click=${() => (state === 'paused' ? lane.resume() : lane.pause())}
      >
        ${state === 'paused' ? 'Resume' : 'Pause'}
      </button>
    </div>
    <p class="path">
      <span data-n="protocol">${spoken ? `${spoken.http} · ${spoken.tls}` : `HTTP/${http} · TLS ${tls}`}</span
      >${[set, beliefOf(lane, cost?.open)].filter(Boolean).map((each) => html`<span class="set"> · ${each}</span>`)}
      ${state === 'open' || !lane.cause ? nothing : html`<span class="cause">${lane.cause}</span>`} ${blocked(lane)}
    </p>
    <figure class="strip">
      <div
        class="chart"
        data-chart="strip"
        role="img"
        aria-label="Latency of ${name} over the last 30 seconds; the numbers follow"
      ></div>
    </figure>
    ${figures(summary, cost, dearest)} ${isLarge() ? fold(`how-${name}`, of('Why it is so'), how) : how}
    ${foldIfTight(`stream-${name}`, of('Latest events'), stream(lane))}
    <div class="buttons" role="group" aria-labelledby="lane-${name}">${faultButtons(desk, lane)}</div>
    <div class="told">
      <p class="note" ?hidden=${!note}>
        <bdi data-n="note">${note?.text ?? ''}</bdi>
        <span data-n="trip"
          >${note?.roundTrip === undefined ? nothing : `${duration(note.roundTrip)} after your click`}</span
        >
      </p>
      <p class=${story ? 'story' : 'story soft'} ?hidden=${!story && hadStorm}>${story?.text(now) ?? UNTOUCHED}</p>
      ${stormStory(desk, lane, beside)}
      <p class="alert" role="alert" ?hidden=${!trouble}>${trouble}</p>
    </div>
    <p class="proof" data-faulty=${isFaulty}>
      <b><span data-n="events">${tally.events.toLocaleString('en')}</span></b> events ·
      <b><span data-n="lost">${tally.lost}</span></b> lost ·
      <b><span data-n="repeated">${tally.repeated}</span></b> repeated ·
      <b><span data-n="bad">${lane.badData}</span></b> bad
    </p>
    ${foldIfTight(
      `counted-${name}`,
      of('Bytes, requests, connections'),
      html`<div class="counted">${counts({ lane, cost, spoken, now })}</div>`,
    )}
    <details class="knobs" .open=${knobs.areOpen} @toggle=${knobs.toggle}>
      <summary id="knobs-${name}" aria-labelledby="knobs-${name} lane-${name}">Knobs</summary>
      <div class="choices">${laneKnobs.map((knob) => knobSelect(desk, lane, knob))}</div>
      <div class="together">
        <button
          type="button"
          class="save-samples"
          id="samples-${name}"
          aria-labelledby="samples-${name} lane-${name}"
          @click=${() => saveSamples(lane)}
        >
          Samples as CSV
        </button>
        <button
          type="button"
          class="save-chart"
          id="chart-${name}"
          aria-labelledby="chart-${name} lane-${name}"
          @click=${save}
        >
          Chart as PNG
        </button>
      </div>
    </details>
  </section>`
}
