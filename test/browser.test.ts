// The browsers of the tests and of the bench: real ones, which trust our CA and no other, and a clear line when one is missing.
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { mkdtemp, rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { advice, browserNames, findBrowser, missingPackages } from '../bench/browser/find.ts'
import type { StartedBrowser } from '../bench/browser/start.ts'
import { openAuthority } from '../certs/authority.ts'
import { issue } from '../certs/issue.ts'
import type { Lab } from '../src/server/start.ts'
import { needBrowsers, startBrowser } from './browser.ts'
import { startTestLab } from './lab.ts'

let lab: Lab
beforeAll(async () => void (lab = await startTestLab()))
afterAll(() => lab.close())

describe.each(browserNames)('%s', (name) => {
  let browser: StartedBrowser
  beforeAll(async () => void (browser = await startBrowser(name, lab.authority!.caPath)), 60_000)
  afterAll(() => browser.close())

  test('is the one that was asked for', async () => {
    expect(await browser.browser.version()).toMatch(name === 'firefox' ? /^firefox\/\d+/i : /^(Headless)?Chrome\/\d+/)
  })

  test('opens the lab over TLS that it has verified', async () => {
    const page = await browser.browser.newPage()
    const response = await page.goto(`${lab.url}/healthz`)
    expect(response!.status()).toBe(200)
    expect(await page.evaluate(() => isSecureContext)).toBe(true)
    await page.close()
  })

  test('refuses a certificate of an authority that it was not told of', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'wirelab-test-stranger-'))
    const { leaf } = await openAuthority(directory, ['localhost'])
    const stranger = await startTestLab({ credentials: leaf })
    const page = await browser.browser.newPage()
    await expect(page.goto(`${stranger.url}/healthz`)).rejects.toThrow(
      /ERR_CERT_AUTHORITY_INVALID|SEC_ERROR_(UNKNOWN_ISSUER|BAD_SIGNATURE)/,
    )
    await page.close()
    await stranger.close()
    await rm(directory, { recursive: true })
  })

  test('refuses what our authority signed for a site of others', async () => {
    const { intermediate: issuer } = lab.authority!
    const forged = await issue({ kind: 'server', names: ['localhost', 'example.com'], issuer })
    const other = await startTestLab({ credentials: forged })
    const page = await browser.browser.newPage()
    await expect(page.goto(`${other.url}/healthz`)).rejects.toThrow(/ERR_CERT_|SEC_ERROR_/)
    await page.close()
    await other.close()
  })
})

describe('finding browsers', () => {
  test('a path without any: what is missing, by the names of Debian, and what to do', () => {
    const empty = { PATH: '/nowhere' }
    expect(missingPackages(browserNames, empty).slice(0, 2)).toEqual(['chromium', 'firefox-esr'])
    expect(missingPackages(['firefox'], empty)[0]).toBe('firefox-esr')
    expect(advice(['firefox-esr'])).toMatch(
      /Firefox|sudo apt-get install firefox-esr \(or set FIREFOX to what you have\)/,
    )
  })

  test.each([
    ['chromium', 'CHROMIUM'],
    ['firefox', 'FIREFOX'],
  ] as const)('%s: %s names the one to use, and must be a program', (name, variable) => {
    expect(findBrowser(name, { PATH: '/nowhere', [variable]: process.execPath })).toBe(process.execPath)
    const wrong = { PATH: process.env.PATH, [variable]: '/nowhere/browser' }
    expect(findBrowser(name, wrong)).toBeUndefined()
    expect(() => missingPackages([name], wrong)).toThrow(
      `${variable}=/nowhere/browser is not an executable file; set it right, or unset it`,
    )
  })

  test('what the tests need is here, or was installed', async () => {
    const said: string[] = []
    const found = await needBrowsers((line) => said.push(line))
    expect(found.length).toBeGreaterThanOrEqual(2)
    expect(said).toEqual([])
  })
})
