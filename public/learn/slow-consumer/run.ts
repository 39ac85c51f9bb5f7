// The run of “Slow consumers”: a slow and a fast reader of a feed that makes far more than the slow one can take, until its line gets well.
import { parseCursor } from '../../../src/core/event.ts'
import type { Cursor } from '../../../src/core/event.ts'
import type { Bench } from '../../bench.ts'
import { about } from '../../lab.ts'
import { size } from '../../words.ts'
import { follow } from '../follow.ts'
import type { Run } from '../run.ts'
import type { Data } from './answer.ts'

/** Bytes a second that the slow one can take. */
export const TAKES = 20_000
export const EVENT_BYTES = 16_000
export const PER_SECOND = 100
const SLOW_MS = 9000
/** It is let be slow for a little longer, to be seen. */
const LINGER_MS = 1000
const AFTER_MS = 8000
/** At most. */
export const TOTAL_MS = SLOW_MS + AFTER_MS

export async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await bench.set('wss', { http: '1.1', downBytesPerSecond: TAKES })
  await bench.set('sse', { http: '1.1' })
  await bench.refresh()
  await run.rate(2)
  const { tail } = await about()
  const limits = (await (await fetch('/limits', { signal: run.signal })).json()) as Data['limits']
  const startedAt = performance.now()
  const now = () => performance.now() - startedAt
  const closes: Data['closes'] = []
  const fast = run.keep(follow({ bench, transport: 'sse', after: tail, startedAt }))
  const slow = run.keep(
    follow({
      ...{ bench, transport: 'wss', after: tail, startedAt },
      platform: {
        WebSocket: class extends WebSocket {
          constructor(url: string | URL, protocols?: string | string[]) {
            super(url, protocols)
            this.addEventListener('close', ({ code }) => closes.push({ at: now(), code }))
          }
        },
      },
    }),
  )
  const data: Data = {
    ...{ fast: fast.events, slow: slow.events, behind: [], states: slow.states, closes, limits },
    ...{ begunAt: 0, letGoAt: undefined },
    ...{ healedAt: undefined, caughtUpAt: undefined, lost: 0, repeated: 0, gaps: 0, fastLost: 0 },
  }
  await run.until(() => slow.isOpen && fast.isOpen, 4000)
  run.step(`${size(EVENT_BYTES * PER_SECOND)} a second are made, ${size(TAKES)} are taken`)
  await run.rate(PER_SECOND, EVENT_BYTES)
  const begunAt = (data.begunAt = now())

  async function watch(until: number, isOver: () => boolean) {
    while (now() < until && !isOver()) {
      look()
      if (data.letGoAt === undefined && (await openAt(bench)) === 0) data.letGoAt = now()
      await run.sleep(120)
    }
    look()
  }
  function look() {
    const events = offsetOf(fast.events.at(-1)?.id ?? tail) - offsetOf(slow.events.at(-1)?.id ?? tail)
    data.behind.push({ at: now(), events })
    run.show(data)
  }
  await watch(begunAt + SLOW_MS, () => now() > (data.letGoAt ?? Infinity) + LINGER_MS)
  run.step('the line gets well, the feed small')
  await run.rate(2)
  await bench.set('wss', { downBytesPerSecond: 0 })
  data.healedAt = now()
  const target = offsetOf((await about()).tail)
  await watch(data.healedAt + AFTER_MS, () => offsetOf(slow.events.at(-1)?.id ?? tail) >= target)
  if (offsetOf(slow.events.at(-1)?.id ?? tail) >= target) data.caughtUpAt = now()
  data.closes = [...closes] // what comes now is our own goodbye
  data.states = [...slow.states]
  for (const line of [fast, slow]) line.close()
  return { ...data, lost: slow.lost, repeated: slow.repeated, gaps: slow.gaps, fastLost: fast.lost }
}

const offsetOf = (id: Cursor) => parseCursor(id)!.offset

/** As the server counts them. */
async function openAt(bench: Bench): Promise<number | undefined> {
  await bench.refresh()
  return bench.door('wss').traffic?.open
}
