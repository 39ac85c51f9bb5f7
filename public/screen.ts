// The lab's screen, as a template: what can be said in two sentences, the overview and the controls, the lanes.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import { controls } from './controls.ts'
import type { Controls } from './controls.ts'
import { fold, foldIfTight, isLarge } from './fold.ts'
import { journeyView } from './journey-view.ts'
import { P95_LATER } from './samples.ts'

export interface Screen extends Controls {
  /** In sentences. */
  says: string[]
  agreement: { text: string; agreed: boolean }
  cards: TemplateResult[]
  wires: TemplateResult
  /** What of the address was not understood; empty when all was. */
  unread: string
  saveOverview: () => void
}

export function screen({
  desk,
  journeys,
  says,
  agreement,
  cards,
  wires,
  unread,
  saveOverview,
  ...rest
}: Screen): TemplateResult {
  const { bench, lanes, troubles } = desk
  const alert = bench.trouble || troubles.get('all') || ''
  const legend = foldIfTight(
    'legend',
    'How to read the charts',
    html`<p class="legend">
      In the charts of the lanes each dot is an event: <b>across</b> when it came, <b>up</b> how long after it was due,
      on one logarithmic scale for all lanes. Bars at the right edge: how they spread. Strokes at the foot: requests.
      Shaded: the line was not open. The whisker of the overview, up to p95, comes ${P95_LATER}.
      ${
        Number.isFinite(bench.clock.errorMs)
          ? html`The server’s clock is known here to ± ${bench.clock.errorMs.toFixed(1)} ms.`
          : html`The server’s clock is not known here: latency is counted from the first arrival on any lane.`
      }
    </p>`,
  )
  return html`<div class="glance">
      <p id="verdict">${says.map((sentence) => html`<span>${sentence} </span>`)}</p>
      <p id="agreement" data-agreed=${agreement.agreed}>${agreement.text}</p>
    </div>
    <p class="warning" role="note" ?hidden=${!bench.why}>${bench.why}</p>
    <p class="warning" role="note" id="misread" ?hidden=${!unread}>${unread}</p>
    <p class="alert" role="alert" id="lab-trouble" ?hidden=${!alert}>${alert}</p>
    <div class="top">
      <figure class="overview">
        <figcaption>
          <b>Latency against bytes</b>
          <span>dot: median · whisker: p95 · trail: before · hollow: old</span>
          <button type="button" @click=${saveOverview}>Save as PNG</button>
        </figcaption>
        <div
          class="chart"
          data-chart="overview"
          role="img"
          aria-label="Median latency against bytes per event, a dot for each lane; the numbers are in the lanes"
        ></div>
      </figure>
      ${fold('controls', 'Rate, publishing, lanes, faults, knobs', controls({ desk, journeys, ...rest }))}
    </div>
    ${journeyView(journeys, lanes)} ${isLarge() ? nothing : legend}
    <div class="lanes" data-lanes=${lanes.filter(({ state }) => state !== 'off').length}>${cards}</div>
    ${isLarge() ? legend : nothing} ${wires}
    ${foldIfTight(
      'notes',
      'What is counted, and how',
      html`<p class="notes">
        <b>Latency</b> is counted from when an event was due, by the server’s clock as this page knows it.
        <b>Bytes</b> are counted by the server at each lane’s own door: below TLS, both ways, with handshakes, headers
        and frames; “per event” is of the last ten seconds, with the handshakes of all connections that were opened in
        them, the first one too: then it says so. After a freeze, a stall or a storm it begins anew. Most experiments in
        <a href="#/learn">Learn</a> speak HTTP/1.1, whose heads are not packed as those of HTTP/2 are (RFC 7541): a
        question and its answer cost more bytes there. <b>Lost</b> and <b>repeated</b> follow from the ids, which have
        no holes. A <b>gap</b> is one that the lab declared: older events could no longer be had; a line that is only
        silent has none. <b>Open</b> is what this page knows of its line, <b>TCP connections</b> what the server knows:
        until a freeze is noticed they differ.
      </p>`,
    )}`
}
