// The run of “Connection against session”: two WebSockets, three requests to publish, and a cut in between.
import type { Cursor } from '../../../src/core/event.ts'
import { countedAt } from '../doors.ts'
import { follow } from '../follow.ts'
import { begin, watch } from '../opening.ts'
import type { Run } from '../run.ts'
import type { Data } from './answer.ts'

const PER_SECOND = 4
const BEFORE_MS = 3000
const AFTER_MS = 4500
/** The whole of it, with what opening takes. */
export const TOTAL_MS = BEFORE_MS + AFTER_MS + 500

export async function run(run: Run<Data>): Promise<Data> {
  const { bench, tail, startedAt, now } = await begin(run, { perSecond: PER_SECOND, http1: ['wss'] })
  const before = await countedAt(bench, 'wss')
  const followed = [0, 1].map(() => run.keep(follow({ bench, transport: 'wss', after: tail, startedAt })))
  const data: Data = {
    lines: followed.map(({ events, states }) => ({ events, states, lost: 0, repeated: 0 })),
    ...{ asked: [], cutAt: undefined, broken: 0, connections: 0, now: 0 },
  }
  const look = () => Object.assign(data, { now: now() })
  /** Publishing needs a session, so it tells whether there is one. */
  async function publish(withCookie: boolean) {
    const response = await fetch('/feed', {
      method: 'POST',
      credentials: withCookie ? 'same-origin' : 'omit',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'session', data: { from: 'the experiment' } }),
      signal: run.signal,
    })
    const { id } = (await response.json()) as { id?: Cursor }
    data.asked.push({ at: now(), withCookie, status: response.status, ...(id !== undefined && { id }) })
  }

  await run.until(() => followed.every(({ isOpen }) => isOpen), 3000)
  run.step('two sockets, one session')
  await watch(run, 800, look)
  await publish(true)
  await watch(run, 800, look)
  run.step('the same, without the cookie')
  await publish(false)
  await watch(run, BEFORE_MS - now(), look)
  run.step('both connections are reset')
  data.cutAt = now()
  data.broken = await bench.fault('wss', 'cut')
  await publish(true)
  await watch(run, AFTER_MS, look)
  data.connections = (await countedAt(bench, 'wss')).connections - before.connections
  for (const [index, line] of followed.entries()) {
    Object.assign(data.lines[index]!, { lost: line.lost, repeated: line.repeated })
    line.close()
  }
  return data
}
