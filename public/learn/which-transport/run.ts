// The run of “Which transport should I use?”: all four at once, each through a door of its own, counted from when all are open.
import type { FeedEvent } from '../../../src/core/event.ts'
import { median } from '../../../src/core/stats.ts'
import { transportNames } from '../../../transports/clients.ts'
import type { TransportName } from '../../../transports/clients.ts'
import { typical, worst } from '../latency.ts'
import { countedAt, passed } from '../doors.ts'
import { follow } from '../follow.ts'
import type { Followed } from '../follow.ts'
import { begin, watch } from '../opening.ts'
import type { Run } from '../run.ts'
import type { Data } from './answer.ts'
import { isAsking } from './costs.ts'
import type { Measured } from './costs.ts'

export const PER_SECOND = 4
export const LAST_MS = 9000
export const POLL_MS = 1000

export async function run(run: Run<Data>): Promise<Data> {
  const { bench, tail, startedAt } = await begin(run, { perSecond: PER_SECOND, http1: transportNames })
  const texts: number[] = []
  const onEvent = (event: FeedEvent) => void texts.push(new TextEncoder().encode(JSON.stringify(event)).length)
  const lines = transportNames.map((transport) =>
    run.keep(
      follow({
        ...{ bench, transport, after: tail, pollMs: POLL_MS, startedAt },
        ...(transport === 'polling' && { onEvent }),
      }),
    ),
  )
  run.step('all four connect')
  await run.until(() => lines.every(({ isOpen }) => isOpen), 4000)
  await run.sleep(500) // handshakes are paid; what an event costs from now on is asked
  const before = await Promise.all(transportNames.map((name) => countedAt(bench, name)))
  const had = lines.map(({ events }) => events.length)
  const data: Data = { measured: [] }
  run.step(`${PER_SECOND} events a second through all four`)
  await watch(run, LAST_MS, () => Object.assign(data, { measured: transportNames.map(figures) }))
  const after = await Promise.all(transportNames.map((name) => countedAt(bench, name)))
  data.measured = transportNames.map((name, index) => {
    const counted = passed(before[index]!, after[index]!)
    const found = figures(name, index)
    return {
      ...{ ...found, bytesPerEvent: counted.total / found.events },
      ...{ requestsPerEvent: counted.requests / found.events, bytesPerRequest: counted.total / counted.requests },
    }
  })
  for (const line of lines) line.close()
  return data

  function figures(transport: TransportName, index: number): Measured {
    const { events, lost } = lines[index]!
    const mine = events.slice(had[index])
    return {
      ...{ transport, events: mine.length, lost, medianMs: typical(mine), worstMs: worst(mine) },
      ...{
        tripMs: isAsking(transport) ? tripOf(lines[0]!) : NaN,
        eventBytes: texts.reduce((sum, n) => sum + n, 0) / texts.length,
      },
      ...{ bytesPerEvent: NaN, requestsPerEvent: NaN, bytesPerRequest: NaN },
    }
  }
}

/** Of polling: the first question opens the connection, all others are answered at once. */
function tripOf({ exchanges }: Followed): number {
  const trips = exchanges
    .slice(1)
    .flatMap(({ askedAt, answeredAt }) => (answeredAt === undefined ? [] : [answeredAt - askedAt]))
  return median(trips) ?? NaN
}
