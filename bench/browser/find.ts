// Which browsers there are to drive, where they are on this machine, and what is missing of them. Looks only: installs and starts nothing.
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export const browserNames = ['chromium', 'firefox'] as const
export type BrowserName = (typeof browserNames)[number]
export type Environment = Record<string, string | undefined>

interface Known {
  /** The variable that names another one than is found; Debian's package, and what people call it. */
  variable: string
  package: string
  title: string
  commands: string[]
  places(environment: Environment): Partial<Record<NodeJS.Platform, string[]>>
}

const known: Record<BrowserName, Known> = {
  chromium: {
    ...{ variable: 'CHROMIUM', package: 'chromium', title: 'Google Chrome' },
    commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'],
    places: (environment) => ({
      darwin: [
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
        '/Applications/Chromium.app/Contents/MacOS/Chromium',
        '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
      ],
      win32: programs(environment, ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe']),
    }),
  },
  firefox: {
    ...{ variable: 'FIREFOX', package: 'firefox-esr', title: 'Firefox' },
    commands: ['firefox', 'firefox-esr'],
    places: (environment) => ({
      darwin: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
      win32: programs(environment, ['Mozilla Firefox/firefox.exe']),
    }),
  },
}

const programs = (environment: Environment, paths: string[]) =>
  ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => {
    const folder = environment[name]
    return folder === undefined ? [] : paths.map((path) => join(folder, path))
  })

/** @returns the path of it: what its variable (`CHROMIUM`, `FIREFOX`) says, if that is set, else the first one found. */
export function findBrowser(name: BrowserName, environment: Environment): string | undefined {
  const { variable, commands, places } = known[name]
  const given = environment[variable]
  if (given) return isExecutable(given) ? given : undefined
  return onPath(commands, environment) ?? places(environment)[process.platform]?.find(isExecutable)
}

/** Both browsers on Linux read the CAs they trust from an NSS database, and certutil (of NSS; Windows has another) writes one. */
export function findCertutil(environment: Environment): string | undefined {
  return process.platform === 'win32' ? undefined : onPath(['certutil'], environment)
}

/** Debian's names of what is not there. @throws Error, one line, when a variable names what is no program. */
export function missingPackages(names: readonly BrowserName[], environment: Environment): string[] {
  const packages: string[] = []
  for (const name of names) {
    const { variable } = known[name]
    const given = environment[variable]
    if (given && !isExecutable(given))
      throw new Error(`${variable}=${given} is not an executable file; set it right, or unset it`)
    if (!findBrowser(name, environment)) packages.push(known[name].package)
  }
  if (process.platform === 'linux' && !findCertutil(environment)) packages.push('libnss3-tools')
  return packages
}

/** What a person can do about it. */
export function advice(packages: readonly string[]): string {
  const mine = browserNames.map((name) => known[name]).filter((each) => packages.includes(each.package))
  const [variables, titles] = [mine.map(({ variable }) => variable), mine.map(({ title }) => title)]
  const set = mine.length > 0 ? ` (or set ${variables.join(' and ')} to what you have)` : ''
  return process.platform === 'linux'
    ? `sudo apt-get install ${packages.join(' ')}${set}`
    : `install ${titles.join(' and ')}${set}`
}

export function onPath(names: string[], environment: Environment): string | undefined {
  const folders = (environment.PATH ?? '').split(delimiter).filter(Boolean)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return names.flatMap((name) => folders.map((folder) => join(folder, name + suffix))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false // absent, or not ours to run: the same to a caller who looks for one
  }
}
