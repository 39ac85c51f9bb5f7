// The raw numbers of a run: a table to read, and the same as CSV.
import { html } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import { saveRows } from '../save.ts'
import type { Cell } from '../save.ts'
import { NONE } from '../words.ts'

export interface Table {
  caption: string
  /** With their units: `latency, ms`. The first one says what a row is about. */
  columns: readonly string[]
  rows: readonly (readonly Cell[])[]
}

const MAX_SHOWN = 200
/** So few stand there whole: a box that cuts them would hide that there are more. */
const FEW = 12

export function tableView({ caption, columns, rows }: Table, name: string): TemplateResult {
  // A column of numbers is one to the right, with its head and its holes.
  const kinds = columns.map((_, index) => (rows.some((row) => typeof row[index] === 'number') ? 'number' : ''))
  const rest = rows.length - MAX_SHOWN
  const cell = (each: Cell, index: number) =>
    index === 0
      ? html`<th scope="row" class=${kinds[0]!}>${shown(each)}</th>`
      : html`<td class=${kinds[index]!}>${shown(each)}</td>`
  return html`<div class="scroll" ?data-few=${rows.length <= FEW} tabindex="0" role="region" aria-label=${caption}>
      <table class="raw">
        <caption>
          ${caption}
        </caption>
        <thead>
          <tr>
            ${columns.map((each, index) => html`<th scope="col" class=${kinds[index]!}>${each}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.slice(0, MAX_SHOWN).map(
            (row) =>
              html`<tr>
                ${row.map(cell)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${rest > 0 ? html`<p class="quiet">${rest} rows more are in the CSV.</p>` : ''}
    <button type="button" @click=${() => saveRows([columns, ...rows], name)}>Save as CSV</button>`
}

/** Of a median of nothing there is no number to show. */
function shown(cell: Cell): string {
  if (cell === undefined) return NONE
  if (typeof cell === 'string') return cell
  if (!Number.isFinite(cell)) return NONE
  return Number.isInteger(cell) ? String(cell) : cell.toFixed(Math.abs(cell) < 10 ? 2 : 1)
}
