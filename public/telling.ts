// Tells who cannot see it how the event that is followed came: once, when every open lane has it, or when one takes too long.
import { asSet, count, duration, list } from './words.ts'

export interface Following {
  readonly followed: { event: { id: string }; lanes: ReadonlyMap<string, { received?: number }> } | undefined
}

const PATIENCE_MS = 5000

/** `say` as in PageContext. @returns what looks, several times a second; `now` in ms of any clock. */
export function journeyTeller(
  journey: Following,
  lanes: readonly { name: string; state: string }[],
  say: (about: string, what: string) => void,
): (now: number) => void {
  let seen: Following['followed']
  let since = 0
  let isTold = true

  return (now) => {
    const { followed } = journey
    if (followed !== seen) {
      seen = followed
      since = now
      isTold = followed === undefined
    }
    if (isTold || !followed) return
    const open = lanes.filter(({ state }) => state === 'open').map(({ name }) => name)
    const came = open.flatMap((name) => {
      const ms = followed.lanes.get(name)?.received
      return ms === undefined ? [] : [`by ${name} after ${duration(ms)}`]
    })
    const missing = open.length - came.length
    if (missing > 0 && now - since < PATIENCE_MS) return
    isTold = true
    const late = missing === 0 ? '' : `; ${count(missing, 'lane')} had it not after ${asSet(PATIENCE_MS)}`
    say(`Event ${followed.event.id.split('.')[1]}`, `${came.length > 0 ? `came ${list(came)}` : 'came nowhere'}${late}`)
  }
}
