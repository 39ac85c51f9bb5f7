// Nothing to say: what a connection costs by being there.
import { reconcile } from '../reconcile.ts'
import type { Row } from '../results.ts'
import { rowOf } from '../row.ts'
import type { Stage } from '../stage.ts'
import { runWindow } from './window.ts'

export async function idle(stage: Stage): Promise<Row[]> {
  const scenario = { ...stage.scenario, rate: 0 }
  const { transports } = stage
  const measured = await runWindow(stage, scenario)
  const { cpuUs, wakeups } = measured.server.health
  const minutes = scenario.seconds / 60
  const figures = {
    wakeupsPerMinute: wakeups === null ? null : Math.round(wakeups / minutes),
    cpuMsPerMinute: cpuUs === null ? null : Math.round(cpuUs / 1000 / minutes),
  }
  const why = [...measured.why, await reconcile(stage)]
  return transports.map((name) => rowOf(name, { ...stage, scenario }, { ...measured, why, figures, silent: true }))
}
