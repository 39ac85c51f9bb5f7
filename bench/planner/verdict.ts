// How far a plan may be trusted, in words: the errors on trials that were not fitted, and what is OFF by more than is wanted.
import { table } from '../box.ts'
import { TOLERANCE, tested } from './file.ts'
import type { Tested, Units, UnitsFile } from './file.ts'
import { digits, percent, whole } from './print.ts'
import { FITTED_CLIENTS } from './units.ts'

/** How far the predictions may be trusted, in one line for each that may not. */
export function verdict(file: UnitsFile): string[] {
  const entries = Object.entries(file.transports)
  const lines = entries.flatMap(([name, { heldOut }]) =>
    (heldOut?.off ?? []).map((what) => {
      const { error } = heldOut![what]!
      return `OFF: ${name}, ${tested[what]} of a trial that was not fitted: predicted ${percent(error)} (at most ${TOLERANCE * 100} % is wanted), so its ${rests[what]} may be as wrong; calibrate again on a quiet machine`
    }),
  )
  const untested = entries.filter(([, { heldOut }]) => !heldOut).map(([name]) => name)
  const errors = entries.flatMap(([, { heldOut }]) => (heldOut ? errorsOf(heldOut) : []))
  const worst = errors.toSorted((a, b) => Math.abs(b) - Math.abs(a))[0]
  return [
    ...(lines.length === 0 && worst !== undefined
      ? [
          `Tested on trials that were not fitted: all predictions within ${TOLERANCE * 100} %, the worst ${percent(worst)}.`,
        ]
      : lines),
    ...(untested.length > 0 ? [`not tested, for there was no such trial: ${untested.join(', ')}`] : []),
    ...file.invalid.map((why) => `INVALID and not used: ${why}`),
  ]
}

/** What hangs on each of the figures that are tested. */
const rests: Record<Tested, string> = {
  ...{ cpuUsPerDelivery: 'cores and processes', bytesPerEvent: 'Gbit/s', requestsPerSecond: 'requests/s and cores' },
  rssKbPerConnection: 'GiB',
}
const all = Object.keys(tested) as Tested[]
const errorsOf = (heldOut: NonNullable<Units['heldOut']>) => all.flatMap((what) => heldOut[what]?.error ?? [])

export function heldOutTable(file: UnitsFile): string[] {
  const entries = Object.entries(file.transports).filter(([, { heldOut }]) => heldOut)
  if (entries.length === 0) return []
  const rows = entries.map(([name, { heldOut }]) => [
    name,
    `${whole(heldOut!.clients)} × ${heldOut!.rate}/s`,
    ...all.map((what) => {
      const pair = heldOut![what]
      if (!pair) return 'not tested'
      if (pair.predicted === 0 && pair.measured === 0) return 'none'
      return `${digits(pair.predicted)} / ${digits(pair.measured)}  ${percent(pair.error)}${heldOut!.off.includes(what) ? ' OFF' : ''}`
    }),
  ])
  return [
    '',
    `Predicted / measured, of trials with more than ${FITTED_CLIENTS} clients, which were not fitted:`,
    table(['transport', 'clients', ...Object.values(tested)], rows),
  ]
}
