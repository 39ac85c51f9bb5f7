// The run of “Head-of-line blocking”: four streams of the same events; two of their three lines stall for a while.
import type { TransportName } from '../../../transports/clients.ts'
import { countedAt } from '../doors.ts'
import { follow } from '../follow.ts'
import { begin, watch } from '../opening.ts'
import type { Run } from '../run.ts'
import { STALL_MS } from './answer.ts'
import type { Data } from './answer.ts'

export const PER_SECOND = 6
export const BEFORE_MS = 2000
export const AFTER_MS = 2500
const DOORS = ['sse', 'polling', 'long-polling'] as const
const SHARED = 'shares one connection'
const OWN = 'has one of its own'
/** C and D have a door of their own each: a browser would put them on one connection too. */
const STREAMS: readonly { name: string; note: string; door: TransportName; isStalled: boolean }[] = [
  { name: 'A', note: SHARED, door: 'sse', isStalled: true },
  { name: 'B', note: SHARED, door: 'sse', isStalled: true },
  { name: 'C', note: OWN, door: 'polling', isStalled: true },
  { name: 'D', note: OWN, door: 'long-polling', isStalled: false },
]

export async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await Promise.all(DOORS.map((door) => bench.set(door, { http: '2' })))
  const { tail, startedAt, now } = await begin(run, { perSecond: PER_SECOND })
  const open = ({ door }: { door: TransportName }) =>
    run.keep(follow({ bench, transport: 'sse', door, after: tail, startedAt }))
  const [a, ...others] = STREAMS
  const first = open(a!)
  await run.until(() => first.isOpen, 3000) // so that the second finds a connection to share
  const lines = [first, ...others.map(open)]
  const data: Data = {
    streams: STREAMS.map((each, index) => ({ ...each, events: lines[index]!.events, lost: 0 })),
    ...{ stalledAt: undefined, shared: undefined, apart: undefined, now: 0 },
  }
  const look = () => Object.assign(data, { now: now() })
  await run.until(() => lines.every(({ isOpen }) => isOpen), 3000)
  run.step('all four go')
  await watch(run, BEFORE_MS, look)
  run.step('two of three lines stall')
  data.stalledAt = now()
  await Promise.all([bench.fault('sse', 'stall'), bench.fault('polling', 'stall')])
  const [shared, ...apart] = await Promise.all(DOORS.map(async (door) => (await countedAt(bench, door)).open))
  Object.assign(data, { shared, apart: apart.reduce((sum, open) => sum + open, 0) })
  await watch(run, data.stalledAt + STALL_MS - now(), look)
  run.step('they go on')
  await watch(run, AFTER_MS, look)
  for (const [index, line] of lines.entries()) {
    data.streams[index]!.lost = line.lost
    line.close()
  }
  return data
}
