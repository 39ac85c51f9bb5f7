// The line under the headline: whether all lanes have the same events, as far as this page has seen.
import { parseCursor } from '../src/core/event.ts'
import type { Lane } from './lane.ts'
import { isResting } from './sight.ts'
import type { Silence } from './silence.ts'
import { count, list } from './words.ts'

/** Whether every lane has every event, by the ids; while none brings anything nobody here knows what the lab made since. */
export function agreement(lanes: readonly Lane[], silent: Pick<Silence, 'of'>): { text: string; agreed: boolean } {
  const shown = lanes.filter(({ state }) => state !== 'off')
  const areDeaf = shown.every((lane) => isResting(lane) || silent.of(lane) !== undefined)
  const positions = shown.map(({ name, tally, state }) => ({ name, state, ...parseCursor(tally.cursor)! }))
  if (positions.length === 0) return { text: 'No lane is on.', agreed: false }
  const most = Math.max(...positions.map(({ offset }) => offset))
  const oneFeed = positions.every(({ epoch }) => epoch === positions[0]!.epoch)
  const behind = positions.filter(({ offset }) => offset < most)
  if (!oneFeed) return { text: 'The lab was restarted: some lanes are still on the feed of before.', agreed: false }
  const all = `All ${positions.length} lanes are at event #${most}`
  if (behind.length === 0 && areDeaf)
    return { text: `${all}; of what the lab made since, none has heard.`, agreed: false }
  if (behind.length === 0) return { text: `${all}.`, agreed: true }
  const words = behind.map(
    ({ name, offset, state }) =>
      `${name} is ${count(most - offset, 'event')} behind${state === 'paused' ? ' (paused)' : ''}`,
  )
  return { text: `The newest event any lane has is #${most}; ${list(words)}.`, agreed: false }
}
