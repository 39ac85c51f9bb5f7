// Debian's packages, for the tests: only as root, and only where apt-get is.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { onPath } from '../bench/browser/find.ts'

const INSTALL_MS = 300_000
/** Without a network it is to give up soon. */
const PATIENCE = ['-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=20']

/** Where it cannot be done, nothing is. @throws Error in one line */
export async function install(packages: string[], say: (line: string) => void): Promise<void> {
  const aptGet = process.getuid?.() === 0 ? onPath(['apt-get'], process.env) : undefined
  if (!aptGet) return
  say(`installing ${packages.join(' ')} with apt-get`)
  const options = { timeout: INSTALL_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  const apt = (...args: string[]) => promisify(execFile)(aptGet, ['-qq', ...PATIENCE, ...args], options)
  await apt('update')
    .then(() => apt('install', '--yes', '--no-install-recommends', ...packages))
    .catch((cause: Error) => {
      throw new Error(`apt-get could not install ${packages.join(' ')}: ${lastLine(cause.message)}`, { cause })
    })
}

const lastLine = (text: string) => text.trim().split('\n').at(-1)!
