// What the tables say, once for stdout, Markdown and the page: which columns, in which groups.
import { figures } from '../figures.ts'
import type { Row } from '../results.ts'
import { browserColumns, browserWords } from './browser.ts'
import { highest, middle, timesFloor, whole } from './cells.ts'
import { NONE, text } from './numbers.ts'
import { modelWords } from './remarks.ts'
import { isOff, metrics, modelError } from './summary.ts'
import type { Pick, Summary } from './summary.ts'

export interface Column {
  head: string
  text(summary: Summary): string
  /** Stays when no row has a value. */
  always?: true
  /** Only where there is room: not on stdout. */
  wide?: true
}
export interface Group {
  title: string
  columns: Column[]
  /** Stays when nothing valid is there: then it says so. */
  always?: true
  /** The rows it is about; default all. */
  only?(summary: Summary): boolean
  words?(rows: Summary[]): string[]
}

/** Marks a measured number that is not where the model says. */
const OFF = '≠'
const FLOOR = '×floor'

const latency: Column[] = [
  { head: 'valid', always: true, text: ({ rows, valid }) => `${valid.length}/${rows.length}` },
  { head: 'delivered', always: true, text: ({ valid }) => delivered(valid) },
  { head: 'p50', always: true, text: whole(metrics.p50) },
  { head: FLOOR, text: timesFloor(metrics.p50) },
  { head: 'p90', wide: true, text: whole(metrics.p90) },
  { head: 'p99', always: true, text: whole(metrics.p99) },
  { head: FLOOR, text: timesFloor(metrics.p99) },
  { head: 'p99.9', text: middle(metrics.p999) },
  { head: 'max\nof all', text: highest(metrics.max) },
]
const cost: Column[] = [
  { head: 'server µs\n/delivery', text: whole(metrics.cpu) },
  { head: FLOOR, text: timesFloor(metrics.cpu) },
  { head: 'requests\n/event', text: middle(metrics.requests) },
  { head: 'connect ms', text: whole(metrics.connect) },
  { head: 'resumed ms', text: middle((row) => row.connectMs.resumed) },
  { head: 'KiB/con-\nnection', text: whole(metrics.rss) },
  { head: FLOOR, text: timesFloor(metrics.rss, true) },
]
const health: Column[] = [
  { head: 'server late\np99 ms', text: middle((row) => row.server.loopDelayP99Ms) },
  { head: 'server\nbusy', text: middle((row) => row.server.utilisation) },
  { head: 'server GC\nmax ms', text: middle((row) => row.server.gcMaxMs) },
  { head: 'server GC\nshare', text: middle((row) => row.server.gcShare) },
  { head: 'generator\nlate p99 ms', text: middle((row) => row.generator.loopDelayP99Ms) },
  { head: 'generator\nbusy', text: middle((row) => row.generator.utilisation) },
  { head: 'generator\nGC max ms', text: middle((row) => row.generator.gcMaxMs) },
]
/** In silence there are no events to share the bytes: then they are of a client and a minute. */
function silent({ layers, delivered }: Row) {
  if (!layers || delivered) return undefined
  const { up, down } = layers
  const sum = (way: typeof up) => (way.payload ?? 0) + (way.framing ?? 0) + (way.headers ?? 0) + (way.tls ?? 0)
  const both = (key: 'payload' | 'framing' | 'headers' | 'tls') => sumOf(up[key], down[key])
  return {
    ...{ payload: both('payload'), framing: both('framing'), headers: both('headers'), tls: both('tls') },
    ...{ up: sum(up), down: sum(down), total: sum(up) + sum(down) },
  }
}
const byteKeys = ['payload', 'framing', 'headers', 'tls', 'up', 'down'] as const
const bytes: Column[] = [
  ...byteKeys.map((key): Column => ({
    head: key,
    text: middle((row) => row.bytesPerEvent[key] ?? silent(row)?.[key]),
  })),
  { head: 'total', text: whole((row) => row.bytesPerEvent.total ?? silent(row)?.total) },
  { head: FLOOR, text: timesFloor(metrics.bytes) },
  { head: 'TCP+IP,\nestimated', text: middle(({ layers }) => sumOf(layers?.up.tcpip, layers?.down.tcpip)) },
]
const skew = (['first', 'median', 'last'] as const).flatMap((who) =>
  (['p50', 'p99'] as const).map((key): Column => ({
    head: `${who} ${key}`,
    text: middle((row) => row.skewMs?.[who][key]),
  })),
)
const limits = ['server', 'generator', 'the last step']
const own = Object.keys(figures).map((name): Column => {
  const pick: Pick = (row) => row.figures?.[name]
  /** A name for each repeat that differs: names have no middle. */
  const limit = ({ valid }: Summary) =>
    [...new Set(valid.flatMap((row) => limits[pick(row) ?? -1] ?? []))].join(' / ') || NONE
  return { head: name, text: name === 'kneeLimitedBy' ? limit : whole(pick) }
})
const model = (['p50', 'bytes'] as const).flatMap((of): Column[] => [
  { head: `${of}\npredicted`, text: ({ predicted }) => (predicted[of] ? text(predicted[of].median) : NONE) },
  { head: 'measured', text: (summary) => (summary.predicted[of] ? middle(metrics[of])(summary) : NONE) },
  { head: 'error', text: (summary) => share(modelError(summary, of), isOff(summary, of)) },
])

export const groups: Group[] = [
  { title: 'latency, ms', columns: latency, always: true },
  { title: 'what this scenario measures', columns: own },
  { title: 'inside the browser', columns: browserColumns, words: browserWords },
  { title: 'cost', columns: cost },
  { title: 'bytes per event', columns: bytes },
  { title: 'fan-out skew, ms', columns: skew },
  {
    title: 'model',
    columns: model,
    words: modelWords,
    only: ({ predicted }) => predicted.p50 !== undefined || predicted.bytes !== undefined,
  },
  { title: 'health', columns: health },
]

function share(error: number | undefined, off: boolean): string {
  if (error === undefined) return NONE
  const percent = Math.round(error * 100)
  return `${percent > 0 ? '+' : ''}${percent} %${off ? ` ${OFF}` : ''}`
}

const sumOf = (a: number | null | undefined, b: number | null | undefined) => (a == null || b == null ? null : a + b)

/** The n behind the percentiles: deliveries of the trials that count, and what was expected of them. */
function delivered(valid: Row[]): string {
  const known = valid.flatMap(({ delivered, expected }) =>
    delivered === null || expected === null ? [] : [{ delivered, expected }],
  )
  if (known.length === 0 || known.length < valid.length) return NONE
  const sum = (key: 'delivered' | 'expected') => known.reduce((total, each) => total + each[key], 0)
  return sum('delivered') === sum('expected') ? `all ${sum('expected')}` : `${sum('delivered')}/${sum('expected')}`
}
