// The raw numbers of a run: a table to read, and the same as CSV (RFC 4180).
import { html } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'

export type Cell = string | number | undefined

export interface Table {
  caption: string
  /** With their units: `age, ms`. */
  columns: readonly string[]
  rows: readonly (readonly Cell[])[]
}

const MAX_SHOWN = 200

export function tableView({ caption, columns, rows }: Table, name: string): TemplateResult {
  // A column of numbers is one to the right, with its head and its holes.
  const kinds = columns.map((_, index) => (rows.some((row) => typeof row[index] === 'number') ? 'number' : ''))
  const rest = rows.length - MAX_SHOWN
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}>
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
                ${row.map((each, index) => html`<td class=${kinds[index]!}>${shown(each)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${rest > 0 ? html`<p class="quiet">${rest} rows more are in the CSV.</p>` : ''}
    <button type="button" @click=${() => save(`${name}.csv`, csvOf({ caption, columns, rows }))}>Save as CSV</button>`
}

/** Of a median of nothing there is no number to show. */
const isKnown = (cell: string | number) => typeof cell === 'string' || Number.isFinite(cell)

function shown(cell: Cell): string {
  if (cell === undefined || !isKnown(cell)) return '–'
  if (typeof cell === 'string') return cell
  return Number.isInteger(cell) ? String(cell) : cell.toFixed(Math.abs(cell) < 10 ? 2 : 1)
}

export function csvOf({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('')
}

function field(cell: Cell): string {
  const text = cell === undefined || !isKnown(cell) ? '' : String(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function save(name: string, text: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}
