// The tables of docs/broken.md: made from what was seen, and read again to be held against it.
import { IN, ways } from './sights.ts'
import type { Sights } from './sights.ts'
import type { Told } from './browsers.ts'

export const programs = ['curl', 'Node', 'Chromium', 'Firefox'] as const
export type Program = (typeof programs)[number]
export type Versions = Record<Program, string>

export interface Browsed {
  person: string
  told: Told
}
export interface Seen {
  server: string
  curl: Sights
  Node: Sights
  Chromium: Browsed
  Firefox: Browsed
}

const [BEGIN, END] = ['<!-- seen: begin -->', '<!-- seen: end -->']

/** The first word of a head is the program. */
const who: [head: string, cell: (seen: Seen) => string][] = [
  ['curl', (seen) => alike(seen.curl)],
  ['Node', (seen) => alike(seen.Node)],
  ['Chromium, in the address bar', ({ Chromium }) => code(Chromium.person)],
  ['Firefox, in the address bar', ({ Firefox }) => code(Firefox.person)],
]
const script = (['Chromium', 'Firefox'] as const).flatMap((program): typeof who => [
  [`${program} \`fetch\``, (seen) => code(seen[program].told.fetch)],
  [`${program} \`EventSource\``, (seen) => code(seen[program].told.eventSource)],
  [`${program} \`WebSocket\``, (seen) => code(seen[program].told.webSocket)],
])

const code = (text: string) => (text === IN ? IN : `\`${text}\``)
/** A code, then words. */
const worded = (text: string) => (text === IN ? IN : `\`${text.replace(' ', '` ')}`)
function alike(sights: Sights): string {
  const groups = [...Map.groupBy(ways, (way) => worded(sights[way]))]
  if (groups.length === 1) return worded(sights.https)
  return groups.map(([cell, same]) => `${same.join(', ').toUpperCase()}: ${cell}`).join('; ')
}

export function tables(seen: Seen[], versions: Versions): string {
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`
  const table = (columns: typeof who) => [
    row(['server', ...columns.map(([head]) => head)]),
    `|${'---|'.repeat(columns.length + 1)}`,
    ...seen.map((each) => row([each.server, ...columns.map(([, cell]) => cell(each))])),
  ]
  return [
    ...['### Who refuses, and in which words', '', ...table(who), ''],
    ...['### What the script of a page is told', '', ...table(script), ''],
    `Seen with ${programs.map((program) => `${program} ${versions[program]}`).join(', ')}.`,
  ].join('\n')
}

/** @returns the page with these tables in it. */
export function withTables(page: string, made: string): string {
  return `${page.slice(0, page.indexOf(BEGIN) + BEGIN.length)}\n\n${made}\n\n${page.slice(page.indexOf(END))}`
}

export function tablesIn(page: string): string {
  return page.slice(page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)).trim()
}

/**
 * What two makings must have in common, as `server / column: cell`. A browser or a curl of another major version may say the same in other
 * words, or take what this one refuses: those columns are left out. Of curl and Node the code counts, for the words are OpenSSL's.
 */
export function comparable(made: string, other: string): Record<string, string> {
  const same = programs.filter((program) => majorOf(made, program) === majorOf(other, program))
  const cells: Record<string, string> = {}
  for (const part of made.split(/^### /m)) {
    const [head, ...rows] = part
      .split('\n')
      .filter((line) => line.startsWith('|') && !line.startsWith('|---'))
      .map((line) => line.slice(2, -2).split(' | '))
    for (const [server = '', ...row] of rows)
      for (const [n, cell] of row.entries()) {
        const column = head![n + 1]!
        const program = same.find((each) => column.startsWith(each))
        if (program)
          cells[`${server} / ${column}`] = isWorded(program) ? (cell.match(/`[^`]+`/g)?.join() ?? cell) : cell
      }
  }
  return cells
}

const isWorded = (program: Program) => program === 'curl' || program === 'Node'

const majorOf = (made: string, program: Program) =>
  new RegExp(`^Seen with .*\\b${program} (\\d+)`, 'm').exec(made)?.[1] ?? 'none'
