// The harness broken on purpose, in the ways that published benchmarks are: the calibration must notice each of them.
import type { Latencies } from './record.ts'

export const flaws = {
  /** The way there and the way back are both put on an event that went one way. */
  doubled: (all: Latencies) => changed(all, (row) => row.map((ms) => 2 * ms)),
  /** What is slow is taken for a hiccup, and is thrown away. */
  trimmed: (all: Latencies) => {
    const values = [...all.values()].flatMap((row) => [...row.filter((ms) => !Number.isNaN(ms))]).sort((a, b) => a - b)
    const most = values[Math.floor(0.9 * values.length)] ?? Infinity
    return changed(all, (row) => row.map((ms) => (ms > most ? NaN : ms)))
  },
  /** Only the first receiver of each event is looked at. */
  first: (all: Latencies) =>
    changed(all, (row) => {
      const least = Math.min(...row.filter((ms) => !Number.isNaN(ms)))
      return row.map((ms) => (ms === least ? ms : NaN))
    }),
} as const
export type Flaw = keyof typeof flaws

const changed = (all: Latencies, change: (row: Float32Array) => Float32Array): Latencies =>
  new Map([...all].map(([offset, row]) => [offset, change(row)]))
