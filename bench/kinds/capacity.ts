// How many questions a second the server answers when each client asks again as soon as it has its answer (closed loop, autocannon).
import { delayP99Of, per } from '../health.ts'
import type { Row } from '../results.ts'
import { blank } from '../row.ts'
import type { Stage } from '../stage.ts'

/** A closed loop says what can be carried, never how long it takes: a late answer delays the next question. So: no latency here. */
export async function capacity(stage: Stage): Promise<Row[]> {
  const { target, loads, scenario, transports } = stage
  const { payload, clients, seconds } = scenario
  const [name] = transports as [string]
  const { epoch } = await target.ask('burst', { at: 0, count: 1, payload })
  const path = `/feed/${name}?after=${epoch}.0`
  const ask = (seconds: number) =>
    loads[0]!.ask('capacity', { path, connections: clients, seconds }, seconds * 1000 + 30_000)
  await ask(1) // not what is not compiled yet
  await target.ask('watch', undefined)
  const { answers, duration, failures, health } = await ask(seconds)
  const server = await target.ask('watched', undefined)
  const row = blank(name, stage)
  const why =
    failures > 0
      ? `${failures} questions were not answered with 200`
      : server.utilisation !== null && server.utilisation < FULL
        ? `the server was busy for ${Math.round(server.utilisation * 100)} % of the time only: the generator is what was measured`
        : undefined
  return [
    {
      ...row,
      valid: why === undefined,
      ...(why !== undefined && { why }),
      server: {
        ...row.server,
        // Each answer carries the one event.
        cpuUsPerDelivery: per(server.cpuUs, answers),
        ...{ loopDelayP99Ms: delayP99Of(server), utilisation: server.utilisation },
      },
      generator: { loopDelayP99Ms: health.loopDelayP99Ms, utilisation: health.utilisation },
      figures: { requestsPerSecond: Math.round(answers / duration) },
    },
  ]
}

/** With less to do the server could have answered more. */
const FULL = 0.9
