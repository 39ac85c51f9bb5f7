// `wirelab serve --range`: the flag, what is started for it, and what a person at the terminal is told.
import { Option } from 'commander'
import type { LabOptions } from '../server/start.ts'
import { UsageError } from './main.ts'

export interface RangeFlags {
  range?: boolean
  host: string
  cert?: string
}

/** Where the range listens, and where a browser finds the lab beside it. */
const LOOPBACK = ['127.0.0.1', 'localhost']

export const rangeOption = () =>
  new Option(
    '--range',
    'beside the lab, on loopback only: a target, an attacker, and switches of defences (page: /#/range)',
  )

/** Before anything is started. @throws UsageError */
export function checkRange({ range, host, cert }: RangeFlags) {
  if (range && !LOOPBACK.includes(host))
    throw new UsageError(`--range is for this machine alone: not with --host ${host}`)
  if (range && cert !== undefined)
    throw new UsageError('--range needs the lab’s own authority, which certifies localhost: not with --cert')
}

/** Loaded for whoever wants it. */
export async function rangeOf({ range }: RangeFlags): Promise<Pick<LabOptions, 'range'>> {
  return range ? { range: (await import('../range/room.ts')).rangeRoom } : {}
}

/** @param target the URL of what is attacked, where there is a range */
export const rangeLines = (url: string, target: string | undefined) =>
  target === undefined ? [] : [`Range    ${url}/#/range   attacks ${target}`]
