// The two lines above the lanes: who is late at what price, and whether all have the same events.
import { parseCursor } from '../src/core/event.ts'
import type { Lane } from './lane.ts'
import type { Meter } from './meter.ts'
import { count, duration, list, size } from './words.ts'

/** One sentence that follows from what the page sees now; empty while it has too little to say. */
export function verdict(lanes: readonly Lane[], meter: Meter): string {
  const rows = lanes.flatMap((lane) => {
    const late = lane.state === 'paused' ? undefined : lane.lateness.summary()
    const cost = meter.of(lane)?.perEvent
    return late && late.n >= 5 && cost !== undefined ? [{ name: lane.name, median: late.median, cost }] : []
  })
  if (rows.length < 2) return ''
  const slowest = rows.reduce((a, b) => (b.median > a.median ? b : a))
  const cheapest = rows.reduce((a, b) => (b.cost < a.cost ? b : a))
  const dearest = rows.reduce((a, b) => (b.cost > a.cost ? b : a))
  const times = dearest.cost / cheapest.cost
  const cost = `${dearest.name} costs ${size(dearest.cost)} for each event, ${cheapest.name} ${size(cheapest.cost)}${times >= 1.5 ? ` (${times.toFixed(1)} times less)` : ''}.`
  const late =
    slowest.median < 20
      ? 'All are about equally fast.'
      : `${slowest.name} is ${duration(slowest.median)} behind the fastest, typically.`
  return `${late} ${cost}`
}

/** Whether every lane has every event, by the ids. */
export function agreement(lanes: readonly Lane[]): { text: string; agreed: boolean } {
  const positions = lanes.map(({ name, tally, state }) => ({ name, state, ...parseCursor(tally.cursor)! }))
  const most = Math.max(...positions.map(({ offset }) => offset))
  const oneFeed = positions.every(({ epoch }) => epoch === positions[0]!.epoch)
  const behind = positions.filter(({ offset }) => offset < most)
  if (!oneFeed) return { text: 'The lab was restarted: some lanes are still on the feed of before.', agreed: false }
  if (behind.length === 0) return { text: `All ${lanes.length} lanes are at event #${most}.`, agreed: true }
  const words = behind.map(
    ({ name, offset, state }) =>
      `${name} is ${count(most - offset, 'event')} behind${state === 'paused' ? ' (paused)' : ''}`,
  )
  return { text: `The feed is at event #${most}; ${list(words)}.`, agreed: false }
}
