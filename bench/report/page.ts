// The results as one HTML file that needs nothing else and runs nothing: for each scenario its charts, each with its numbers, and its tables.
import { gzipSync } from 'node:zlib'
import type { Results } from '../results.ts'
import { bytesByLayer } from './charts/bytes.ts'
import { breakEven } from './charts/breakeven.ts'
import { browserDots } from './charts/browser.ts'
import { NARROW, WIDE, draw } from './charts/chart.ts'
import type { Chart, Mark } from './charts/chart.ts'
import { latencyAgainstCost } from './charts/cost.ts'
import { percentileCurves } from './charts/curves.ts'
import { figureDots, latencyDots, skewDots } from './charts/dots.ts'
import { modelErrors } from './charts/model.ts'
import { pointCharts } from './charts/points.ts'
import { backCurves, kneeCurves } from './charts/series.ts'
import { sheets } from './sheets.ts'
import { escape, tableOf } from './html.ts'
import { brackets, failures, meanings, provenance, remarks, unfinished } from './remarks.ts'
import { conclusions } from './conclusions.ts'
import { heading } from './heading.ts'
import { nameOf } from './numbers.ts'
import { rivals, rivalsTitle, rivalsWords } from './rivals.ts'
import { style } from './style.ts'
import { summarise } from './summary.ts'
import type { Summary } from './summary.ts'

const makers = [
  ...[browserDots, kneeCurves, backCurves, breakEven, pointCharts, figureDots, latencyAgainstCost],
  ...[percentileCurves, latencyDots, bytesByLayer, skewDots, modelErrors],
]
/** A table with more rows stands below the charts. */
const SHORT = 12
/** A longer sentence about a chart stands with its numbers. */
const LONG = 300

