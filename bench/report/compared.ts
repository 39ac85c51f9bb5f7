// What is compared of two runs, and of two transports: which numbers, and from which change on it is worth a word.
import { figureNames } from '../figures.ts'
import type { Row } from '../results.ts'
import { metrics } from './summary.ts'
import type { Pick } from './summary.ts'

export interface Metric {
  pick: Pick
  unit: string
  /** The smallest change worth a word, as a share. */
  relevant: number
  /** What the state of the machine moves, so that the floor says something about it. */
  machine: boolean
}

const time = { unit: 'ms', relevant: 0.1, machine: true }
export const compared: Record<string, Metric> = {
  p50: { ...time, pick: metrics.p50 },
  p99: { ...time, pick: metrics.p99 },
  bytes: { unit: 'B', relevant: 0.02, machine: false, pick: metrics.bytes },
  cpu: { ...time, unit: 'µs', pick: metrics.cpu },
  connect: { ...time, pick: metrics.connect },
  rss: { unit: 'KiB', relevant: 0.1, machine: false, pick: metrics.rss },
  ...Object.fromEntries(
    figureNames.map((name): [string, Metric] => [
      name,
      { ...time, unit: name.endsWith('Ms') ? 'ms' : '', pick: (row: Row) => row.figures?.[name] },
    ]),
  ),
}
