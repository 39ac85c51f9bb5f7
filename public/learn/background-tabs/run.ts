// The run of “Background tabs”: timers, polling and two streams, while a tab is in front of the page for some seconds.
import { follow } from '../follow.ts'
import type { Followed } from '../follow.ts'
import { begin, watch } from '../opening.ts'
import { Trouble } from '../run.ts'
import type { Run } from '../run.ts'
import { TICK_MS } from './answer.ts'
import type { Data } from './answer.ts'
import { openInFront, ticking, tickingInWorker } from './hidden.ts'

const PER_SECOND = 8
const BEFORE_MS = 2000
export const HIDDEN_MS = 9000
const AFTER_MS = 2500
/** The whole of it, with what going and coming take. */
export const TOTAL_MS = BEFORE_MS + HIDDEN_MS + AFTER_MS + 800
/** So long a person may take to go to another tab. */
const ASKED_MS = 8000
const NAMES = ['polling', 'sse', 'wss'] as const

export async function run(run: Run<Data>): Promise<Data> {
  const { bench, tail, startedAt, now } = await begin(run, { perSecond: PER_SECOND, http1: NAMES })
  const open = (transport: (typeof NAMES)[number]) =>
    run.keep(follow({ bench, transport, after: tail, pollMs: TICK_MS, startedAt }))
  const [polling, sse, wss] = NAMES.map(open) as [Followed, Followed, Followed]
  const data: Data = {
    ...{ timer: [], worker: [], polling: polling.events, sse: sse.events, wss: wss.events },
    ...{ hiddenAt: undefined, shownAt: undefined, lost: 0 },
  }
  run.keep(ticking(TICK_MS, () => data.timer.push(now())))
  run.keep(tickingInWorker(TICK_MS, () => data.worker.push(now())))
  const look = () => {
    if (document.hidden) data.hiddenAt ??= now()
    else if (data.hiddenAt !== undefined) data.shownAt ??= now()
    return data
  }
  document.addEventListener('visibilitychange', look) // not every browser tells of a tab that a page itself has put in front
  run.keep({ close: () => document.removeEventListener('visibilitychange', look) })

  run.step('in sight')
  await watch(run, BEFORE_MS, look)
  const other = openInFront(HIDDEN_MS / 1000)
  if (other) run.keep(other)
  run.step(other ? 'another tab is in front' : `go to another tab, for ${HIDDEN_MS / 1000} s`)
  if (!(await run.until(() => look().hiddenAt !== undefined, other ? 2000 : ASKED_MS))) {
    run.step(`now go to another tab yourself, for ${HIDDEN_MS / 1000} s`)
    if (!other || !(await run.until(() => look().hiddenAt !== undefined, ASKED_MS))) throw new Trouble(NEVER)
  }
  await run.until(() => look().shownAt !== undefined, HIDDEN_MS)
  other?.close()
  run.step('come back to this tab')
  if (!(await run.until(() => look().shownAt !== undefined, 4000))) data.shownAt = now() // it may be away: that is known
  await watch(run, AFTER_MS, look)
  for (const line of [polling, sse, wss]) {
    data.lost += line.lost
    line.close()
  }
  return data
}

const NEVER =
  'This page was in sight all the time, so there is nothing to compare. Run it again, and go to another tab when you are asked to.'
