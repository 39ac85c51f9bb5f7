// All clients are dropped at once and come back at once, with their tickets and their cursors, while events go on.
import { canQuote, percentile } from '../../src/core/stats.ts'
import { isOurs } from '../contestants.ts'
import { delayP99Of, per, round } from '../health.ts'
import type { Row } from '../results.ts'
import { blank, rowOf } from '../row.ts'
import type { Stage } from '../stage.ts'
import { DRAIN_MS, SETTLE_MS } from './window.ts'

const CURSOR_MS = 1000
const WAIT_MS = 60_000
/** How long events go on after everybody has had one again. */
const AFTER_MS = 500
/** Points of the timeline. */
const POINTS = 50

export async function storm(stage: Stage): Promise<Row[]> {
  const { clock, target, loads, scenario, seed, transports } = stage
  const { payload, clients, rate, pollMs } = scenario
  const [name] = transports as [string]
  if (!(rate > 0))
    throw new Error(`a storm needs events, to see that nothing is missing: expected a rate above 0, got ${rate}`)
  const askStorm = () => Promise.all(loads.map((load) => load.ask('storm', { waitMs: WAIT_MS }, WAIT_MS + DRAIN_MS)))
  // Once before it counts: code that runs for the first time is slow, and tickets are there only after a first connection.
  await askStorm()
  const from = clock() + SETTLE_MS
  await Promise.all(loads.map((load) => load.ask('measure', { from, to: Infinity })))
  await target.ask('start', { rate, payload, seed })
  await new Promise((resolve) => setTimeout(resolve, CURSOR_MS + pollMs)) // until each has a place to go on from
  await target.ask('watch', undefined)
  const storms = await askStorm()
  const health = await target.ask('watched', undefined)

  const waitMs = DRAIN_MS + pollMs + 3000 / rate
  const events = await Promise.all(
    loads.map((load, i) => load.ask('again', { cutAt: storms[i]!.cutAt, waitMs }, waitMs + DRAIN_MS)),
  )
  // Who has no log has lost what was sent meanwhile, and that is no fault of it. From here on it must miss nothing either.
  const counted = isOurs(name) ? from : clock()
  await new Promise((resolve) => setTimeout(resolve, Math.max(AFTER_MS, 2500 / rate)))
  await Promise.all(loads.map((load) => load.ask('endWindow', undefined)))
  const server = { ...(await target.ask('window', { from: counted, to: clock() })), health }
  await target.ask('stop', undefined)
  const { health: _, ...due } = server
  const drainMs = DRAIN_MS + pollMs
  const reports = await Promise.all(loads.map((load) => load.ask('report', { ...due, drainMs }, 60_000)))

  const back = storms.flatMap((each) => each.back).toSorted((a, b) => a - b)
  const again = events.flat()
  const resumed = storms.reduce((sum, each) => sum + each.resumed, 0)
  const figures = {
    backP50Ms: round(percentile(back, 50)!),
    backP99Ms: canQuote(back.length, 99) ? round(percentile(back, 99)!) : null,
    backAllMs: round(percentile(back, 100)!),
    againP50Ms: again.length > 0 ? round(percentile(again, 50)!) : null,
    againAllMs: again.length === clients ? round(Math.max(...again)) : null,
    cpuMsPerConnect: per(health.cpuUs, 1000 * back.length),
    resumedShare: round(resumed / back.length),
  }
  const series = {
    back: Array.from({ length: POINTS }, (_, i): [number, number] => {
      const share = (i + 1) / POINTS
      return [round(back[Math.ceil(share * back.length) - 1]!), share]
    }),
  }
  // Who does not come back at all has ended the trial before this (bench/load/storm.ts).
  const why = [
    again.length < clients ? `${clients - again.length} of ${clients} clients had no event again` : undefined,
  ]
  // It carries the one side of every handshake: in a storm it is always busy, and the row says so instead of being void.
  const patient = { ...stage, scenario: { ...scenario, maxUtilisation: 1 } }
  const { layers: _layers, skewMs, ...row } = rowOf(name, patient, { server, reports, figures, series, why })
  const empty = blank(name, stage)
  const most = (pick: (health: (typeof storms)[number]['health']) => number) =>
    Math.max(...storms.map((each) => pick(each.health)))
  const utilisation = most((each) => each.utilisation)
  return [
    {
      ...row,
      // Of what came after the storm: no latency of a storm.
      ...(isOurs(name) ? { skewMs } : { latencyMs: empty.latencyMs, histogram: null }),
      ...(utilisation > scenario.maxUtilisation && { remark: BUSY }),
      // Handshakes are in its bytes and its processor time: by event they mean nothing.
      bytesPerEvent: empty.bytesPerEvent,
      requestsPerEvent: null,
      server: {
        ...{ cpuUsPerDelivery: null, rssKbPerConnection: row.server.rssKbPerConnection },
        loopDelayP99Ms: stage.external ? null : delayP99Of(health),
        utilisation: health.utilisation,
      },
      generator: {
        ...{ loopDelayP99Ms: most((each) => each.loopDelayP99Ms), loopDelayMaxMs: most((each) => each.loopDelayMaxMs) },
        ...{ utilisation, gcMaxMs: most((each) => each.gcMaxMs) },
      },
    },
  ]
}

const BUSY =
  'the generator was busier than its limit while its clients came back: their handshakes are its work too, and the times are of both ends'
