// The journey of one event as a picture: a row for each lane, one logarithmic time axis from when it was due.
import { html, nothing, svg } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import type { Journeys, Steps } from './journey.ts'
import type { Lane } from './lane.ts'
import { SCALE_MS, onScale } from './samples.ts'
import { asSet, duration } from './words.ts'

const [LEFT, ROW, FOOT] = [110, 34, 26]
/** Of the drawing, in its own units: type must stay readable on a phone. */
const narrow = matchMedia('(max-width: 640px)')
const widthOf = () => (narrow.matches ? 430 : 1000)
const DECADES = [1, 10, 100, 1000, 10_000]
const [LOW, HIGH] = SCALE_MS.map(Math.log10) as [number, number]

/** 1 at the right edge; what came in no time stands at the left one. */
const x = (ms: number) => LEFT + ((Math.log10(onScale(ms)) - LOW) / (HIGH - LOW)) * (widthOf() - LEFT - 20)

export function journeyView(
  { followed: one, isWaiting }: Journeys,
  all: readonly Lane[],
): TemplateResult | typeof nothing {
  if (!one) return isWaiting ? html`<section class="followed"><p>Waiting for the next event …</p></section>` : nothing
  const lanes = all.filter(({ state }) => state !== 'off')
  const height = lanes.length * ROW + FOOT
  const error = one.errorMs
  return html`<section class="followed" aria-labelledby="followed-title">
    <h2 id="followed-title">
      Event #${one.event.id.split('.')[1]} on its way
      ${
        one.published === undefined
          ? nothing
          : html`<span class="soft">┃ published ${duration(one.published)} after it was due</span>`
      }
    </h2>
    <svg
      viewBox="0 0 ${widthOf()} ${height}"
      role="img"
      aria-label="The way of one event on each lane; the table follows"
    >
      ${DECADES.map(
        (ms) => svg`<line class="grid" x1=${x(ms)} x2=${x(ms)} y1="0" y2=${height - FOOT} />
          <text class="tick" x=${x(ms)} y=${height - 8} text-anchor="middle">${asSet(ms)}</text>`,
      )}
      <text class="tick" x=${LEFT + 8} y=${height - 8} text-anchor="end">due</text>
      ${lanes.map(({ name }, row) => way(name, one.published, one.lanes.get(name), row * ROW + ROW / 2, error))}
    </svg>
    <div class="times" id="times" role="group" aria-label="Times of this event" tabindex="0">
      <table>
        <caption>
          After it was due
        </caption>
        <thead>
          <tr>
            <th scope="col">lane</th>
            <th scope="col"><span class="sign">▷</span> written</th>
            <th scope="col"><span class="sign">●</span> received</th>
            <th scope="col"><span class="sign">■</span> painted</th>
          </tr>
        </thead>
        <tbody>
          ${lanes.map(({ name }) => {
            const steps = one.lanes.get(name)
            const cell = (ms: number | null | undefined) =>
              ms === undefined ? '…' : ms === null ? 'not told' : duration(ms)
            return html`<tr data-lane=${name}>
              <th scope="row">${name}</th>
              <td>${cell(steps?.written)}</td>
              <td>${cell(steps?.received)}</td>
              <td>${cell(steps?.painted)}</td>
            </tr>`
          })}
        </tbody>
      </table>
    </div>
    <p class="soft">
      Due, published and written are of the server’s clock, received and painted of this page’s; the band is how well
      one is known from the other (± ${error.toFixed(1)} ms). Written: the lab’s network, which stands before the
      server, has these bytes and has not passed them on yet. Painted: the frame after it was handed over; a page cannot
      know more.
      ${[...one.lanes.values()].some(({ written }) => written === null) ? 'Not told: the lab was asked and did not say.' : nothing}
    </p>
  </section>`
}

function way(name: string, published: number | undefined, steps: Steps | undefined, y: number, error: number) {
  const { written, received, painted } = steps ?? {}
  return svg`<g data-lane=${name} class="way">
    <text class="name" x="0" y=${y + 5}>${name}</text>
    ${received === undefined ? nothing : svg`<line class="wait" x1=${LEFT} x2=${x(received)} y1=${y} y2=${y} />`}
    ${received === undefined ? nothing : svg`<rect class="error" x=${x(received - error)} y=${y - 9} width=${x(received + error) - x(received - error)} height="18" />`}
    ${published === undefined ? nothing : svg`<rect x=${x(published) - 1.5} y=${y - 9} width="3" height="18" />`}
    ${typeof written !== 'number' ? nothing : svg`<path d="M${x(written) - 4} ${y - 6}l9 6l-9 6z" />`}
    ${received === undefined ? nothing : svg`<circle cx=${x(received)} cy=${y} r="6" />`}
    ${painted === undefined ? nothing : svg`<rect x=${x(painted) - 5} y=${y - 5} width="10" height="10" />`}
  </g>`
}
