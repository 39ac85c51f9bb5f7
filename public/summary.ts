// The two lines above the lanes: who is late at what price, and whether all have the same events.
import { parseCursor } from '../src/core/event.ts'
import type { Lane } from './lane.ts'
import type { Meter } from './meter.ts'
import { count, duration, list, size } from './words.ts'

/** What follows from what the page sees now, in two sentences: how fast, and at what price. */
export function verdict(lanes: readonly Lane[], meter: Meter, perSecond: number | null, now: number): string[] {
  const rows = lanes.flatMap((lane) => {
    const late = isResting(lane) ? undefined : lane.samples.summary(now)
    const cost = meter.of(lane)?.perEvent
    return late && late.n >= 5 && cost !== undefined ? [{ name: lane.name, median: late.median, cost }] : []
  })
  if (rows.length < 2) {
    if (lanes.filter((lane) => !isResting(lane)).length < 2)
      return ['Fewer than two lanes follow the feed: there is nothing to compare.']
    return [perSecond === 0 ? 'The lab makes no events: there is nothing to compare.' : 'Looking …']
  }
  const by = (value: (row: (typeof rows)[number]) => number) => rows.toSorted((a, b) => value(a) - value(b))
  const [fastest, slowest] = [by(({ median }) => median)[0]!, by(({ median }) => median).at(-1)!]
  const [cheapest, dearest] = [by(({ cost }) => cost)[0]!, by(({ cost }) => cost).at(-1)!]
  const late =
    slowest.median < 20
      ? `All are about equally fast (median up to ${duration(slowest.median)}).`
      : `${fastest.name} brings an event in ${duration(fastest.median)}, ${slowest.name} in ${duration(slowest.median)} (medians).`
  const times = dearest.cost / cheapest.cost
  const cost =
    times < 1.2
      ? `Each costs about ${size(dearest.cost)} an event.`
      : `${dearest.name} costs ${size(dearest.cost)} an event, ${cheapest.name} ${size(cheapest.cost)}${times >= 1.5 ? `, ${times.toFixed(1)} times less` : ''}.`
  return [late, cost]
}

const isResting = ({ state }: Lane) => state === 'paused' || state === 'off'

/** Whether every lane has every event, by the ids. */
export function agreement(lanes: readonly Lane[]): { text: string; agreed: boolean } {
  const positions = lanes
    .filter(({ state }) => state !== 'off')
    .map(({ name, tally, state }) => ({ name, state, ...parseCursor(tally.cursor)! }))
  if (positions.length === 0) return { text: 'No lane is on.', agreed: false }
  const most = Math.max(...positions.map(({ offset }) => offset))
  const oneFeed = positions.every(({ epoch }) => epoch === positions[0]!.epoch)
  const behind = positions.filter(({ offset }) => offset < most)
  if (!oneFeed) return { text: 'The lab was restarted: some lanes are still on the feed of before.', agreed: false }
  if (behind.length === 0) return { text: `All ${positions.length} lanes are at event #${most}.`, agreed: true }
  const words = behind.map(
    ({ name, offset, state }) =>
      `${name} is ${count(most - offset, 'event')} behind${state === 'paused' ? ' (paused)' : ''}`,
  )
  return { text: `The feed is at event #${most}; ${list(words)}.`, agreed: false }
}
