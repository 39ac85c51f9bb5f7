// `wirelab serve --range`: the flag, what is started for it, and what a person at the terminal is told.
import { Option } from 'commander'
import { isLoopback } from '../server/shape.ts'
import type { LabOptions } from '../server/start.ts'
import { UsageError } from './main.ts'

export interface RangeFlags {
  range?: boolean
  host: string
  port: number
  auth: 'open' | 'required'
  accounts?: string
  cert?: string
}

/** The last one of the lab that leaves the range the three after it. */
const LAST_PORT = 65_532

export const rangeOption = () =>
  new Option(
    '--range',
    'beside the lab, on loopback only: a target, an attacker, and switches of defences (page: /#/range)',
  )

/** Before anything is started. @throws UsageError */
export function checkRange({ range, host, port, auth, accounts, cert }: RangeFlags) {
  if (!range) return
  if (!isLoopback(host)) throw new UsageError(`--range is for this machine alone: not with --host ${host}`)
  if (port > LAST_PORT)
    throw new UsageError(`--range needs the three ports after the lab’s: --port ${LAST_PORT} at most`)
  if (auth === 'required' && accounts === undefined)
    throw new UsageError(
      '--range with --auth required needs --accounts: its page has no other session to turn switches with',
    )
  if (cert !== undefined)
    throw new UsageError('--range needs the lab’s own authority, which certifies localhost: not with --cert')
}

/** Loaded for whoever wants it. */
export async function rangeOf({ range }: RangeFlags): Promise<Pick<LabOptions, 'range'>> {
  return range ? { range: (await import('../range/room.ts')).rangeRoom } : {}
}

/** @param target the URL of what is attacked, where there is a range */
export const rangeLines = (url: string, target: string | undefined) =>
  target === undefined ? [] : [`Range    ${url}/#/range   attacks ${target}`]
