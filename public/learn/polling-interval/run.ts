// The run of “How often to ask”: three polling clients beside each other, each through a door of its own, so that its bytes are its own.
import { countedAt, passed } from '../doors.ts'
import { follow } from '../follow.ts'
import { begin, watch } from '../opening.ts'
import type { Run } from '../run.ts'
import { INTERVALS, LAST_MS, PER_SECOND } from './answer.ts'
import type { Data } from './answer.ts'

const DOORS = ['polling', 'long-polling', 'sse'] as const

export async function run(run: Run<Data>): Promise<Data> {
  const { bench, tail, startedAt, now } = await begin(run, { perSecond: PER_SECOND, http1: DOORS })
  const before = await Promise.all(DOORS.map((door) => countedAt(bench, door)))
  const followed = INTERVALS.map((pollMs, index) =>
    run.keep(follow({ bench, transport: 'polling', door: DOORS[index]!, after: tail, pollMs, startedAt })),
  )
  const data: Data = {
    lines: followed.map(({ events, exchanges }, index) => ({
      ...{ intervalMs: INTERVALS[index]!, events, exchanges, lost: 0 },
    })),
    wasHidden: document.hidden,
  }
  run.step(`${PER_SECOND} events a second`)
  await watch(run, LAST_MS - now(), () => {
    data.wasHidden ||= document.hidden
    return data
  })
  for (const each of followed) each.close()
  const after = await Promise.all(DOORS.map((door) => countedAt(bench, door)))
  data.lines = data.lines.map((line, index) => ({
    ...{ ...line, lost: followed[index]!.lost },
    passed: passed(before[index]!, after[index]!),
  }))
  return data
}
