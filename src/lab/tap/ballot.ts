// What is said on the lines that are overheard: votes of two kinds, and a payment. All of it is made up.
import type { Feed } from '../../core/feed.ts'
import type { Sent } from './told.ts'

const [YES, NO] = ['yes', 'no, thank you!']
const PAYMENT = { to: 'Bob', euros: 100 }
const BEFORE = 10

/** @param isPadded both votes are written with as many bytes. */
export function startBallot(feed: Feed, clock: () => number, isPadded: boolean) {
  const sent: Sent[] = []

  async function publish(type: string, data: Sent['data']) {
    const at = clock()
    const { id } = await feed.publish({ type, data, at: Math.round(at) }) // a fraction is now and then a digit longer
    sent.push({ id, at, type, data })
  }

  return {
    sent,
    /** So that all ids are of two digits. Who connects afterwards is told nothing of these. */
    async begin() {
      for (let n = 0; n < BEFORE; n++) await feed.publish({ type: 'vote', data: null })
    },
    vote: (isYes: boolean) => publish('vote', { vote: isYes ? (isPadded ? YES.padEnd(NO.length) : YES) : NO }),
    pay: () => publish('payment', PAYMENT),
  }
}
