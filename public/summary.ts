// The two lines above the lanes: who is late at what price, and whether all have the same events.
import { parseCursor } from '../src/core/event.ts'
import type { Lane } from './lane.ts'
import type { Meter } from './meter.ts'
import type { Protocols } from './protocols.ts'
import { isResting } from './sight.ts'
import type { Silence } from './silence.ts'
import { count, duration, list, percent, size, span } from './words.ts'

export interface Seen {
  lanes: readonly Lane[]
  meter: Pick<Meter, 'of'>
  silent: Pick<Silence, 'of'>
  spoken: Pick<Protocols, 'of'>
  perSecond: number | null
}

interface Row {
  name: string
  median: number
  cost: number
}

/** What follows from what the page sees now, in two lines: how fast, and at what price. */
export function verdict({ lanes, meter, silent, spoken, perSecond }: Seen): string[] {
  const awake = lanes.filter((lane) => !isResting(lane))
  if (awake.length < 2) return ['Fewer than two lanes follow the feed: there is nothing to compare.']
  const dead = deadOf(awake, silent)
  const rows = awake.flatMap((lane): Row[] => {
    const late = lane.samples.summary
    const cost = meter.of(lane)?.perEvent
    const isHeard = silent.of(lane) === undefined && late && late.n >= 5
    return isHeard && cost !== undefined ? [{ name: lane.name, median: late.median, cost }] : []
  })
  if (rows.length < 2)
    return [dead || (perSecond === 0 ? 'The lab makes no events: there is nothing to compare.' : 'Looking …')]
  const versions = new Set(rows.map(({ name }) => spoken.of(name)?.http))
  return [`${dead} ${speedOf(rows)}`.trim(), priceOf(rows, versions.size === 1 ? [...versions][0] : undefined)]
}

/** Of the lanes that bring nothing: their numbers are of before, and they are in no comparison. */
function deadOf(awake: readonly Lane[], silent: Seen['silent']): string {
  const dead = awake.flatMap((lane) => {
    const ms = silent.of(lane)
    return ms === undefined ? [] : [{ name: lane.name, ms }]
  })
  if (dead.length === 0) return ''
  if (dead.length === awake.length)
    return `No lane has brought anything for ${span(Math.min(...dead.map(({ ms }) => ms)))}.`
  return `${list(dead.map(({ name, ms }) => `${name} has brought nothing for ${span(ms)}`))}.`
}

function speedOf(rows: readonly Row[]): string {
  const [fastest, slowest] = ends(rows, ({ median }) => median)
  if (slowest.median < 20) return `All are about equally fast (median up to ${duration(slowest.median)}).`
  return `${fastest.name} brings an event in ${duration(fastest.median)}, ${slowest.name} in ${duration(slowest.median)} (medians).`
}

/** `http` is what all of them speak: another version has other bytes. */
function priceOf(rows: readonly Row[], http: string | undefined): string {
  const [cheapest, dearest] = ends(rows, ({ cost }) => cost)
  const times = dearest.cost / cheapest.cost
  if (times < 1.2) return `${http ? `Over ${http} each` : 'Each'} costs about ${size(dearest.cost)} an event.`
  const less = times >= 1.5 ? `, ${percent(1 / times)} of it` : ''
  return `${http ? `Over ${http} ` : ''}${dearest.name} costs ${size(dearest.cost)} an event, ${cheapest.name} ${size(cheapest.cost)}${less}.`
}

function ends(rows: readonly Row[], value: (row: Row) => number): [least: Row, most: Row] {
  const sorted = rows.toSorted((a, b) => value(a) - value(b))
  return [sorted[0]!, sorted.at(-1)!]
}

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
