// How a measured number is written, everywhere the same.
import type { Estimate } from '../../src/core/stats.ts'

export const NONE = '–'
/** About three digits; more is not known. */
export function text(value: number): string {
  const size = Math.abs(value)
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)
}

/** The median, and in brackets the interval. */
export function cell(found: Estimate | undefined | ''): string {
  if (!found) return NONE
  const digits = found.median >= 100 ? 0 : found.median >= 10 ? 1 : 2
  const [middle, low, high] = [found.median, found.low, found.high].map((value) => value.toFixed(digits))
  return low === high ? middle! : `${middle} (${low}–${high})`
}

/** A row's name: the transport, and the point if there is one. */
export const nameOf = ({ transport, where }: { transport: string; where: string }) =>
  where ? `${transport}, ${where}` : transport
