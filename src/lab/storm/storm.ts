// A storm, seen from the lab: starts its process, asks now and then how it is going, and ends it.
import { child } from '../../../bench/process.ts'
import { hostClock, offsetOf } from '../../server/clock.ts'
import type { StormOrder } from '../settings.ts'
import type { StormOptions } from './client.ts'
import type { StormCommands } from './process.ts'
import { atFirst } from './report.ts'
import type { StormReport } from './report.ts'

export type StormState = StormOrder & StormReport
export interface Storm {
  readonly state: StormState
  /** Nothing more will happen in it. */
  readonly over: boolean
  end(why?: string): Promise<void>
}

const LOOK_MS = 200

type Way = Omit<StormOptions, keyof StormOrder | 'offset'>

/** `clock` is the lab's, by which it tells when the drop was: ms since epoch. */
export function startStorm(order: StormOrder, way: Way, clock = hostClock()): Storm {
  const { transport, clients, jitter } = order
  const crowd = child<StormCommands>('storm', new URL('./process.ts', import.meta.url))
  let report = atFirst
  let ending: string | undefined
  const over = () => report.phase === 'done' || report.phase === 'failed'

  async function watch() {
    await crowd.ask('start', { transport, clients, jitter, ...way, offset: offsetOf(clock) })
    while (!over() && ending === undefined) {
      report = await crowd.ask('report', undefined)
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  }
  const watched = watch()
    .catch((error: Error) => {
      if (!over()) report = { ...report, phase: 'failed', open: 0, why: ending ?? error.message }
    })
    .then(() => crowd.end())
    .then(() => {
      if (!over()) report = { ...report, phase: 'failed', open: 0, why: ending ?? 'it was ended' }
    })

  return {
    get state() {
      return { ...order, ...report }
    },
    get over() {
      return over()
    },
    async end(why = 'its bench has ended') {
      ending = why
      await crowd.end()
      await watched
    },
  }
}
