// One trial: a fresh server process, fresh generators, one experiment; out come plain rows, one for each contestant in it.
import { browser } from './kinds/browser.ts'
import { burst } from './kinds/burst.ts'
import { capacity } from './kinds/capacity.ts'
import { connect } from './kinds/connect.ts'
import { idle } from './kinds/idle.ts'
import { ladder } from './kinds/ladder.ts'
import { recover } from './kinds/recover.ts'
import { storm } from './kinds/storm.ts'
import { up } from './kinds/up.ts'
import { window } from './kinds/window.ts'
import * as v from 'valibot'
import { RowSchema, failedRow } from './results.ts'
import type { Row } from './results.ts'
import { blank } from './row.ts'
import type { Kind } from './scenarios.ts'
import { setUp, tearDown } from './stage.ts'
import type { Stage, TrialOptions } from './stage.ts'

const kinds: Record<Kind, (stage: Stage) => Promise<Row[]>> = {
  ...{ window, ladder, idle, connect, storm, recover, burst, up, capacity, browser },
}

/** One row that is not as it should be costs that row, not the run. */
function checked(row: Row): Row {
  const { success, issues } = v.safeParse(RowSchema, row)
  if (success) return row
  const [issue] = issues
  return failedRow(row, `the row is not as bench/results.ts says: ${v.getDotPath(issue) ?? ''} ${issue.message}`)
}

/** Of one that was given up, the rows say that they have failed. */
export async function trial(options: TrialOptions): Promise<Row[]> {
  try {
    const stage = await setUp(options)
    try {
      const rows = await kinds[options.scenario.kind](stage)
      return rows.map(checked)
    } finally {
      await tearDown(stage)
    }
  } catch (error) {
    const why = (error as Error).message
    return options.transports.map((transport) => failedRow(blank(transport, options as Stage), why))
  }
}
