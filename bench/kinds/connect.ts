// One connection after the other, from nothing: TLS in full, then resumed with its ticket (RFC 8446 §2.2), to the first event.
import { median } from '../../src/core/stats.ts'
import { isOurs } from '../contestants.ts'
import { delayP99Of, per, round, tooBusy } from '../health.ts'
import type { Connected } from '../load/connect.ts'
import type { Row } from '../results.ts'
import { blank } from '../row.ts'
import type { Stage } from '../stage.ts'

export async function connect(stage: Stage): Promise<Row[]> {
  const { target, loads, transports, scenario } = stage
  const [name] = transports as [string]
  const { epoch } = await target.ask('burst', { at: 0, count: 1, payload: scenario.payload })
  // The first event is there to be had for who asks for it; the floor has no log to ask.
  const after = isOurs(name) ? { after: `${epoch}.0` } : {}
  await target.ask('watch', undefined)
  const {
    full,
    resumed,
    health: generator,
  } = await loads[0]!.ask('connects', { name, times: scenario.clients, ...after }, 120_000)
  const health = await target.ask('watched', undefined)
  const of = (from: Connected[], pick: (each: Connected) => number | null) => {
    const value = median(from.map(pick).filter((ms) => ms !== null))
    return value === undefined ? null : round(value)
  }
  const row = blank(name, stage)
  // One handshake after the other, and one end of each is its own: busy it may be, late it may not.
  const why = tooBusy([generator], { ...scenario, maxUtilisation: 1 })
  return [
    {
      ...row,
      valid: why.length === 0,
      ...(why.length > 0 && { why: why.join('; ') }),
      connectMs: { full: of(full, ({ openMs }) => openMs), resumed: of(resumed, ({ openMs }) => openMs) },
      server: { ...row.server, loopDelayP99Ms: delayP99Of(health) },
      generator: { loopDelayP99Ms: generator.loopDelayP99Ms, utilisation: generator.utilisation },
      figures: {
        firstEventFullMs: of(full, ({ eventMs }) => eventMs),
        firstEventResumedMs: of(resumed, ({ eventMs }) => eventMs),
        cpuMsPerConnect: per(health.cpuUs, 1000 * (full.length + resumed.length)),
      },
    },
  ]
}
