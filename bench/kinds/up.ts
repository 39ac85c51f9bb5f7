// From a client to the log: by POST, and as a frame on a WebSocket that is open anyway.
import { median } from '../../src/core/stats.ts'
import { delayP99Of, per, round, tooBusy } from '../health.ts'
import { latencyOf } from '../latency.ts'
import { reconcile } from '../reconcile.ts'
import type { Row } from '../results.ts'
import { blank } from '../row.ts'
import type { Way } from '../senders.ts'
import type { Stage } from '../stage.ts'
import { SETTLE_MS } from './window.ts'

/** `rate` is of each client: they publish, and nobody listens. */
export async function up(stage: Stage): Promise<Row[]> {
  const { clock, target, loads, scenario, transports, seed } = stage
  const { clients, rate, seconds, warmSeconds, payload } = scenario
  const [name] = transports as [string]
  const from = clock() + SETTLE_MS
  const to = from + (warmSeconds + seconds) * 1000
  const edge = from + warmSeconds * 1000
  const patience = to - from + 30_000
  const window = target.ask('window', { from: edge, to }, patience)
  const sent = await loads[0]!.ask('up', { way: name as Way, clients, rate, payload, seed, from, edge, to }, patience)
  const { health } = await window
  const arrived = (await target.ask('arrivals', undefined)).filter(({ due }) => due >= edge && due < to)
  const late = Float32Array.from(arrived, ({ due, at }) => at - due)
  const expected = sent.due
  const lost = expected - arrived.length
  const differs = await reconcile(stage)
  const why = [
    ...(lost !== 0 ? [`${arrived.length} of ${expected} events came into the log`] : []),
    ...(late.some((ms) => ms < 0) ? ['events came before their time: the clocks of the processes differ'] : []),
    ...tooBusy([sent.health], scenario),
    ...sent.trouble,
    ...(differs === undefined ? [] : [differs]),
  ]
  const row = blank(name, stage)
  const each = (bytes: number) => (arrived.length > 0 ? Math.round((bytes / arrived.length) * 100) / 100 : null)
  const acknowledged = median(sent.took)
  return [
    {
      ...row,
      valid: why.length === 0,
      ...(why.length > 0 && { why: why.join('; ') }),
      ...{ expected, delivered: arrived.length, lost: Math.max(0, lost) },
      ...latencyOf([late], late.length),
      bytesPerEvent: {
        ...row.bytesPerEvent,
        up: each(sent.bytes.up),
        down: each(sent.bytes.down),
        total: each(sent.bytes.up + sent.bytes.down),
      },
      requestsPerEvent: name === 'post' ? 1 : 0,
      server: {
        ...row.server,
        cpuUsPerDelivery: per(health.cpuUs, arrived.length),
        ...{ loopDelayP99Ms: delayP99Of(health), utilisation: health.utilisation },
      },
      generator: { loopDelayP99Ms: sent.health.loopDelayP99Ms, utilisation: sent.health.utilisation },
      figures: { acknowledgedP50Ms: acknowledged === undefined ? null : round(acknowledged) },
    },
  ]
}
