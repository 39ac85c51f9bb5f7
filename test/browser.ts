// What the tests need from the machine: Chromium and Firefox, and certutil to tell them which CA to trust. Finds them, or installs them.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { advice, browserNames, findBrowser, findCertutil, missingPackages, onPath } from '../bench/browser/find.ts'
import type { BrowserName } from '../bench/browser/find.ts'
import { startBrowser as start } from '../bench/browser/start.ts'
import type { StartedBrowser, StartOptions } from '../bench/browser/start.ts'

const INSTALL_MS = 300_000

/** Installs it first, if need be; `close` ends it and removes its profile. @throws Error, one line, when something is missing. */
export async function startBrowser(
  name: BrowserName,
  caPath: string,
  options: Pick<StartOptions, 'slowsHidden' | 'hosts' | 'thirdPartyCookies'> = {},
): Promise<StartedBrowser> {
  await needBrowsers((line) => process.stderr.write(`${line}\n`), [name])
  return start(name, { ...options, ca: await readFile(caPath, 'utf8'), environment: process.env })
}

/**
 * Makes sure that they are there; installs them as root on Debian and Ubuntu.
 * @returns their paths, and certutil's. @throws Error in one line, with what to do.
 */
export async function needBrowsers(say: (line: string) => void, names = browserNames as readonly BrowserName[]) {
  const packages = missingPackages(names, process.env)
  if (packages.length > 0) await install(packages, say)
  const still = missingPackages(names, process.env)
  if (still.length > 0) throw new Error(`the tests need ${still.join(' and ')}: ${advice(still)}`)
  return [...names.map((name) => findBrowser(name, process.env)), findCertutil(process.env)].filter(
    (path) => path !== undefined,
  )
}

async function install(packages: string[], say: (line: string) => void): Promise<void> {
  const aptGet = process.getuid?.() === 0 ? onPath(['apt-get'], process.env) : undefined
  if (!aptGet) return
  say(`installing ${packages.join(' ')} with apt-get`)
  const options = { timeout: INSTALL_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  const apt = (...args: string[]) => promisify(execFile)(aptGet, ['-qq', ...args], options)
  await apt('update')
    .then(() => apt('install', '--yes', '--no-install-recommends', ...packages))
    .catch((cause: Error) => {
      throw new Error(`apt-get could not install ${packages.join(' ')}: ${lastLine(cause.message)}`, { cause })
    })
}

const lastLine = (text: string) => text.trim().split('\n').at(-1)!
