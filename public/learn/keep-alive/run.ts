// The run of “Keep-alive is not a WebSocket”: questions on one connection, on new ones; then nobody asks, with two lines open.
import type { Bench } from '../../bench.ts'
import { countedAt, passed } from '../doors.ts'
import { follow } from '../follow.ts'
import { begin } from '../opening.ts'
import type { Opening } from '../opening.ts'
import type { Run } from '../run.ts'
import { TIMES } from './answer.ts'
import type { Data, Silence } from './answer.ts'

export const SILENCE_MS = 3000
export const PER_SECOND = 5
const KEPT = 'polling'
const FRESH = 'long-polling'
const SOCKET = 'wss'

export async function run(run: Run<Data>): Promise<Data> {
  const opening = await begin(run, { perSecond: PER_SECOND, http1: [KEPT, FRESH, SOCKET] })
  const { bench } = opening
  const data: Data = {
    kept: { name: 'kept connection', tookMs: [] },
    fresh: { name: 'new connection each time', tookMs: [] },
  }
  const series = async (way: Data['kept'], door: string, after: () => Promise<unknown>) => {
    const before = await countedAt(bench, door)
    for (let n = 0; n < TIMES; n++) {
      way.tookMs.push(await ask(run, bench, door))
      await after()
      run.show(data)
      await run.sleep(60)
    }
    way.passed = passed(before, await countedAt(bench, door))
  }

  run.step(`${TIMES} questions on one connection`)
  await series(data.kept, KEPT, async () => undefined)
  run.step(`${TIMES} questions, each on a new connection`)
  // The browser would keep it; so the next question needs another.
  await series(data.fresh, FRESH, () => bench.fault(FRESH, 'cut'))
  run.step('a WebSocket opens; then the page asks nothing')
  data.silence = await silence(run, opening)
  return data
}

/** A small answer that stays the same: the position of now, no events. */
async function ask({ signal }: Run<Data>, bench: Bench, door: string): Promise<number> {
  const asked = performance.now()
  await (await fetch(`${bench.door(door).origin}/feed/polling?after=now`, { cache: 'no-store', signal })).text()
  return performance.now() - asked
}

async function silence(run: Run<Data>, { bench, tail, startedAt, now }: Opening): Promise<Silence> {
  const line = run.keep(follow({ bench, transport: SOCKET, after: tail, startedAt }))
  await ask(run, bench, KEPT) // open, as a kept connection is
  await run.until(() => line.isOpen, 5000)
  await run.sleep(200)
  const [kept, socket] = [await countedAt(bench, KEPT), await countedAt(bench, SOCKET)]
  const [from, had] = [now(), line.events.length]
  await run.sleep(SILENCE_MS)
  const [to, has] = [now(), line.events.length]
  const [keptAfter, socketAfter] = [await countedAt(bench, KEPT), await countedAt(bench, SOCKET)]
  return {
    ms: to - from,
    onKept: passed(kept, keptAfter),
    onSocket: passed(socket, socketAfter),
    eventsDue: line.events.filter(({ due }) => due >= from && due < to).length,
    eventsOnSocket: has - had,
    lost: line.lost,
  }
}
