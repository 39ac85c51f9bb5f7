// What the tests need from the machine: Chromium and Firefox, and certutil to tell them which CA to trust. Finds them, or installs them.
import { readFile } from 'node:fs/promises'
import { advice, browserNames, findBrowser, findCertutil, missingPackages } from '../bench/browser/find.ts'
import type { BrowserName } from '../bench/browser/find.ts'
import { startBrowser as start } from '../bench/browser/start.ts'
import type { StartedBrowser, StartOptions } from '../bench/browser/start.ts'
import { install } from './install.ts'

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
