// A real Chromium for the tests, with a fresh profile that verifies certificates like any user's, and trusts our CA.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import puppeteer from 'puppeteer-core'
import type { Browser } from 'puppeteer-core'
import { findCertutil, findChromium, needBrowser } from './browser.ts'

const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--force-color-profile=srgb',
]

/** Puppeteer keeps hidden pages awake; a test of what hidden pages are really like does without. */
const KEEPING_AWAKE = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
]

/** `hiddenSleep`: hidden pages are treated as everywhere. `close` ends it and removes its profile. @throws Error, one line, when a program is missing and cannot be installed. */
export async function startChromium(
  caPath: string,
  { hiddenSleep = false } = {},
): Promise<{ browser: Browser; close(): Promise<void> }> {
  await needBrowser((line) => process.stderr.write(`${line}\n`))
  const home = await mkdtemp(join(tmpdir(), 'wirelab-browser-'))
  // The browser's own helpers may still write for a moment after it is gone.
  const remove = () => rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  try {
    await trust(caPath, join(home, '.pki/nssdb'))
    const browser = await puppeteer.launch({
      executablePath: findChromium()!,
      args,
      ignoreDefaultArgs: hiddenSleep ? KEEPING_AWAKE : [],
      userDataDir: join(home, 'profile'),
      env: { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, 'config'), XDG_CACHE_HOME: join(home, 'cache') },
    })
    return {
      browser,
      async close() {
        await browser.close()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Chromium on Linux reads the NSS database of its HOME. */
async function trust(caPath: string, database: string) {
  const certutil = findCertutil()
  if (!certutil) return // macOS and Windows: the system's store, which a test does not touch; the page test says so
  const run = (...rest: string[]) => promisify(execFile)(certutil, ['-d', `sql:${database}`, ...rest])
  await mkdir(database, { recursive: true })
  await run('-N', '--empty-password')
  await run('-A', '-t', 'C,,', '-n', 'wirelab test CA', '-i', caPath)
}
