// The run of “Between two long polls”: one client over a slow network, with few events first, then with many.
import { median } from '../../../src/core/stats.ts'
import { count } from '../../words.ts'
import { follow } from '../follow.ts'
import { begin, watch } from '../opening.ts'
import type { Run } from '../run.ts'
import type { Data } from './answer.ts'

export const RATES = [1, 6] as const
export const PHASE_MS = 6000
const DOOR = 'long-polling'
/** 300 ms there and back. */
const PROFILE = '3g'
const TRIPS = 4

export async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await bench.set(DOOR, { http: '1.1', profile: PROFILE })
  run.step('measuring the round trip')
  const tripMs = await tripOf(run, bench.door(DOOR).origin)
  const { tail, startedAt, now } = await begin(run, { perSecond: RATES[0] })
  const line = run.keep(follow({ bench, transport: DOOR, after: tail, startedAt }))
  const data: Data = {
    ...{ exchanges: line.exchanges, events: line.events, tripMs },
    ...{ phases: [], lost: 0, repeated: 0, now: 0 },
  }
  for (const perSecond of RATES) {
    await run.rate(perSecond)
    run.step(`${count(perSecond, 'event')} a second, 300 ms there and back`)
    data.phases.push({ perSecond, from: now(), to: now() + PHASE_MS })
    await watch(run, PHASE_MS, () => Object.assign(data, { now: now() }))
  }
  line.close()
  return { ...data, lost: line.lost, repeated: line.repeated }
}

/** Of questions that are answered at once. */
async function tripOf({ signal }: Run<Data>, origin: string): Promise<number> {
  const trips: number[] = []
  for (let n = 0; n < TRIPS; n++) {
    const asked = performance.now()
    await (await fetch(`${origin}/feed/long-polling?after=earliest&limit=1&wait=0`, { signal })).text()
    if (n > 0) trips.push(performance.now() - asked) // the first one opened the connection
  }
  return median(trips) ?? NaN
}
