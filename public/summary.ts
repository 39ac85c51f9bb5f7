// The headline: who is late at what price, and what was broken meanwhile.
import type { Broken } from './broken.ts'
import type { Lane } from './lane.ts'
import { withNew } from './meter.ts'
import type { Meter } from './meter.ts'
import type { Protocols } from './protocols.ts'
import { isResting } from './sight.ts'
import type { Silence } from './silence.ts'
import { duration, list, percent, size, span } from './words.ts'

export interface Seen {
  lanes: readonly Lane[]
  meter: Pick<Meter, 'of'>
  silent: Pick<Silence, 'of'>
  spoken: Pick<Protocols, 'of'>
  broken: Pick<Broken, 'of' | 'storm'>
  perSecond: number | null
}

interface Row {
  name: string
  /** Of latency; undefined: too little has come. */
  median: number | undefined
  /** Undefined: there is no price now. */
  cost: number | undefined
  /** Why there is none, in a word or two. */
  noPrice: string
  /** What else is in it; empty: nothing. */
  priced: string
  /** What this page did to it while the events of the median came; empty: nothing. */
  broken: string
}
type Known<Name extends 'median' | 'cost'> = Row & Record<Name, number>

/** Fewer are too few to say how late a lane is. */
const EVENTS_FROM = 5

/** What follows from what the page sees now, in two lines: how fast, and at what price. Who has no figure is named, and compared with nobody. */
export function verdict({ lanes, meter, silent, spoken, broken, perSecond }: Seen): string[] {
  const awake = lanes.filter((lane) => !isResting(lane))
  const few = awake.length < 2 ? 'Fewer than two lanes follow the feed: there is nothing to compare.' : ''
  const dead = deadOf(awake, silent)
  const rows = awake
    .filter((lane) => silent.of(lane) === undefined)
    .map((lane): Row => {
      const { summary } = lane.samples
      const cost = meter.of(lane)
      const median = summary && summary.n >= EVENTS_FROM ? summary.median : undefined
      return {
        ...{ name: lane.name, median, cost: cost?.perEvent, noPrice: cost?.none?.word ?? 'not counted yet' },
        ...{ priced: cost ? withNew(cost) : '', broken: broken.of(lane) },
      }
    })
  if (rows.every(({ median }) => median === undefined))
    return [few || dead || (perSecond === 0 ? 'The lab makes no events: there is nothing to compare.' : 'Looking …')]
  const versions = new Set(rows.map(({ name }) => spoken.of(name)?.http))
  const still = perSecond === 0 ? 'The lab makes no events now.' : ''
  return [
    [still, few, dead, `${broken.storm()}${speedOf(rows, broken.storm() === '')}`].filter(Boolean).join(' '),
    priceOf(rows, versions.size === 1 ? [...versions][0] : undefined),
  ].filter(Boolean)
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
  const said = together(dead, ({ ms }) => span(ms)).map(
    ([time, names, n]) => `${names} ${n === 1 ? 'has' : 'have'} brought nothing for ${time}`,
  )
  return `${list(said)}.`
}

function speedOf(rows: readonly Row[], isFirst: boolean): string {
  const known = rows.filter((row): row is Known<'median'> => row.median !== undefined)
  const unknown = rows.filter(({ median }) => median === undefined).map(({ name }) => name)
  const rest = unknown.length === 0 ? '' : ` Of ${list(unknown)} too few events have come.`
  const [fastest, slowest] = ends(known, ({ median }) => median)
  if (known.length === 1)
    return `${fastest.name} brings an event in ${duration(fastest.median)} (median${brokenOf(known)}).${rest}`
  if (slowest.median < 20) {
    const who = unknown.length === 0 ? (isFirst ? 'All' : 'all') : list(known.map(({ name }) => name))
    return `${who} are about equally fast (median up to ${duration(slowest.median)}${brokenOf(known)}).${rest}`
  }
  return `${fastest.name} brings an event in ${duration(fastest.median)}, ${slowest.name} in ${duration(slowest.median)} (medians${brokenOf([fastest, slowest])}).${rest}`
}

/** A number that is that of a fault is not to be read as that of the transport. */
function brokenOf(named: readonly Row[]): string {
  const told = together(
    named.filter(({ broken }) => broken !== ''),
    ({ broken }) => broken,
  ).map(([what, names, n]) => `${names} ${n === 1 ? 'was' : 'were'} ${what}`)
  return told.length === 0 ? '' : `; ${list(told)}`
}

/** `http` is what all of them speak: another version has other bytes. */
function priceOf(rows: readonly Row[], http: string | undefined): string {
  const known = rows.filter((row): row is Known<'cost'> => row.cost !== undefined)
  const unknown = rows.filter(({ cost }) => cost === undefined)
  const rest =
    unknown.length === 0
      ? ''
      : `No price of ${list(together(unknown, ({ noPrice }) => noPrice).map(([why, names]) => `${names} (${why})`))}.`
  return [known.length === 0 ? '' : comparedOf(known, unknown.length === 0, http), rest].filter(Boolean).join(' ')
}

function comparedOf(known: readonly Known<'cost'>[], areAll: boolean, http: string | undefined): string {
  const over = http ? `Over ${http} ` : ''
  const [cheapest, dearest] = ends(known, ({ cost }) => cost)
  if (known.length === 1) return `${over}${dearest.name} costs ${priceWords(dearest)}.`
  const times = dearest.cost / cheapest.cost
  if (times < 1.2) {
    const each = `${over ? 'each' : 'Each'}${areAll ? '' : ` of ${list(known.map(({ name }) => name))}`}`
    const also = together(
      known.filter(({ priced }) => priced !== ''),
      ({ priced }) => priced,
    ).map(([what, names, n]) => (n === known.length ? `each ${what}` : `${names} ${what}`))
    return `${over}${each} costs about ${size(dearest.cost)} an event${also.length === 0 ? '' : ` (${list(also)})`}.`
  }
  const less = times < 1.5 ? '' : `, ${times > 100 ? 'less than 1 %' : percent(1 / times)} of it`
  const cheap = `${size(cheapest.cost)}${cheapest.priced && ` ${cheapest.priced}`}`
  return `${over}${dearest.name} costs ${priceWords(dearest)}, ${cheapest.name} ${cheap}${less}.`
}

const priceWords = ({ cost, priced }: Known<'cost'>) => `${size(cost)} an event${priced && ` ${priced}`}`

/** Those of which the same is said, each time with their names and how many they are. */
function together<Each extends { name: string }>(rows: readonly Each[], said: (row: Each) => string) {
  return [...Map.groupBy(rows, said)].map(
    ([what, those]) => [what, list(those.map(({ name }) => name)), those.length] as const,
  )
}

function ends<Each>(rows: readonly Each[], value: (row: Each) => number): [least: Each, most: Each] {
  const sorted = rows.toSorted((a, b) => value(a) - value(b))
  return [sorted[0]!, sorted.at(-1)!]
}
