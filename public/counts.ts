// What the server counted at a lane's door, and what the lane knows of its line, as a template.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import type { Lane } from './lane.ts'
import type { Cost } from './meter.ts'
import type { Spoken } from './protocols.ts'
import { NONE, clockTime, count, ratio, size, span } from './words.ts'

export interface Counted {
  lane: Lane
  cost: Cost | undefined
  spoken: Spoken | undefined
  now: number
}

export function counts({ lane, cost, spoken, now }: Counted): TemplateResult {
  const { tally, lastGap } = lane
  const bytes = (n: number | undefined) => (n === undefined ? NONE : size(n))
  // Of requests of a thousand clients and the events of one there is no ratio.
  const perEvent = cost && cost.stormClients === 0 && tally.events > 0 ? cost.requests / tally.events : undefined
  const ofStorm = cost?.stormClients ? ` with ${count(cost.stormClients, 'storm client')}` : ''
  return html`<table>
      <thead>
        <tr>
          <td></td>
          <th scope="col">up</th>
          <th scope="col">down</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">on the wire, with TLS</th>
          <td data-n="up">${bytes(cost?.tls.up)}</td>
          <td data-n="down">${bytes(cost?.tls.down)}</td>
        </tr>
        <tr>
          <th scope="row">inside TLS</th>
          <td data-n="plain-up">${bytes(cost?.plain?.up)}</td>
          <td data-n="plain-down">${bytes(cost?.plain?.down)}</td>
        </tr>
      </tbody>
    </table>
    <dl class="ledger">
      <div>
        <dt>now</dt>
        <dd data-n="per-second">${cost?.perSecond === undefined ? NONE : `${size(cost.perSecond)}/s`}</dd>
      </div>
      <div>
        <dt>requests</dt>
        <dd>
          <span data-n="requests">${cost ? cost.requests.toLocaleString('en') : NONE}</span>${
            perEvent === undefined ? nothing : html` (${ratio(perEvent)} an event)`
          }${ofStorm}
        </dd>
      </div>
      <div>
        <dt>TCP connections</dt>
        <dd>
          <span data-n="connections"
            >${cost ? `${cost.connections.toLocaleString('en')} (${cost.open} open)` : NONE}</span
          >${ofStorm}
        </dd>
      </div>
      <div>
        <dt>line open for</dt>
        <dd data-n="age">${lane.openSince === undefined ? NONE : span(now - lane.openSince)}</dd>
      </div>
      <div>
        <dt>reconnects</dt>
        <dd data-n="reconnects">${Math.max(0, lane.timesOpened - 1)}</dd>
      </div>
      <div>
        <dt>last gap</dt>
        <dd data-n="gap">${lastGap ? `${lastGap.reason}, at ${clockTime(lastGap.at)}` : 'none'}</dd>
      </div>
    </dl>
    ${remarks(lane, cost, spoken).map((text) => html`<p class="remark">${text}</p>`)}`
}

function remarks(lane: Lane, cost: Cost | undefined, spoken: Spoken | undefined): string[] {
  const { name, door, caughtUp, tally } = lane
  return [
    ...(cost?.shared
      ? ['Another lane or tab uses the same connection: these bytes are of both, and a cut hits both.']
      : []),
    ...(name === 'wss' && door.settings.http === '2' && !door.settings.buffering ? [wayOf(spoken)] : []),
    ...(cost?.none?.why ? [cost.none.why] : []),
    ...(cost?.stormClients ? ['A storm went through this door: these counts are of its clients too.'] : []),
    ...(caughtUp > 0 ? [`${count(caughtUp, 'event')} came after a pause; they are not in the picture.`] : []),
    ...(tally.gaps > 0 ? [`${count(tally.gaps, 'gap')}: the lab said that older events can no longer be had.`] : []),
  ]
}

/** Not every browser, and not each time, does what the knob asks for. */
const wayOf = (spoken: Spoken | undefined) =>
  spoken?.http === 'HTTP/1.1'
    ? 'This door speaks HTTP/2 too, but the browser opened the WebSocket over HTTP/1.1: it had no HTTP/2 connection for it to go on.'
    : 'One request before each connect is to have an HTTP/2 connection for the WebSocket to go on (RFC 8441).'
