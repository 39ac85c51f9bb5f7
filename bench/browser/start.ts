// A real browser with a fresh profile that verifies certificates like any user's, and trusts our CA: Chromium over CDP, Firefox over BiDi.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import puppeteer from 'puppeteer-core'
import type { Browser } from 'puppeteer-core'
import { findBrowser, findCertutil } from './find.ts'
import type { BrowserName, Environment } from './find.ts'

export interface StartedBrowser {
  browser: Browser
  /** Ends it and removes its profile. */
  close(): Promise<void>
}

export interface StartOptions {
  /** PEM of the authority to trust beside the usual ones. */
  ca: string
  environment: Environment
  /** By default a signal ends it and this process; false: whoever started it sees to that. */
  handleSignals?: boolean
  /** Chromium slows the timers of hidden pages down, as it does for everybody; puppeteer tells it not to. */
  slowsHidden?: boolean
  /** Host names that lead to this machine, for this browser. */
  hosts?: readonly string[]
  /** Whether cookies are sent to a site that is embedded in another one; some builds of Chromium, and Firefox, keep them apart. */
  thirdPartyCookies?: boolean
}

const CHROMIUM_ARGS = [
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--force-color-profile=srgb',
  // performance.measureUserAgentSpecificMemory answers at once, not at the next collection, which may be 20 s away.
  '--enable-blink-features=ForceEagerMeasureMemory',
]

/** Chromium does not start as root with its sandbox; for everybody else it stays. */
const sandbox = () => (userInfo().uid === 0 ? ['--no-sandbox'] : [])

const leading = (hosts: readonly string[]) =>
  hosts.length === 0 ? [] : [`--host-resolver-rules=${hosts.map((host) => `MAP ${host} 127.0.0.1`).join()}`]

const NEVER_SLOW = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
]

/** Where each keeps the NSS database that it reads: Chromium in its HOME, Firefox in its profile. */
const databases: Record<BrowserName, (home: string) => string> = {
  chromium: (home) => join(home, '.pki/nssdb'),
  firefox: (home) => join(home, 'profile'),
}

/** @throws Error, one line, when it is not there or does not start. */
export async function startBrowser(name: BrowserName, options: StartOptions): Promise<StartedBrowser> {
  const { ca, environment, handleSignals: handles = true, slowsHidden = false, hosts = [] } = options
  const executablePath = findBrowser(name, environment)
  if (executablePath === undefined) throw new Error(`there is no ${name} here`)
  const home = await mkdtemp(join(tmpdir(), `wirelab-${name}-`))
  // The browser's own helpers may still write for a moment after it is gone.
  const remove = () => rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  try {
    await trust(ca, home, databases[name](home), environment)
    const profile = join(home, 'profile')
    if (options.thirdPartyCookies && name === 'chromium') await allowThirdPartyCookies(profile)
    const browser = await puppeteer.launch({
      browser: name === 'firefox' ? 'firefox' : 'chrome',
      executablePath,
      ...(name === 'chromium' && {
        args: [...CHROMIUM_ARGS, ...sandbox(), ...leading(hosts)],
        ignoreDefaultArgs: slowsHidden ? NEVER_SLOW : [],
      }),
      ...(name === 'firefox' && {
        extraPrefsFirefox: {
          ...(hosts.length > 0 && { 'network.dns.localDomains': hosts.join() }),
          ...(options.thirdPartyCookies && { 'network.cookie.cookieBehavior': 0 }),
        },
      }),
      ...{ handleSIGINT: handles, handleSIGTERM: handles, handleSIGHUP: handles },
      userDataDir: profile,
      env: { ...environment, HOME: home, XDG_CONFIG_HOME: join(home, 'config'), XDG_CACHE_HOME: join(home, 'cache') },
    })
    return {
      browser,
      async close() {
        await browser.close().finally(remove)
      },
    }
  } catch (error) {
    await remove()
    throw new Error(`${name} did not start: ${(error as Error).message.trim().split('\n')[0]}`, { cause: error })
  }
}

async function trust(ca: string, home: string, database: string, environment: Environment) {
  const certutil = findCertutil(environment)
  if (!certutil) return // macOS and Windows: the system's store, which is not ours to touch; what is opened then fails to verify
  const run = (...rest: string[]) => promisify(execFile)(certutil, ['-d', `sql:${database}`, ...rest])
  const caPath = join(home, 'ca.pem')
  await writeFile(caPath, ca)
  await mkdir(database, { recursive: true })
  await run('-N', '--empty-password')
  await run('-A', '-t', 'C,,', '-n', 'wirelab CA', '-i', caPath)
}

/** As somebody sets it in the settings. */
async function allowThirdPartyCookies(profile: string) {
  await mkdir(join(profile, 'Default'), { recursive: true })
  const preferences = { profile: { block_third_party_cookies: false, cookie_controls_mode: 0 } }
  await writeFile(join(profile, 'Default/Preferences'), JSON.stringify(preferences))
}
