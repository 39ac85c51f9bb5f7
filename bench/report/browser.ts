// What a browser told of itself, for the tables: when events were received and painted, how sure its clock is, long tasks, memory.
import type { Row } from '../results.ts'
import { highest, whole } from './cells.ts'
import type { Column } from './columns.ts'
import { text } from './numbers.ts'
import type { Pick, Summary } from './summary.ts'

type Browser = NonNullable<Row['browser']>
const inside =
  (pick: (browser: Browser) => number | null | undefined): Pick =>
  ({ browser }) =>
    browser && pick(browser)

export const painting = {
  paint: inside(({ paintMs }) => paintMs.p50),
  painted: inside(({ paintedMs }) => paintedMs.p50),
} satisfies Record<string, Pick>

export const browserColumns: Column[] = [
  { head: 'clock ±\nms at worst', text: highest(inside(({ clock }) => clock?.errorMs)) },
  { head: 'due to\nreceived p50', text: whole((row) => (row.browser ? row.latencyMs.p50 : null)) },
  { head: 'received to\npainted p50', text: whole(painting.paint) },
  { head: 'p90', wide: true, text: whole(inside(({ paintMs }) => paintMs.p90)) },
  { head: 'max\nof all', text: highest(inside(({ paintMs }) => paintMs.max)) },
  { head: 'due to\npainted p50', text: whole(painting.painted) },
  { head: 'p90', text: whole(inside(({ paintedMs }) => paintedMs.p90)) },
  { head: 'long\ntasks', text: whole(inside(({ longTasks }) => longTasks?.count)) },
  { head: 'longest\nms', text: highest(inside(({ longTasks }) => longTasks?.maxMs)) },
  { head: 'memory\nMiB', text: whole(inside(({ heap }) => heap && heap.bytes / 2 ** 20)) },
]

/** What the numbers are, and what each browser could tell. */
export function browserWords(rows: Summary[]): string[] {
  const all = rows.flatMap(({ valid }) => valid.flatMap(({ browser }) => browser ?? []))
  if (all.length === 0) return []
  return [PAINTED, CLOCK, ...[...Map.groupBy(all, ({ name }) => name).values()].map(told)]
}

const PAINTED =
  'received: onEvent of our client was called. Painted: the callbacks of the next animation frame began; style, layout, raster and the screen come after it and are not in it. All in ms.'
const CLOCK =
  'clock ±: by so much all that begins with "due" may be off, either way: the page has a clock of its own, held against the host’s by round trips. From received to painted is one clock.'

function told(mine: Browser[]): string {
  const { name, isolated, longTasks, heap } = mine[0]!
  const versions = [...new Set(mine.map(({ version }) => version))].join(' and ')
  const most = (values: (number | null)[]) => text(Math.max(...values.map((value) => value ?? 0)))
  return [
    `${name} ${versions}: ${isolated ? 'cross-origin isolated' : 'not cross-origin isolated'}`,
    `its clock goes in steps of ${Math.max(...mine.map(({ timerStepMs }) => timerStepMs ?? 0))} ms`,
    `a frame takes ${most(mine.map(({ frameMs }) => frameMs))} ms`,
    longTasks ? 'it tells tasks of 50 ms and more' : 'it tells no long tasks',
    heap ? `its memory is by ${heap.by}, with all samples still kept` : 'it does not tell its memory',
  ].join('; ')
}
