// A formula beside what was measured, row by row.
import { html } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'

/** The first cell of a row names it. */
export function formulaTable(columns: readonly string[], rows: readonly (readonly string[])[]): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Formula and measurement">
    <table class="raw">
      <thead>
        <tr>
          ${columns.map((each) => html`<th scope="col" class="number">${each}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, ...cells]) =>
            html`<tr>
              <th scope="row" class="number">${name}</th>
              ${cells.map((each) => html`<td class="number">${each}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
