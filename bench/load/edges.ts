// The bytes and counts of the clients of one contestant at a moment; and between two moments.
import type { LineBytes } from '../line.ts'
import type { Sums } from '../record.ts'
import type { Lot } from './clients.ts'

/** Between the edges of a window, by the sockets of the generator. */
export interface Edges extends Sums {
  bytes: LineBytes
}

export function edgesOf(lot: Lot): Edges {
  const bytes = lot.clients.flatMap(({ line }) => (line ? [line.bytes()] : [])).reduce(plus, lot.closed)
  return { ...lot.record.sums, bytes }
}

export const nothing = (): LineBytes => ({ tls: { up: 0, down: 0 }, plain: { up: 0, down: 0 } })
export const plus = (a: LineBytes, b: LineBytes): LineBytes => ({
  tls: { up: a.tls.up + b.tls.up, down: a.tls.down + b.tls.down },
  plain: { up: a.plain.up + b.plain.up, down: a.plain.down + b.plain.down },
})

export function difference(after: Edges, before: Edges): Edges {
  const { bytes, ...sums } = after
  const minus = ({ up, down }: LineBytes['tls'], b: LineBytes['tls']) => ({ up: up - b.up, down: down - b.down })
  const less = Object.entries(sums).map(([key, value]) => [key, value - before[key as keyof Sums]])
  return {
    ...(Object.fromEntries(less) as unknown as Sums),
    bytes: { tls: minus(bytes.tls, before.bytes.tls), plain: minus(bytes.plain, before.bytes.plain) },
  }
}
