// What experiments read out of the wire of a door: TLS records, and what was in them.
import type { Capture, WireRecord } from '../wire/capture.ts'

export function recordsOf({ records }: Capture, { up, type }: { up: boolean; type: WireRecord['type'] }): WireRecord[] {
  return records.filter((each) => each.up === up && each.type === type).sort((a, b) => a.n - b.n)
}

/** The plaintext, a character a byte; nothing where no secret opened it. */
export const textOf = ({ plain }: WireRecord): string => (plain === null ? '' : atob(plain))
