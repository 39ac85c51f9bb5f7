// The results as Markdown: the same tables as on the terminal, with the command that repeats them; to paste into a README or an issue.
import { peerNames } from '../contestants.ts'
import { delaysOf } from '../notes.ts'
import type { Results } from '../results.ts'
import { browserScenario, scenarios } from '../scenarios.ts'
import type { Scenario } from '../scenarios.ts'
import { sheets } from './sheets.ts'
import { brackets, failures, meanings, provenance, remarks, unfinished } from './remarks.ts'
import { conclusions } from './conclusions.ts'
import { heading } from './heading.ts'
import { nameOf } from './numbers.ts'
import { rivals, rivalsTitle, rivalsWords } from './rivals.ts'
import { summarise } from './summary.ts'

export function markdown(results: Results): string {
  const sections = [...Map.groupBy(summarise(results), ({ scenario }) => scenario)].map(([name, summaries]) =>
    [
      `## ${name}`,
      plain(heading(name, results)),
      conclusions(summaries, results)
        .map((line) => `- ${plain(line)}`)
        .join('\n'),
      plain(brackets(summaries)),
      ...sheets(summaries, 'wide').flatMap(({ title, columns, rows, words }) => [
        markdownTable([
          [title, ...columns.map(({ head }) => head)],
          ...rows.map((row) => [nameOf(row), ...columns.map(({ text }) => text(row))]),
        ]),
        ...words.map((line) => `- ${plain(line)}`),
      ]),
      ...[...meanings(summaries), ...remarks(summaries), ...failures(summaries)].map((line) => `- ${plain(line)}`),
      `\`\`\`sh\n${command(name, results)}\n\`\`\``,
    ].join('\n\n'),
  )
  return [
    '# Wirelab benchmark',
    plain(provenance(results)),
    ...unfinished(results).map((line) => `**${plain(line)}**`),
    'Medians of the repeats, of an even number the mean of the middle two. ×floor: the median of the ratios to a bare TLS socket in the same repeat.',
    ...against(results),
    ...sections,
    '## Notes',
    results.notes.map((note) => `- ${plain(note)}`).join('\n'),
    '',
  ].join('\n\n')
}

function against(results: Results): string[] {
  const all = rivals(results)
  if (all.length === 0) return []
  const words = rivalsWords.map((line) => `- ${plain(line)}`).join('\n')
  const tables = all.map(({ scenario, table: [head = [], ...rows] }) =>
    [plain(heading(scenario, results)), markdownTable([head, ...rows])].join('\n\n'),
  )
  return [`## ${rivalsTitle}`, words, ...tables]
}

const known: Record<string, Scenario> = { ...scenarios, browser: browserScenario }

/** What measures this scenario again, as it was run here: the flags that are not as they are by default. */
export function command(name: string, { scenarios, trials, missing = [], notes, seed }: Results): string {
  const found = scenarios.find((each) => each.name === name)!
  const usual: Partial<Scenario> = known[name] ?? {}
  // What was ordered, also when the run did not come to its end.
  const mine = [...trials, ...missing].filter(({ scenario }) => scenario === name)
  const names = [...new Set(mine.map(({ transport }) => transport))]
  const peers = names.filter((transport) => peerNames.includes(transport))
  const ours = names.filter((transport) => found.transports.includes(transport))
  const { clients, rate, seconds, payload, pollMs: poll, http, tls } = found
  const numbers = Object.entries({ clients, rate, seconds, payload, poll, http, tls })
  const flags = [
    name === browserScenario.name ? `--browser ${browsersIn(mine)}` : `--scenario ${name}`,
    `--repeats ${Math.max(...mine.map(({ repeat }) => repeat))}`,
    `--seed ${seed}`,
    ...(ours.length < found.transports.length ? [`--transports ${ours.join()}`] : []),
    ...(peers.length > 0 ? [`--peers ${peers.join()}`] : []),
    ...Object.entries(delaysOf({ notes })).flatMap(([to, ms]) => (names.includes(to) ? [`--delay ${to}=${ms}`] : [])),
    ...numbers.flatMap(([flag, value]) =>
      usual[(flag === 'poll' ? 'pollMs' : flag) as keyof Scenario] === value ? [] : [`--${flag} ${value}`],
    ),
  ]
  return `npm run bench -- ${flags.join(' ')}`
}

const browsersIn = (rows: { point?: Record<string, string | number> | undefined }[]) =>
  [...new Set(rows.map(({ point }) => point?.['browser']))].toSorted().join()

/** The first row is the head; the first column is text, all others are numbers. */
export function markdownTable([head = [], ...rows]: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((text) => plain(text)).join(' | ')} |`
  return [line(head), `|---|${'---:|'.repeat(head.length - 1)}`, ...rows.map(line)].join('\n')
}

/** Text that stays text in a table: no pipe, no tag, no line end. */
export const plain = (text: string) =>
  text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_|<>[\]]/g, (character) => `\\${character}`)
