// Why numbers of two runs may not be compared: another machine, another place on its cores, another workload, another rate.
import { isBusy, loadText } from '../busy.ts'
import type { Results } from '../results.ts'
import type { Summary } from './summary.ts'

/** Another machine, or another Node: then nothing of the two runs is compared. */
export function strangers(a: Results, b: Results): string | undefined {
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
export function settings(name: string, a: Results, b: Results, one: Summary, other: Summary): string | undefined {
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
export function elsewhere(metric: string, one: Summary, other: Summary): string | undefined {
  if (metric === 'kneeRate' || metric === 'rss' || metric === 'connect') return undefined
  if (!one.of((row) => row.figures?.kneeRate)) return undefined
  const rates = [...new Set([...one.valid, ...other.valid].map(({ rate }) => rate))].toSorted((x, y) => x - y)
  return rates.length > 1 ? `it was measured at the knee, at ${rates.join(', ')} events/s` : undefined
}

/** Which of two runs began on a busy machine: then a difference may be the neighbours'. Where the load is not known nothing is said. */
export function busier(a: Results, b: Results): 'A' | 'B' | 'both' | undefined {
  const [left, right] = [a, b].map(({ machine }) => isBusy(machine)) as [boolean, boolean]
  return left && right ? 'both' : left ? 'A' : right ? 'B' : undefined
}

/** One line to stand beside the verdicts. */
export function busierText(a: Results, b: Results): string | undefined {
  const who = busier(a, b)
  if (!who) return undefined
  const [one, other] = [a, b].map(({ machine }) =>
    machine['loadBefore'] === undefined ? 'load not known' : loadText(machine),
  )
  return `${who} ran on a busy machine (A: ${one}; B: ${other}): no difference is certain`
}
