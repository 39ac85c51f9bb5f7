// The results as one HTML file that needs nothing else: each table, and every repeat as a row of dots.
import type { Results } from '../results.ts'
import { byteColumns, costColumns, failures, heading, latencyColumns, remarks } from './table.ts'
import { metrics, summarise } from './summary.ts'
import type { Summary } from './summary.ts'

const dots = { p50: '#2a78c8', p90: '#8250c4', p99: '#c8502a', max: '#888' } as const

export function page(results: Results): string {
  const summaries = summarise(results)
  const names = [...new Set(summaries.map(({ scenario }) => scenario))]
  const sections = names.map((name) =>
    section(
      name,
      results,
      summaries.filter(({ scenario }) => scenario === name),
    ),
  )
  const about = {
    startedAt: results.startedAt,
    commit: results.commit,
    seed: results.seed,
    ...results.machine,
    ...results.versions,
  }
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Wirelab benchmark</title>
<style>
:root { color-scheme: light dark } body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem }
div { overflow-x: auto } table { border-collapse: collapse; margin: .7rem 0 } th, td { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid #8884; white-space: nowrap }
th:first-child, td:first-child { text-align: left } text { font: 12px system-ui, sans-serif; fill: currentColor } .invalid { color: #c22 }
</style>
<h1>Wirelab benchmark</h1>
${sections.join('\n')}
<h2>How to read this</h2>
<p>Latency is from when an event was due to when a client had decoded it, in another process, by one monotonic clock; every
receiver counts. Cells: the median of the repeats, and in brackets their lowest and highest.</p>
<ul>${results.notes.map((note) => `<li>${escape(note)}</li>`).join('')}</ul>
<div><table>${Object.entries(about)
    .map(([key, value]) => `<tr><th>${escape(key)}</th><td>${escape(String(value))}</td></tr>`)
    .join('')}</table></div>
</html>
`
}

function section(name: string, results: Results, summaries: Summary[]): string {
  const made = [latencyColumns, costColumns, byteColumns].map((columns) => {
    const head = columns.map(([text]) => `<th>${escape(text)}</th>`).join('')
    const cells = (summary: Summary) => columns.map(([, text]) => `<td>${escape(text(summary))}</td>`).join('')
    const rows = summaries.map((summary) => `<tr>${cells(summary)}</tr>`).join('')
    return `<div><table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`
  })
  const lines = [
    ...remarks(summaries).map((text) => `<p>${escape(text)}</p>`),
    ...failures(summaries).map((text) => `<p class="invalid">${escape(text)}</p>`),
  ]
  return `<h2>${escape(name)}</h2><p>${escape(heading(name, results))}</p>
${made[0]}${lines.join('')}
${drawing(summaries)}
${made.slice(1).join('')}`
}

const [WIDTH, ROW, LEFT] = [900, 28, 110]

/** Every valid repeat is a dot for each percentile; milliseconds on a logarithmic axis. */
function drawing(summaries: Summary[]): string {
  const keys = Object.keys(dots) as (keyof typeof dots)[]
  const values = summaries
    .flatMap(({ valid }) => valid.flatMap((row) => keys.map((key) => metrics[key](row))))
    .filter((ms) => ms !== null)
  if (values.length === 0) return ''
  const low = Math.floor(Math.log10(Math.max(0.001, Math.min(...values))))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))
  const x = (ms: number) => LEFT + ((Math.log10(Math.max(ms, 10 ** low)) - low) / (high - low)) * (WIDTH - LEFT - 30)
  const height = ROW * (summaries.length + 2)
  const axis = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)).map(
    (ms) =>
      `<path d="M${x(ms)} ${ROW}V${height - ROW}" stroke="#8884"/><text x="${x(ms)}" y="${height - 8}" text-anchor="middle">${ms} ms</text>`,
  )
  const legend = keys.map(
    (key, i) =>
      `<circle cx="${LEFT + i * 60}" cy="12" r="4" fill="${dots[key]}"/><text x="${LEFT + 8 + i * 60}" y="16">${key}</text>`,
  )
  const lanes = summaries.map(({ transport, valid }, i) => {
    const y = ROW * (i + 1.5)
    const marks = valid.flatMap((row) =>
      keys.map((key) => {
        const ms = metrics[key](row)
        const title = `${transport} repeat ${row.repeat} ${key} ${ms} ms`
        return ms === null
          ? ''
          : `<circle cx="${x(ms).toFixed(1)}" cy="${y}" r="4" fill="${dots[key]}" fill-opacity=".6"><title>${escape(title)}</title></circle>`
      }),
    )
    return `<text x="0" y="${y + 4}">${escape(transport)}</text>${marks.join('')}`
  })
  return `<div><svg width="${WIDTH}" height="${height}" role="img" aria-label="latency percentiles of every repeat">${[...axis, ...legend, ...lanes].join('')}</svg></div>`
}

function escape(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (character) => names[character]!)
}
