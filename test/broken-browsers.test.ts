// Servers that are broken on purpose, in real browsers: what the address bar says, how little a page's script is told; and docs/broken.md.
import { execFileSync } from 'node:child_process'
import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConsoleMessage } from 'puppeteer-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { kindNames } from '../src/broken/kinds.ts'
import type { KindName } from '../src/broken/kinds.ts'
import { startBroken } from '../src/broken/start.ts'
import { benchRoom } from '../src/lab/room.ts'
import { startBrowser } from './browser.ts'
import { personSees, scriptSees } from './broken/browsers.ts'
import { curlSees, nodeSees } from './broken/sights.ts'
import { comparable, tables, tablesIn, withTables } from './broken/table.ts'
import type { Browsed, Seen, Versions } from './broken/table.ts'
import { startTestLab } from './lab.ts'
import { freePort } from './leaving.ts'

/** `BROKEN=1` writes the tables anew. */
const page = join(import.meta.dirname, '../docs/broken.md')
const MANY_MS = 240_000
const [GOOD, NOBODY] = ['none: the lab itself', 'nobody listens there']

/** By server. */
let seen: Map<string, Seen>
/** What Chromium wrote into its console, where a person can read it and a script cannot. */
const consoles = new Map<string, string>()
let versions: Versions
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wirelab-broken-browsers-'))
  const certs = join(folder, 'certs')
  const files = [{ url: '/blank.html', path: join(import.meta.dirname, 'broken/page.html') }]
  const lab = await startTestLab({ certs, lab: benchRoom(), files })
  const broken = await startBroken({ lab, certs })
  const { ca, caPath } = lab.authority!
  const servers = new Map<string, string>([
    [GOOD, lab.url],
    ...broken.servers.map(({ name, url }) => [name, url] as const),
    [NOBODY, `https://localhost:${await freePort()}`],
  ])
  const browsed = async (name: 'chromium' | 'firefox') => {
    const { browser, close } = await startBrowser(name, caPath)
    const blank = await browser.newPage()
    await blank.goto(`${lab.url}/blank.html`)
    const found = new Map<string, Browsed>()
    for (const [server, url] of servers) {
      const said: string[] = []
      // About this one: another that was tried before may be tried once more.
      const hear = (message: ConsoleMessage) => {
        const text = `${message.text()} ${message.location().url}`
        if (text.includes(new URL(url).host)) said.push(text)
      }
      blank.on('console', hear)
      found.set(server, { person: await personSees(browser, url), told: await scriptSees(blank, url) })
      blank.off('console', hear)
      if (name === 'chromium') consoles.set(server, said.join('\n'))
    }
    const version = /[\d.]+/.exec(await browser.version())![0]
    await close()
    return { found, version }
  }
  const [chromium, firefox] = [await browsed('chromium'), await browsed('firefox')]
  seen = new Map()
  for (const [server, url] of servers)
    seen.set(server, {
      ...{ server, curl: await curlSees(url, ['--cacert', caPath]), Node: await nodeSees(url, ca) },
      ...{ Chromium: chromium.found.get(server)!, Firefox: firefox.found.get(server)! },
    })
  const curl = /curl ([\d.]+)/.exec(execFileSync('curl', ['--version'], { encoding: 'utf8' }))![1]!
  versions = { curl, Node: process.versions.node, Chromium: chromium.version, Firefox: firefox.version }
  await broken.close()
  await lab.close()
  await rm(folder, { recursive: true })
}, MANY_MS)

/** In the address bar. Where the line is drawn for keys, and how old TLS is called, differs by version: docs/broken.md has it of one. */
const codes: Record<KindName, { Chromium: string | RegExp; Firefox: string | RegExp }> = {
  expired: { Chromium: 'ERR_CERT_DATE_INVALID', Firefox: 'SEC_ERROR_EXPIRED_CERTIFICATE' },
  'not-yet-valid': { Chromium: 'ERR_CERT_DATE_INVALID', Firefox: 'MOZILLA_PKIX_ERROR_NOT_YET_VALID_CERTIFICATE' },
  'wrong-host': { Chromium: 'ERR_CERT_COMMON_NAME_INVALID', Firefox: 'SSL_ERROR_BAD_CERT_DOMAIN' },
  'self-signed': { Chromium: 'ERR_CERT_AUTHORITY_INVALID', Firefox: 'MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT' },
  'unknown-root': { Chromium: 'ERR_CERT_AUTHORITY_INVALID', Firefox: 'SEC_ERROR_UNKNOWN_ISSUER' },
  'missing-intermediate': { Chromium: 'ERR_CERT_AUTHORITY_INVALID', Firefox: 'SEC_ERROR_UNKNOWN_ISSUER' },
  revoked: { Chromium: 'in', Firefox: 'in' },
  'weak-key': { Chromium: /^(in|ERR_CERT_WEAK_KEY)$/, Firefox: /^(in|MOZILLA_PKIX_ERROR_INADEQUATE_KEY_SIZE)$/ },
  'old-protocol': { Chromium: /^ERR_SSL_/, Firefox: /^SSL_ERROR_/ },
  anonymous: { Chromium: /^ERR_SSL_/, Firefox: /^SSL_ERROR_/ },
}

describe.each(['Chromium', 'Firefox'] as const)('%s', (browser) => {
  const told = { fetch: 'in', eventSource: 'in', webSocket: 'in' }
  // WHATWG WebSockets wants 1006 for all of it; Firefox says at least that it was TLS (RFC 6455 §7.4.1).
  const code = browser === 'Firefox' ? 1015 : 1006
  test('the lab itself: in, by all three', () => {
    expect(seen.get(GOOD)![browser]).toEqual({ person: 'in', told })
  })
  test.each(kindNames)('%s', (name) => {
    const { person, told: script } = seen.get(name)![browser]
    const expected = codes[name][browser]
    expect(person).toEqual(typeof expected === 'string' ? expected : (expect.stringMatching(expected) as string))
    if (person === 'in') expect(script).toEqual(told)
    else {
      // WHATWG HTML, WebSockets and Fetch: a network error has no reason that a script could read.
      expect(script.fetch).toMatch(/^TypeError: (Failed to fetch|NetworkError when attempting to fetch resource\.)$/)
      expect(script.eventSource).toMatch(/^error, readyState [02]$/)
      expect(script.webSocket).toBe(`error, then close, code ${code}, reason "", wasClean false`)
      const nobody = seen.get(NOBODY)![browser].told
      expect(script, 'not even whether anybody is there').toEqual({
        ...nobody,
        webSocket: nobody.webSocket.replace('1006', String(code)),
      })
    }
  })
})

test.each(kindNames)('Chromium’s console has the reason: %s', (name) => {
  const { person } = seen.get(name)!.Chromium
  if (person === 'in') expect(consoles.get(name)).toBe('')
  else expect(consoles.get(name)).toContain(`net::${person}`)
})

test('docs/broken.md has the tables that this made', async () => {
  const made = tables([...seen.values()], versions)
  const before = await readFile(page, 'utf8')
  if (process.env.BROKEN) await writeFile(page, withTables(before, made))
  const written = tablesIn(await readFile(page, 'utf8'))
  const shared = comparable(written, made)
  expect(Object.keys(shared).length, 'Node is the one that npm ci brings').toBeGreaterThanOrEqual(seen.size)
  expect(shared, 'BROKEN=1 npx vitest run test/broken-browsers.test.ts writes them anew').toEqual(
    comparable(made, written),
  )
})
