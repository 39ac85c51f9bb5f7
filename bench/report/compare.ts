// Two runs side by side: what differs for certain, what does not, and what cannot be compared at all.
import { differenceOf, estimate, ratioOf } from '../../src/core/stats.ts'
import type { Estimate } from '../../src/core/stats.ts'
import { ALPHA, canTell, chances } from '../../src/core/verdict.ts'
import { figures } from '../figures.ts'
import { seeded } from '../random.ts'
import type { Results, Row } from '../results.ts'
import { isKnown, keyOf, summarise } from './summary.ts'
import type { Pick, Summary } from './summary.ts'

export interface Compared {
  scenario: string
  transport: string
  where: string
  metric: string
  unit: string
  a: Estimate | undefined
  b: Estimate | undefined
  /** B as a multiple of A, and B less A. */
  ratio?: Estimate
  difference?: Estimate
  /** Which run is lower, for certain; undefined: nobody can tell, or `why`. */
  lower?: 'A' | 'B'
  /** Why there is no verdict. */
  why?: string
  /** There is a change, but the floor shows as much: it is the machine's. */
  floorToo?: true
}

interface Metric {
  pick: Pick
  unit: string
  /** The smallest change worth a word, as a share. */
  relevant: number
  /** What the state of the machine moves, so that the floor says something about it. */
  machine: boolean
}

const time = { unit: 'ms', relevant: 0.1, machine: true }
export const compared: Record<string, Metric> = {
  p50: { ...time, pick: (row) => row.latencyMs.p50 },
  p99: { ...time, pick: (row) => row.latencyMs.p99 },
  bytes: { unit: 'B', relevant: 0.02, machine: false, pick: (row) => row.bytesPerEvent.total },
  cpu: { ...time, unit: 'µs', pick: (row) => row.server.cpuUsPerDelivery },
  connect: { ...time, pick: (row) => row.connectMs.full },
  rss: { unit: 'KiB', relevant: 0.1, machine: false, pick: (row) => row.server.rssKbPerConnection },
  ...Object.fromEntries(
    Object.keys(figures)
      .filter((name) => name !== 'kneeLimitedBy') // a name in disguise
      .map((name) => [
        name,
        { ...time, unit: name.endsWith('Ms') ? 'ms' : '', pick: (row: Row) => row.figures?.[name] },
      ]),
  ),
}

type Draft = Compared & { key: string; one?: Summary; other?: Summary }

export function compare(a: Results, b: Results): Compared[] {
  const everything = strangers(a, b)
  const [ones, others] = [a, b].map((run) => new Map(summarise(run).map((each) => [keyOf(each), each]))) as [
    Map<string, Summary>,
    Map<string, Summary>,
  ]
  const drafts = [...new Set([...ones.keys(), ...others.keys()])].flatMap((key): Draft[] => {
    const [one, other] = [ones.get(key), others.get(key)]
    const { scenario, transport, where } = (one ?? other)!
    const why = everything ?? (one && other ? settings(scenario, a, b, one, other) : `only in ${one ? 'A' : 'B'}`)
    return Object.entries(compared).flatMap(([metric, { pick, unit }]): Draft[] => {
      const [left, right] = [one, other].map((side) => (side?.valid ?? []).map(pick).filter(isKnown)) as [
        number[],
        number[],
      ]
      if (left.length + right.length === 0) return []
      const cell = { key, one, other, scenario, transport, where, metric, unit, a: estimate(left), b: estimate(right) }
      const wrong = why ?? elsewhere(metric, one!, other!) ?? unfit(left, right)
      return [
        {
          ...cell,
          ...(wrong ? { why: wrong } : { ratio: ratioOf(left, right), difference: differenceOf(left, right) }),
        },
      ] as Draft[]
    })
  })
  judge(drafts)
  return drafts.map(({ key: _, one: __, other: ___, ...cell }) => cell)
}

/** Gives each draft that can be compared its verdict, all in one test. */
function judge(drafts: Draft[]): void {
  const fit = drafts.filter(({ why }) => why === undefined)
  if (fit.length === 0) return
  const repeats = Math.max(
    ...fit.flatMap(({ one, other }) => [...one!.rows, ...other!.rows].map(({ repeat }) => repeat)),
  )
  const values = (side: Summary, pick: Pick) =>
    Array.from({ length: repeats }, (_, i) => {
      const row = side.valid.find(({ repeat }) => repeat === i + 1)
      return (row && pick(row)) ?? null
    })
  const p = chances(
    fit.map(({ metric, one, other }) => {
      const { pick, relevant } = compared[metric]!
      return { a: values(one!, pick), b: values(other!, pick), relevant }
    }),
    seeded(1),
  )
  for (const [i, cell] of fit.entries()) {
    const { relevant, machine } = compared[cell.metric]!
    const change = Math.log(cell.ratio!.median)
    if (p[i]! > ALPHA || Math.abs(change) <= Math.log(1 + relevant)) continue
    if (machine && isFloors(cell, floorOf(cell, fit), relevant)) cell.floorToo = true
    else cell.lower = change > 0 ? 'A' : 'B'
  }
}

