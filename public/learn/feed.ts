// Sets how many events the lab makes and how large they are, for the time of a run, as often as it likes.
import type { Bench } from '../bench.ts'
import type { Run } from './run.ts'

export interface FeedChange {
  perSecond?: number
  /** Of a whole event; 0: as small as it is. */
  payloadBytes?: number
}

/** Begins with so many a second. Both are put back when the run is over. @throws Trouble when the rate of this lab is not ours to set. */
export async function feedOf(run: Pick<Run<unknown>, 'keep' | 'signal' | 'rate'>, bench: Bench, first: number) {
  await bench.refresh()
  const { perSecond, payloadBytes } = bench
  await run.rate(first)
  const putBack = () => bench.setFeed({ ...(perSecond !== null && { perSecond }), payloadBytes })
  const goAway = () => void putBack() // the tab is closed: nobody will end the run
  addEventListener('pagehide', goAway)
  run.keep({
    close() {
      removeEventListener('pagehide', goAway)
      return putBack()
    },
  })
  return async (change: FeedChange) => {
    run.signal.throwIfAborted()
    await bench.setFeed(change)
  }
}
