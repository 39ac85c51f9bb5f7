// Rows on one time axis: when something was open or waiting, and what happened at which moment.
import { html, nothing, svg } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import { clamped } from '../clamped.ts'
import { asSet, count } from '../words.ts'

export interface Row {
  name: string
  /** The colour of a transport. */
  lane?: string
  /** `to` is open: it still goes on. `away`: broken, or not there. */
  spans: readonly { from: number; to?: number; kind: 'open' | 'held' | 'away' }[]
  marks: readonly Mark[]
  /** Beside the name, e.g. a header. */
  note?: string
}

export interface Mark {
  at: number
  kind: 'event' | 'request' | 'lost'
}

export interface Timeline {
  rows: readonly Row[]
  /** Milliseconds at the two ends of the axis. */
  from?: number
  to: number
  /** What the signs mean, in the words of this experiment. */
  legend: Partial<Record<Mark['kind'] | 'open' | 'held' | 'away', string>>
}

/** Drawn in the colour of its row. */
const OF_THE_LANE = { open: true, held: true, event: true }
/** What is written at more of them would touch on a narrow screen. */
const MOST_STEPS = 6
const STEPS = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000]

export function timeline({ rows, from = 0, to, legend }: Timeline): TemplateResult {
  const x = (at: number) => `${clamped(((at - from) / (to - from)) * 100, 0, 100).toFixed(3)}%`
  const width = (a: number, b: number) => `${Math.max(0, ((b - a) / (to - from)) * 100).toFixed(3)}%`
  const inView = ({ at }: Mark) => at >= from && at <= to
  const step = STEPS.find((each) => (to - from) / each <= MOST_STEPS) ?? 10_000
  const ticks: number[] = []
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at)

  const row = ({ name, lane, note, spans, marks }: Row) => {
    const heightOf = stacked(marks)
    return html`<div class="row lane-colour" data-lane=${lane ?? ''}>
      <p><b>${name}</b> ${note ? html`<span>${note}</span>` : nothing}</p>
      <svg role="img" aria-label=${`${name}: ${said(spans, marks)}`}>
        ${ticks.map((at) => svg`<line class="grid" x1=${x(at)} x2=${x(at)} y1="0" y2="100%" />`)}
        ${spans.map(
          (span) =>
            svg`<rect class=${span.kind} x=${x(span.from)} y="30%" height="40%" width=${width(Math.max(from, span.from), Math.min(to, span.to ?? to))} />`,
        )}
        ${marks
          .filter(inView)
          .map(({ at, kind }) =>
            kind === 'request'
              ? svg`<line class="request" x1=${x(at)} x2=${x(at)} y1="8%" y2="92%" />`
              : svg`<circle class=${kind} cx=${x(at)} cy="50%" r="4.5" transform=${`translate(0 ${heightOf(at, kind)})`} />`,
          )}
      </svg>
    </div>`
  }

  /** In the colours that it has in the rows, one of each; grey while no row has it. */
  const signsOf = (kind: string) => {
    const having = rows.filter(
      ({ spans, marks }) =>
        spans.some((span) => span.kind === kind && span.from <= to && (span.to ?? to) >= from) ||
        marks.some((mark) => mark.kind === kind && inView(mark)),
    )
    const lanes = new Set(kind in OF_THE_LANE ? having.map(({ lane = '' }) => lane) : [])
    return [...(lanes.size > 0 ? lanes : [''])].map(
      (lane) => html`<b class="${kind} lane-colour" data-lane=${lane}></b>`,
    )
  }
  const anchor = (at: number) =>
    at - from < (to - from) * 0.05 ? 'start' : at > to - (to - from) * 0.05 ? 'end' : 'middle'
  return html`<div class="timeline">
    ${rows.map(row)}
    <div class="row axis" aria-hidden="true">
      <p></p>
      <svg>
        ${ticks.map((at) => svg`<text x=${x(at)} y="14" text-anchor=${anchor(at)}>${at === 0 ? '0 s' : asSet(at)}</text>`)}
      </svg>
    </div>
    <ul class="keys">
      ${Object.entries(legend).map(([kind, words]) => html`<li>${signsOf(kind)} ${words}</li>`)}
    </ul>
  </div>`
}

/** What came at one moment stands on each other, around the middle. */
function stacked(marks: readonly Mark[]): (at: number, kind: Mark['kind']) => number {
  const keyOf = (at: number, kind: string) => `${kind} ${Math.round(at)}`
  const counts = new Map<string, number>()
  for (const { at, kind } of marks) counts.set(keyOf(at, kind), (counts.get(keyOf(at, kind)) ?? 0) + 1)
  const drawn = new Map<string, number>()
  return (at, kind) => {
    const key = keyOf(at, kind)
    const index = drawn.get(key) ?? 0
    drawn.set(key, index + 1)
    const apart = Math.min(10, 40 / counts.get(key)!)
    return ((counts.get(key)! - 1) / 2 - index) * apart
  }
}

function said(spans: Row['spans'], marks: readonly Mark[]): string {
  const of = (kind: Mark['kind']) => marks.filter((mark) => mark.kind === kind).length
  const lost = of('lost')
  const parts = [count(of('event'), 'event'), `${spans.length} ${spans.length === 1 ? 'stretch' : 'stretches'}`]
  return [...parts, ...(lost > 0 ? [`${lost} lost`] : [])].join(', ')
}