/** Whether the floor, in which nothing was changed, moved the same way about as far: then it was the machine. */
function isFloors(cell: Draft, floor: Draft | undefined, relevant: number): boolean {
  if (!floor) return false
  // At 80 %: at 95 % the ends are single repeats of five, and one hiccup would hide any change.
  const [own, its] = [cell, floor].map((each) =>
    ratioOf(numbers(each, each.one!), numbers(each, each.other!), 0.8)!,
  ) as [Estimate, Estimate]
  const up = own.median > 1
  const more = up ? own.median / Math.max(1, its.median) : Math.min(1, its.median) / own.median
  return more <= 1 + relevant || (up ? own.low <= its.high : own.high >= its.low)
}

const numbers = ({ metric }: Draft, side: Summary) => side.valid.map(compared[metric]!.pick).filter(isKnown)

/** At the same point, else in the same scenario, else in any. */
function floorOf({ scenario, transport, where, metric }: Draft, fit: Draft[]): Draft | undefined {
  if (transport === 'floor') return undefined
  const floors = fit.filter((each) => each.transport === 'floor' && each.metric === metric)
  const near = floors.filter((each) => each.scenario === scenario)
  return near.find((each) => each.where === where) ?? near[0] ?? floors[0]
}

/** With fewer on a side, a clear difference and chance look the same. */
const LEAST = 4

function unfit(left: number[], right: number[]): string | undefined {
  if (left.length === 0 || right.length === 0) return `no valid number in ${left.length === 0 ? 'A' : 'B'}`
  if (Math.min(left.length, right.length) < LEAST || !canTell(left.length, right.length))
    return `it needs ${LEAST} valid repeats in each run, and A has ${left.length}, B ${right.length}: measure with --repeats ${LEAST + 1}`
  return [...left, ...right].some((value) => value <= 0) ? 'a value is not above zero' : undefined
}

/** Another machine, or another Node: then nothing of the two runs is compared. */
function strangers(a: Results, b: Results): string | undefined {
  const key = ['cpu', 'cores', 'memoryMiB', 'system'].find((name) => a.machine[name] !== b.machine[name])
  if (key) return `another machine (${key}: ${a.machine[key]} and ${b.machine[key]})`
  for (const name of ['node', 'openssl'])
    if (a.versions[name] !== b.versions[name])
      return `another ${name === 'node' ? 'Node' : 'OpenSSL'} (${told(a.versions[name])} and ${told(b.versions[name])})`
  return undefined
}

/** The numbers of a scenario that decide what is measured. Its repeats may differ, and so may its list of transports. */
const workload = [
  ...['kind', 'payload', 'pollMs', 'http', 'tls', 'batchMs', 'profile', 'together', 'generators', 'warmSeconds'],
  ...['pinned', 'maxUtilisation', 'maxGeneratorDelayMs'],
] as const satisfies (keyof Given)[]

/** Commits may differ, that is what it is for; the workload and its place may not. */
function settings(name: string, a: Results, b: Results, one: Summary, other: Summary): string | undefined {
  const [left, right] = [a, b].map(({ scenarios }) => scenarios.find((each) => each.name === name)!) as [Given, Given]
  const [row, beside] = [one.rows[0]!, other.rows[0]!]
  // What a ladder has found is no setting of it.
  const [from, to] = left.kind === 'ladder' ? [left, right] : [row, beside]
  for (const key of ['clients', 'rate', 'seconds'] as const)
    if (from[key] !== to[key]) return `another ${key} (${from[key]} and ${to[key]})`
  for (const key of workload)
    if (!(key in one.point) && left[key] !== right[key])
      return `another ${key} (${told(left[key])} and ${told(right[key])})`
  if (left.together) {
    const names = [a, b].map((run) => [
      ...new Set(run.trials.filter((r) => r.scenario === name).map((r) => r.transport)),
    ])
    const [mine, theirs] = names.map((each) => each.toSorted().join('+'))
    if (mine !== theirs) return `other transports on the same server (${mine} and ${theirs})`
  }
  const [here, there] = [a.machine['pinning'], b.machine['pinning']]
  return left.pinned && here !== there ? `pinned differently (${told(here)}; and ${told(there)})` : undefined
}
type Given = Results['scenarios'][number]
const told = (value: string | number | boolean | undefined) => (value === undefined ? 'unknown' : String(value))

/** What a ladder measures it measures at its knee: at another rate in each repeat. */
function elsewhere(metric: string, one: Summary, other: Summary): string | undefined {
  if (metric === 'kneeRate' || metric === 'rss' || metric === 'connect') return undefined
  if (!one.of((row) => row.figures?.kneeRate)) return undefined
  const rates = [...new Set([...one.valid, ...other.valid].map(({ rate }) => rate))].toSorted((x, y) => x - y)
  return rates.length > 1 ? `it was measured at the knee, at ${rates.join(', ')} events/s` : undefined
}
