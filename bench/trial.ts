// One trial: a fresh server process, fresh generators, one experiment; out come plain rows, one for each contestant in it.
import { burst } from './kinds/burst.ts'
import { capacity } from './kinds/capacity.ts'
import { connect } from './kinds/connect.ts'
import { idle } from './kinds/idle.ts'
import { ladder } from './kinds/ladder.ts'
import { recover } from './kinds/recover.ts'
import { storm } from './kinds/storm.ts'
import { up } from './kinds/up.ts'
import { window } from './kinds/window.ts'
import { failedRow } from './results.ts'
import type { Row } from './results.ts'
import { blank } from './row.ts'
import type { Kind } from './scenarios.ts'
import { setUp, tearDown } from './stage.ts'
import type { Stage, TrialOptions } from './stage.ts'

const kinds: Record<Kind, (stage: Stage) => Promise<Row[]>> = {
  ...{ window, ladder, idle, connect, storm, recover, burst, up, capacity },
}

export async function trial(options: TrialOptions): Promise<Row[]> {
  try {
    const stage = await setUp(options)
    try {
      return await kinds[options.scenario.kind](stage)
    } finally {
      await tearDown(stage)
    }
  } catch (error) {
    const why = (error as Error).message
    return options.transports.map((transport) => failedRow(blank(transport, options as Stage), why))
  }
}
