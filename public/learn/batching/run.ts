// The run of “Batching”: three streams of the same events, each through a door with a window of its own; then their records.
import type { Bench } from '../../bench.ts'
import { LabError } from '../../lab.ts'
import { countedAt, passed } from '../doors.ts'
import { follow } from '../follow.ts'
import { begin, watch } from '../opening.ts'
import { textOf, recordsOf } from '../records.ts'
import type { Run } from '../run.ts'
import type { Data } from './answer.ts'

/** Every door carries every transport; so each window has bytes of its own. */
export const DOORS = ['polling', 'long-polling', 'sse'] as const
export const WINDOWS = [0, 20, 100] as const
export const PER_SECOND = 100
const LAST_MS = 7000

export async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await Promise.all(DOORS.map((door, index) => bench.set(door, { http: '1.1', batchMs: WINDOWS[index]! })))
  const { tail, startedAt } = await begin(run, { perSecond: PER_SECOND })
  const followed = DOORS.map((door) => run.keep(follow({ bench, transport: 'sse', door, after: tail, startedAt })))
  const data: Data = {
    lines: followed.map(({ events }, index) => ({ batchMs: WINDOWS[index]!, events, lost: 0, records: [] })),
  }
  run.step('waiting for the three streams')
  await run.until(() => followed.every(({ isOpen }) => isOpen), 3000)
  await run.sleep(300) // hello and what was published meanwhile are another write
  const before = await Promise.all(DOORS.map((door) => countedAt(bench, door)))
  const had = followed.map(({ events }) => events.length)
  run.step(`${PER_SECOND} events a second`)
  await watch(run, LAST_MS, () => data)
  const after = await Promise.all(DOORS.map((door) => countedAt(bench, door)))
  data.lines = data.lines.map((line, index) => ({
    ...{ ...line, events: line.events.slice(had[index]), lost: followed[index]!.lost },
    passed: passed(before[index]!, after[index]!),
  }))
  try {
    for (const [index, door] of DOORS.entries()) data.lines[index]!.records = await recordsWithEvents(bench, door)
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    data.wireTrouble = `This lab shows no records of its doors (${error.message}), so writes are not counted.`
  }
  return data
}

async function recordsWithEvents(bench: Bench, door: string) {
  const records = recordsOf(await bench.wire(door, 0), { up: false, type: 'data' })
  return records
    .map((each) => ({ events: textOf(each).split('\ndata:{').length - 1, cipherBytes: each.cipherBytes }))
    .filter(({ events }) => events > 0)
    .slice(1) // the first of them may have been the replay
}
