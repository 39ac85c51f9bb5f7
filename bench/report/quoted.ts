// What the course quotes of each scenario: which columns, by the words in the comment before a table.
import type { FigureName } from '../figures.ts'
import { middle, whole } from './cells.ts'
import { NONE, cell, nameOf, text } from './numbers.ts'
import { knee } from './rivals.ts'
import { isLowerBound, metrics } from './summary.ts'
import type { Pick, Summary } from './summary.ts'

type Column = [head: string, text: (summary: Summary) => string]
export type Rows = (shown: Summary[]) => string[][]

const figure = (name: FigureName) => whole((row) => row.figures?.[name])
const bytes = (['payload', 'framing', 'headers', 'tls'] as const).map((key): Column => [
  key,
  middle((row) => row.bytesPerEvent[key]),
])
const total: Column = ['total', middle(metrics.bytes)]

const columns =
  (...columns: Column[]): Rows =>
  (shown) => [
    ['', ...columns.map(([head]) => head)],
    // The null transport, for one, has no bytes, and its row would say nothing. One whose trials all failed stays, with dashes.
    ...shown
      .map((each) => ({ each, cells: columns.map(([, of]) => of(each)) }))
      .filter(({ each, cells }) => each.valid.length === 0 || cells.some((cell) => cell !== NONE))
      .map(({ each, cells }) => [nameOf(each), ...cells]),
  ]

const only =
  (transport: string, rows: Rows): Rows =>
  (shown) =>
    rows(shown.filter((each) => each.transport === transport))

/** Without the points that change something. */
const plain =
  (rows: Rows): Rows =>
  (shown) =>
    rows(shown.filter(({ where }) => where === ''))

/** A row for each transport and interval, a column for each rate. */
const byRate =
  (pick: Pick): Rows =>
  (shown) => {
    const rates = [...new Set(shown.map(({ point }) => Number(point['rate'])))]
    const named = Map.groupBy(shown, ({ transport, point }) =>
      'pollMs' in point ? `${transport}, every ${point['pollMs']} ms` : transport,
    )
    const at = (mine: Summary[], rate: number) => mine.find(({ point }) => point['rate'] === rate)
    return [
      ['', ...rates.map((rate) => `${rate} events/s`)],
      ...[...named].map(([name, mine]) => [
        name,
        ...rates.map((rate) => {
          const found = at(mine, rate)
          return found ? middle(pick)(found) : NONE
        }),
      ]),
    ]
  }

const connectTimes = columns(
  ['open, full handshake, ms', whole(metrics.connect)],
  ['open, resumed, ms', whole((row) => row.connectMs.resumed)],
  ['server ms per connection', figure('cpuMsPerConnect')],
)

/** By the words in the comment before a table: the scenario, and what of it is shown. */
export const quotedTables: Record<string, Rows> = {
  'steady latency': columns(
    ['p50, ms', whole(metrics.p50)],
    ['p50 predicted', ({ predicted: { p50 } }) => (p50 ? text(p50.median) : NONE)],
    ['p99, ms', whole(metrics.p99)],
    ['requests per event', middle(metrics.requests)],
  ),
  'steady bytes': columns(...bytes, total, [
    'predicted',
    ({ predicted: { bytes } }) => (bytes ? text(bytes.median) : NONE),
  ]),
  'steady cost': columns(
    ['server µs per delivery', whole(metrics.cpu)],
    ['… × floor', (summary) => cell(summary.times(metrics.cpu, 'floor'))],
  ),
  'connect times': plain(connectTimes),
  'connect sse': only('sse', connectTimes),
  'storm times': columns(
    ['half are back, ms', figure('backP50Ms')],
    ['all are back, ms', figure('backAllMs')],
    ['all have an event, ms', figure('againAllMs')],
    ['server ms per connection', figure('cpuMsPerConnect')],
  ),
  'up times': columns(
    ['in the log, p50 ms', whole(metrics.p50)],
    ['acknowledged, p50 ms', figure('acknowledgedP50Ms')],
    ['requests per event', middle(metrics.requests)],
    ['bytes up', middle((row) => row.bytesPerEvent.up)],
  ),
  'protocols sse': only('sse', columns(...bytes, total)),
  'protocols bytes': columns(...bytes, total),
  'thousand peers': columns(
    ['server µs per delivery', whole(metrics.cpu)],
    ['p50, ms', whole(metrics.p50)],
    ['p99, ms', whole(metrics.p99)],
    ['ms to read an event', middle((row) => row.generator.readMs)],
  ),
  'ladder peers': columns(
    ['highest rate, events/s', (summary) => `${summary.valid.some(isLowerBound) ? '≥ ' : ''}${whole(knee)(summary)}`],
    ['KiB per connection', whole(metrics.rss)],
  ),
  'break-even bytes': byRate(metrics.bytes),
  'break-even latency': byRate(metrics.p50),
}
