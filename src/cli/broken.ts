// `wirelab serve --broken`: the flag, what is started for it, and what a person at the terminal is told.
import { join } from 'node:path'
import { Option } from 'commander'
import { startBroken } from '../broken/start.ts'
import type { Broken } from '../broken/start.ts'
import type { HttpVersions } from '../server/secure.ts'
import { isLoopback } from '../server/shape.ts'
import type { Lab } from '../server/start.ts'
import { explained } from './explained.ts'
import { wholeNumber } from './flags.ts'
import { UsageError } from './main.ts'

export interface BrokenFlags {
  broken?: number
  host: string
  certs: string
  http: HttpVersions
  auth: 'open' | 'required'
}

const FIRST_PORT = 8451
const DEFAULT_CERTS = 'certs'

export const brokenOption = () =>
  new Option(
    '--broken [port]',
    `more servers, each broken in another way, on ports from this one on (0: any; default ${FIRST_PORT}); loopback only`,
  )
    .preset(String(FIRST_PORT))
    .argParser(wholeNumber(0, 65_500))

/** Before anything is started. @throws UsageError */
export function checkBroken({ broken, host }: BrokenFlags) {
  if (broken !== undefined && !isLoopback(host))
    throw new UsageError(`--broken is for loopback only, and --host is ${host}: nobody else should meet such servers`)
}

/** @throws Error in the words of the flag. */
export async function openBroken(lab: Lab, flags: BrokenFlags): Promise<Broken | undefined> {
  const { broken: port, host, certs, http, auth } = flags
  if (port === undefined) return undefined
  return startBroken({ lab, port, host, certs, http, auth }).catch(
    async (error: NodeJS.ErrnoException & { port?: number }) => {
      await lab.close()
      throw explained(error, { certs, host, port: error.port ?? port, flag: '--broken' })
    },
  )
}

export function brokenLines({ servers }: Broken, certs: string): string[] {
  const width = Math.max(...servers.map(({ name }) => name.length))
  const ca = certs === DEFAULT_CERTS ? '' : ` --ca ${join(certs, 'ca.pem')}`
  return [
    '',
    'Broken   on purpose; all carry the feed, and this says what is wrong with each, and the cure:',
    `         npx wirelab inspect${ca} URL`,
    ...servers.map(
      ({ name, url, note }) => `  ${name.padEnd(width)}  ${url}${note === undefined ? '' : `  (${note})`}`,
    ),
    '',
  ]
}
