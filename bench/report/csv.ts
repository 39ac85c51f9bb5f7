// The results for a spreadsheet or pandas: one line a row, one column a value, empty where nothing was measured (RFC 4180).
import { stringify } from 'csv-stringify/sync'
import { figures } from '../figures.ts'
import type { Results, Row } from '../results.ts'

const variables = [
  'payload',
  'rate',
  'pollMs',
  'batchMs',
  'profile',
  'http',
  'tls',
  'browser',
  'key',
  'clientCert',
  'connection',
] as const
const way = (name: 'up' | 'down') =>
  (['payload', 'framing', 'headers', 'tls', 'tcpip'] as const).map((layer): Column => [
    `layers.${name}.${layer}`,
    (row) => row.layers?.[name][layer],
  ])
const pairs = <Key extends string>(
  prefix: string,
  keys: readonly Key[],
  of: (row: Row) => Partial<Record<Key, Value>> | undefined,
) => keys.map((key): Column => [`${prefix}.${key}`, (row) => of(row)?.[key]])

type Value = string | number | boolean | null | undefined
type Column = [name: string, value: (row: Row) => Value]

/** Names are stable: new ones come at the end of their group. Histograms and curves stay in results.json. */
export const csvColumns: Column[] = [
  ...(['scenario', 'transport', 'beside'] as const).map((key): Column => [key, (row) => row[key]]),
  ...pairs('point', variables, (row) => row.point),
  ...(['repeat', 'valid', 'why', 'clients', 'rate', 'seconds'] as const).map((key): Column => [key, (row) => row[key]]),
  ...(['expected', 'delivered', 'lost', 'duplicated', 'reordered'] as const).map((key): Column => [
    key,
    (row) => row[key],
  ]),
  ...pairs('latencyMs', ['p50', 'p90', 'p99', 'p999', 'max'], (row) => row.latencyMs),
  ...pairs('connectMs', ['full', 'resumed'], (row) => row.connectMs),
  ['requestsPerEvent', (row) => row.requestsPerEvent],
  ...pairs(
    'bytesPerEvent',
    ['payload', 'framing', 'headers', 'tls', 'total', 'up', 'down'],
    (row) => row.bytesPerEvent,
  ),
  ...way('up'),
  ...way('down'),
  ...(['first', 'median', 'last'] as const).flatMap((who) =>
    pairs(`skewMs.${who}`, ['p50', 'p99'], (row) => row.skewMs?.[who]),
  ),
  ...pairs(
    'server',
    ['cpuUsPerDelivery', 'rssKbPerConnection', 'loopDelayP99Ms', 'utilisation', 'gcMaxMs', 'gcShare'],
    (row) => row.server,
  ),
  ...pairs('generator', ['loopDelayP99Ms', 'utilisation', 'gcMaxMs'], (row) => row.generator),
  ...pairs('figures', Object.keys(figures), (row) => row.figures),
  ...pairs('browser', ['name', 'version', 'isolated', 'timerStepMs', 'frameMs'], (row) => row.browser),
  ...pairs('browser.clock', ['offsetMs', 'errorMs', 'roundTripMs'], (row) => row.browser?.clock ?? undefined),
  ...pairs('browser.paintMs', ['p50', 'p90', 'p99', 'max'], (row) => row.browser?.paintMs),
  ...pairs('browser.paintedMs', ['p50', 'p90', 'p99', 'max'], (row) => row.browser?.paintedMs),
  ...pairs('browser.longTasks', ['count', 'totalMs', 'maxMs'], (row) => row.browser?.longTasks ?? undefined),
  ...pairs('browser.heap', ['bytes', 'by'], (row) => row.browser?.heap ?? undefined),
]

export function csv({ trials }: Results): string {
  return stringify(
    trials.map((row) => csvColumns.map(([, value]) => value(row) ?? '')),
    {
      ...{ header: true, columns: csvColumns.map(([name]) => name), record_delimiter: 'windows' }, // CRLF, RFC 4180 §2.1
      cast: { boolean: String },
      escape_formulas: true, // `why` is text from elsewhere, and spreadsheets run what begins with =
    },
  )
}
