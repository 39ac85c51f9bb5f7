// The numbers of a lane that are read first, and its latest events, as templates.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import { withNew } from './meter.ts'
import type { Cost } from './meter.ts'
import { shorten } from './note.ts'
import { P95_LATER, WINDOW_MS } from './samples.ts'
import type { Summary } from './samples.ts'
import type { Lane } from './lane.ts'
import { NONE, count, duration, size } from './words.ts'

/** `dearest`: bytes per event of the dearest lane, what the bars are measured by. */
export function figures(summary: Summary | undefined, cost: Cost | undefined, dearest: number): TemplateResult {
  const share = dearest > 0 ? (cost?.perEvent ?? 0) / dearest : 0
  return html`<dl class="big">
      <div>
        <dt>median latency</dt>
        <dd data-n="median">${summary ? duration(summary.median) : NONE}</dd>
      </div>
      <div>
        <dt>bytes per event</dt>
        <dd>
          <span data-n="per-event">${cost?.perEvent === undefined ? NONE : size(cost.perEvent)}</span>
          ${cost?.none ? html`<small data-n="no-price">${cost.none.word}</small>` : nothing}
          ${cost && withNew(cost) ? html`<small class="more" data-n="new-connections">${withNew(cost)}</small>` : nothing}
        </dd>
        <dd class="bar" aria-hidden="true" .style=${`--share:${share.toFixed(3)}`}></dd>
      </div>
    </dl>
    <dl class="row">
      <div>
        <dt>p95</dt>
        <dd data-n="p95">${summary?.p95 === undefined ? P95_LATER : duration(summary.p95)}</dd>
      </div>
      <div>
        <dt>worst</dt>
        <dd data-n="worst">${summary ? duration(summary.worst) : NONE}</dd>
      </div>
      <div>
        <dt>in ${WINDOW_MS / 1000} s</dt>
        <dd data-n="samples">${count(summary?.n ?? 0, 'event')}</dd>
      </div>
    </dl>`
}

export function stream({ name, items }: Lane): TemplateResult {
  return html`<ol class="stream" aria-label="Latest events of ${name}">
    ${items.map(
      ({ event, latencyMs, note }) =>
        html`<li class=${note === undefined ? nothing : 'mine'}>
          <span class="id">#${event.id.split('.')[1]}</span
          ><bdi>${note ?? shorten(`${event.type} ${JSON.stringify(event.data)}`)}</bdi
          ><span class="ms">${latencyMs === undefined ? NONE : duration(latencyMs)}</span>
        </li>`,
    )}
  </ol>`
}
