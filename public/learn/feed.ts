// Sets how many events the lab makes and how large they are, for the time of a run, as often as it likes.
import type { Bench } from '../bench.ts'
import type { Run } from './run.ts'

export interface FeedChange {
  perSecond?: number
  /** Of a whole event; 0: as small as it is. */
  payloadBytes?: number
}

/** Both are put back when the run is over. @throws Trouble when the rate of this lab is not ours to set. */
export async function feedOf(run: Pick<Run<unknown>, 'keep' | 'signal' | 'rate'>, bench: Bench, perSecond: number) {
  await run.rate(perSecond)
  const { payloadBytes } = bench
  let isSet = false
  return async (change: FeedChange) => {
    run.signal.throwIfAborted()
    if (!isSet && change.payloadBytes !== undefined) {
      run.keep({ close: () => bench.setFeed({ payloadBytes }) })
      isSet = true
    }
    await bench.setFeed(change)
  }
}
