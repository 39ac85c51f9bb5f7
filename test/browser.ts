// What the tests need from the machine: a Chromium, and certutil to tell it which CA to trust. Finds them, or installs them.
import { execFile } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge']
const USUAL_PLACES: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => {
    const folder = process.env[name]
    if (folder === undefined) return []
    return ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'].map((path) =>
      join(folder, path),
    )
  }),
}
const INSTALL_MS = 300_000

/** @returns the path of a browser that speaks the DevTools protocol: `CHROMIUM` if it is set, else the first one found. */
export function findChromium(): string | undefined {
  const given = process.env.CHROMIUM
  if (given) return isExecutable(given) ? given : undefined
  return onPath(CHROMIUM) ?? USUAL_PLACES[process.platform]?.find(isExecutable)
}

/** Chromium on Linux reads its CAs from an NSS database, and certutil (of NSS; Windows has another) writes one. */
export function findCertutil(): string | undefined {
  return process.platform === 'win32' ? undefined : onPath(['certutil'])
}

/** Makes sure that both are there; installs them as root on Debian and Ubuntu. @throws Error in one line, with what to do. */
export async function needBrowser(say: (line: string) => void): Promise<void> {
  const given = process.env.CHROMIUM
  if (given && !isExecutable(given))
    throw new Error(`CHROMIUM=${given} is not an executable file; set it right, or unset it`)
  const packages = missing()
  if (packages.length === 0) return

  const aptGet = process.getuid?.() === 0 ? onPath(['apt-get']) : undefined
  if (aptGet) {
    say(`installing ${packages.join(' ')} with apt-get`)
    const options = { timeout: INSTALL_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
    const apt = (...args: string[]) => promisify(execFile)(aptGet, ['-qq', ...args], options)
    await apt('update')
      .then(() => apt('install', '--yes', '--no-install-recommends', ...packages))
      .catch((cause: Error) => {
        throw new Error(`apt-get could not install ${packages.join(' ')}: ${lastLine(cause.message)}`, { cause })
      })
    if (missing().length === 0) return
  }
  throw new Error(`the tests need ${packages.join(' and ')}: ${advice[process.platform] ?? advice.linux}`)
}

const advice: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'sudo apt-get install chromium libnss3-tools (or set CHROMIUM to a Chrome you have)',
  darwin: 'install Google Chrome (or set CHROMIUM to a browser you have)',
  win32: 'install Google Chrome (or set CHROMIUM to a browser you have)',
}

/** Debian's names of what is not there. */
function missing(): string[] {
  const packages: string[] = []
  if (!findChromium()) packages.push('chromium')
  if (process.platform === 'linux' && !findCertutil()) packages.push('libnss3-tools')
  return packages
}

function onPath(names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
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

const lastLine = (text: string) => text.trim().split('\n').at(-1)!