export function page(results: Results): string {
  const sections = [...Map.groupBy(summarise(results), ({ scenario }) => scenario)]
  const missing = results.scenarios.filter(({ name }) => !sections.some(([each]) => each === name))
  const links = sections.map(([name]) => `<li><a href="#${id(name)}">${escape(name)}</a></li>`)
  const inBrowsers = results.trials.some(({ browser }) => browser)
    ? ' Inside of a browser it is by the clock of the page, whose error is shown.'
    : ''
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Wirelab benchmark</title><style>${style}</style></head><body>
<header><h1>Wirelab benchmark</h1>
<p class="about">${escape(provenance(results))}</p>
<p>How polling, long polling, SSE and WSS compare on one machine, on real TLS, with a bare TLS socket as the floor. Latency is from
when an event was due to when a client had decoded it, in another process, by one monotonic clock; every receiver counts.${inBrowsers}</p>
${unfinished(results)
  .map((line) => `<p class="invalid">${escape(line)}</p>`)
  .join('')}
<nav aria-label="Scenarios"><ul>${rivals(results).length > 0 ? '<li><a href="#rivals">against the floor and peers</a></li>' : ''}${links.join('')}<li><a href="#notes">notes</a></li><li><a href="#run">machine and data</a></li></ul></nav></header>
<main>
${against(results)}
${sections.map(([name, summaries]) => section(name, summaries, results)).join('\n')}
${missing.map(({ name }) => `<section><h2>${escape(name)}</h2><p>Nothing was measured.</p></section>`).join('')}
<section id="notes"><h2>Notes</h2><p>In tables: the median of the repeats, of an even number the mean of the middle two; in brackets its 95 % bootstrap interval
over the repeats (of five that is their range, and 93.75 %), with fewer than five their range. ×floor: the median of the ratios to the floor of the same repeat. A dash: not measured.</p>
<ul>${results.notes.map((note) => `<li>${escape(note)}</li>`).join('')}</ul></section>
${run(results)}
</main></body></html>
`
}

function against(results: Results): string {
  const all = rivals(results)
  if (all.length === 0) return ''
  const tables = all.map(
    ({ scenario, table }) =>
      `<p class="about">${escape(heading(scenario, results))}</p>${tableOf(table, `${scenario}: ours as a multiple of theirs`)}`,
  )
  return `<section id="rivals"><h2>${rivalsTitle}</h2>${rivalsWords.map((line) => `<p>${escape(line)}</p>`).join('')}
${tables.join('\n')}</section>`
}

const id = (name: string) => `scenario-${name.replace(/[^a-z0-9-]/gi, '-')}`

function section(name: string, summaries: Summary[], results: Results): string {
  const about = results.scenarios.find((each) => each.name === name)!.about
  // What a ladder measured it measured at each one's own knee: only the climb can be compared.
  const isLadder = summaries.some(({ of }) => of((row) => row.figures?.kneeRate))
  const charts = (isLadder ? [kneeCurves] : makers).flatMap((make) => make(summaries, results))
  const tables = sheets(summaries, 'wide').map(({ title, columns, rows, words }) => {
    const cells = rows.map((each) => [nameOf(each), ...columns.map(({ text }) => text(each))])
    const below = words.map((line) => `<p class="about">${escape(line)}</p>`).join('')
    return tableOf([['', ...columns.map(({ head }) => head)], ...cells], title) + below
  })
  const told = conclusions(summaries, results).map((line) => `<li>${escape(line)}</li>`)
  const above = summaries.length <= SHORT ? 1 : 0
  const lines = [
    ...meanings(summaries).map((text) => `<p class="about">${escape(text)}</p>`),
    ...remarks(summaries).map((text) => `<p class="off">${escape(text)}</p>`),
    ...failures(summaries).map((text) => `<p class="invalid">${escape(text)}</p>`),
  ]
  return `<section id="${id(name)}"><h2>${escape(name)}</h2><p>${escape(about)}</p>
<ul>${told.join('')}</ul>
<p class="about">${escape(heading(name, results))}; ${escape(brackets(summaries))}</p>
${lines.join('\n')}
${tables.slice(0, above).join('')}
${charts.map((chart, i) => figure(chart, `${id(name)}-${i}`, provenance(results))).join('\n')}
${tables.slice(above).join('\n')}</section>`
}

function figure(chart: Chart, about: string, from: string): string {
  const { title, question, read, summary, legend, height, numbers } = chart
  const isLong = summary.length > LONG
  const words = `<p class="read" id="${about}">${escape(summary)}</p>`
  const drawn = ([WIDE, NARROW] as const).map((width) => {
    const svg = draw(chart.option(width), width, height)
    const words = `role="img" class="${width === WIDE ? 'wide' : 'narrow'}" aria-label="${escape(title)}" aria-describedby="${about}"`
    return svg.replace('<svg ', `<svg ${words} `)
  })
  return `<figure><figcaption><h3>${escape(title)}</h3><p>${escape(question)}</p><p class="read">${escape(read)}</p></figcaption>
${legend.length > 0 ? `<ul class="legend">${legend.map(entry).join('')}</ul>` : ''}
${drawn.join('\n')}
${isLong ? '' : words}
<details><summary>The numbers</summary>${isLong ? words : ''}${tableOf(numbers, title)}</details>
<p class="from">${escape(from)}; <a href="#run">raw data</a></p></figure>`
}

function entry({ name, color, look }: Mark): string {
  const shape =
    look === 'solid'
      ? `<i class="line" style="--mark:${color};--look:${look}"></i>`
      : `<i style="--mark:${color}">${look}</i> `
  return `<li>${shape}${escape(name)}</li>`
}

/** On what, with what, and the raw data to take along. */
function run(results: Results): string {
  const { startedAt, commit, seed, machine, versions } = results
  const facts = Object.entries({ startedAt, commit: commit ?? 'not from git', seed, ...machine, ...versions })
  const packed = gzipSync(JSON.stringify(results), { level: 9 }).toString('base64')
  return `<section id="run" class="facts"><h2>Machine and data</h2>
<p class="download"><a download="results.json.gz" href="data:application/gzip;base64,${packed}">results.json.gz</a>: every row of every
repeat, histograms included.</p>
${tableOf([['', ''], ...facts.map(([key, value]) => [key, String(value)])], 'Machine, versions, seed, commit')}</section>`
}
