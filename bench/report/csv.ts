// The results for a spreadsheet or pandas: one line a row, one column a value, empty where nothing was measured (RFC 4180).
import { stringify } from 'csv-stringify/sync'
import { figures } from '../figures.ts'
import { RowSchema } from '../results.ts'
import type { Results, Row } from '../results.ts'

/** Of the schema what is needed to walk it. */
interface Shape {
  entries?: Record<string, Shape>
  wrapped?: Shape
}
type Value = string | number | boolean | null | undefined
type Column = [name: string, value: (row: Row) => Value]

const variables = ['payload', 'rate', 'pollMs', 'batchMs', 'profile', 'http', 'tls', 'browser', 'clients'] as const
/** What has names of its own in it; and what stays in results.json: histograms and curves. */
const open: Record<string, readonly string[]> = {
  ...{ point: variables, figures: Object.keys(figures) },
  ...{ histogram: [], series: [] },
}

/** Every value of a row, as bench/results.ts lists them: a new one is a column by itself. */
const columns: Column[] = pathsOf(RowSchema as unknown as Shape).map((path) => [
  path.join('.'),
  (row) =>
    path.reduce<unknown>((within, key) => (within as Record<string, unknown> | null | undefined)?.[key], row) as Value,
])

function pathsOf({ entries, wrapped }: Shape, path: string[] = []): string[][] {
  const names = open[path.join('.')]
  if (names) return names.map((name) => [...path, name])
  if (wrapped) return pathsOf(wrapped, path)
  return entries ? Object.entries(entries).flatMap(([key, shape]) => pathsOf(shape, [...path, key])) : [path]
}

export function csv({ trials }: Results): string {
  return stringify(
    trials.map((row) => columns.map(([, value]) => value(row) ?? '')),
    {
      ...{ header: true, columns: columns.map(([name]) => name), record_delimiter: 'windows' }, // CRLF, RFC 4180 §2.1
      cast: { boolean: String },
      escape_formulas: true, // `why` is text from elsewhere, and spreadsheets run what begins with =
    },
  )
}
