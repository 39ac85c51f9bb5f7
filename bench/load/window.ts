// A window of the generator: when it begins and ends, what is noted at its edges, and the report of it.
import type { Contestant } from '../contestants.ts'
import { flaws } from '../flaws.ts'
import type { Flaw } from '../flaws.ts'
import { watchHealth } from '../health.ts'
import type { Health } from '../health.ts'
import type { Counts, Window } from '../record.ts'
import type { Due } from '../source.ts'
import { sleep } from './clients.ts'
import type { Generator, Lot } from './clients.ts'
import { difference, edgesOf } from './edges.ts'
import type { Edges } from './edges.ts'

export interface LotReport {
  counts: Counts
  /** By offset of the event; NaN where it did not come. */
  latencies: Map<number, Float32Array>
  edges: Edges
  trouble: string[]
}
export interface LoadReport {
  health: Health
  lots: Record<Contestant, LotReport>
}

const LOOK_MS = 20

let endHealth: (() => Health) | undefined
let health: Health | undefined
let flaw: Flaw | undefined
const before = new Map<Lot, Edges>()
const between = new Map<Lot, Edges>()

/** `burnMs`: calibration, this process is kept busy for so long again and again. `flaw`: it then tells its latencies wrongly. */
export function measure(
  { lots, clock }: Generator,
  { from, to, burnMs = 0, flaw: told }: Window & { burnMs?: number; flaw?: Flaw },
) {
  health = undefined
  flaw = told
  for (const lot of lots) lot.record.measure({ from, to })
  setTimeout(
    () => {
      for (const lot of lots) before.set(lot, edgesOf(lot))
      endHealth = watchHealth()
    },
    Math.max(0, from - clock()),
  )
  if (to < Infinity) setTimeout(() => endWindow({ lots }), Math.max(0, to - clock()))
  if (burnMs > 0) setInterval(() => burn(burnMs), 1)
}

/** Of a window without an end: it ends now. */
export function endWindow({ lots }: Pick<Generator, 'lots'>) {
  health = endHealth!()
  for (const lot of lots) between.set(lot, difference(edgesOf(lot), before.get(lot)!))
}

/** Waits until every client has all of the window, at most `drainMs`; then reports. The clients stay. */
export async function report(
  { lots, clock }: Generator,
  { drainMs, ...due }: Due & { drainMs: number },
): Promise<LoadReport> {
  const deadline = clock() + drainMs
  const count = due.last - due.first + 1
  while (clock() < deadline && (!health || !lots.every((lot) => lot.record.complete(count)))) await sleep(LOOK_MS)
  if (!health) throw new Error('the window did not end')
  const reportOf = (lot: Lot): LotReport => ({
    counts: lot.record.verdict(due),
    latencies: flaw ? flaws[flaw](lot.record.latencies()) : lot.record.latencies(),
    edges: between.get(lot)!,
    trouble: [...lot.trouble].slice(0, 3),
  })
  return { health, lots: Object.fromEntries(lots.map((lot) => [lot.name, reportOf(lot)])) }
}

function burn(ms: number) {
  const end = performance.now() + ms
  while (performance.now() < end);
}
