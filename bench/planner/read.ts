// Reading unit costs from a file that may be broken or something else: what plan --calibrate wrote, or the results of bench.
import * as v from 'valibot'
import { SCHEMA as BENCH_SCHEMA, checkResults } from '../results.ts'
import type { Results } from '../results.ts'
import { SCHEMA, UnitsFile } from './file.ts'
import { unitsOf } from './units.ts'

/** @throws Error in one line: neither a file of `plan --calibrate` nor the results of `bench`. */
export function readUnits(text: string): UnitsFile {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('expected JSON, got something else')
  }
  const { schema } = (value ?? {}) as { schema?: unknown }
  if (schema === BENCH_SCHEMA) return unitsOf(checkResults(value as Results))
  if (schema !== SCHEMA)
    throw new Error(`expected schema ${SCHEMA} (of plan --calibrate) or ${BENCH_SCHEMA} (of bench), got ${JSON.stringify(schema)?.slice(0, 40) ?? 'none'}`) // prettier-ignore
  const result = v.safeParse(UnitsFile, value)
  if (result.success) return result.output
  const [issue] = result.issues
  throw new Error(`not as plan --calibrate writes it: ${v.getDotPath(issue) ?? ''} ${issue.message}`)
}
