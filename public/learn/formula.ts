// A formula beside what was measured, row by row.
import { html } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'

/** The first cell of a row names it, by a number or in words. */
export function formulaTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  { label = 'Formula and measurement', inWords = false } = {},
): TemplateResult {
  const name = inWords ? '' : 'number'
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${label}>
    <table class="raw">
      <thead>
        <tr>
          ${columns.map((each, index) => html`<th scope="col" class=${index === 0 ? name : 'number'}>${each}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first, ...cells]) =>
            html`<tr>
              <th scope="row" class=${name}>${first}</th>
              ${cells.map((each) => html`<td class="number">${each}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
