// “How a WebSocket proves who it is” where the lab has accounts and is closed to guests: it runs for who is logged in, and leaves nothing.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HTTPResponse, Page } from 'puppeteer-core'
import type { StartedBrowser } from '../bench/browser/start.ts'
import { accountRoom } from '../src/accounts/room.ts'
import { benchRoom } from '../src/lab/room.ts'
import type { Lab } from '../src/server/start.ts'
import { startBrowser } from './browser.ts'
import { startTestLab } from './lab.ts'
import { freePort, isListening } from './leaving.ts'

const RUN_MS = 40_000

let lab: Lab
let browser: StartedBrowser
let page: Page
beforeAll(async () => {
  lab = await startTestLab({
    ...{ auth: 'required', source: 'ticker', lab: benchRoom({ proofs: 1 }) },
    accounts: accountRoom({ path: ':memory:', cost: 4 }),
  })
  browser = await startBrowser('chromium', lab.authority!.caPath)
  page = await browser.browser.newPage()
  await page.goto(lab.url)
  await page.waitForSelector('#account:not([hidden])')
  await page.evaluate(async () => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ name: 'ann', password: 'quite another one' })
    for (const path of ['/users', '/sessions']) await fetch(path, { method: 'POST', headers, body })
  })
}, 60_000)
afterAll(async () => {
  await browser.close()
  expect(await lab.close()).toEqual({ forced: false })
  expect(lab.metrics.uncaught).toBe(0)
})

async function open() {
  await page.goto('about:blank')
  await page.goto(`${lab.url}/#/learn/wss-authentication`)
  await page.waitForSelector('.experiment .run')
}
const isBegin = (response: HTTPResponse) => response.url().endsWith('/proof') && response.request().method() === 'POST'
const cookies = async () => (await browser.browser.cookies()).map(({ name }) => name).toSorted()

test('it runs, has the cookie of the lab as asterisks, and leaves only that one', { timeout: RUN_MS }, async () => {
  await open()
  const before = await cookies()
  expect(before).toContain(`__Host-wirelab-${lab.port}-account`)
  await page.click('.link')
  await page.waitForSelector('.result, .experiment .alert:not([hidden])', { timeout: RUN_MS })
  expect(
    await page.$$eval('.experiment .alert:not([hidden]), .surprise', (all) => all.map((each) => each.textContent)),
  ).toEqual([])
  const shown = await page.$eval('.picture', (picture) => picture.textContent)
  expect(shown).toMatch(new RegExp(`^Cookie: .*__Host-wirelab-${lab.port}-account=\\*{22}(;|$)`, 'm'))
  expect(await page.$$eval('.picture mark', (all) => all.length)).toBeGreaterThan(8)
  // Nothing there scrolls: no stop on the way of who goes by keyboard, and each request is told from the others by its name.
  expect(await page.$$eval('.picture pre[tabindex], .picture [role=region]', (all) => all.length)).toBe(0)
  const named = await page.$$eval('.picture summary', (all) => all.map((each) => each.textContent))
  expect(new Set(named).size).toBe(6)
  expect(await cookies()).toEqual(before)
  const who = await page.evaluate(async () => ((await (await fetch('/users/me')).json()) as { name: string }).name)
  expect(who).toBe('ann') // still who one was
})

test('where its ports cannot be reached, it says so and answers nothing', { timeout: RUN_MS }, async () => {
  const closed = await freePort()
  const other = await browser.browser.newPage()
  // As behind a tunnel: the lab is there, and what the page opens at other ports comes to nobody. The lab’s own handshake still comes.
  await other.evaluateOnNewDocument((port) => {
    const ask = fetch
    globalThis.fetch = async (...given: Parameters<typeof fetch>) => {
      const answer = await ask(...given)
      if (given[1]?.method !== 'POST' || !new URL(answer.url).pathname.endsWith('/proof')) return answer
      return Response.json({ ...((await answer.json()) as object), port, asidePort: port }, { status: 201 })
    }
  }, closed)
  await other.goto(`${lab.url}/#/learn/wss-authentication`)
  await other.waitForSelector('.experiment .run')
  await other.click('.link')
  await other.waitForSelector('.result, .experiment .alert:not([hidden])', { timeout: RUN_MS })
  expect(await other.$('.result')).toBeNull()
  expect(await other.$eval('.experiment .alert', (alert) => alert.textContent)).toMatch(
    /^No WebSocket of this page came to the server of this run: its port cannot be reached/,
  )
  await other.waitForFunction(() => document.querySelector('.run')!.textContent?.trim().startsWith('Run'))
  await other.close()
  await page.bringToFront()
})

test('who leaves while it runs leaves no server and no cookie', { timeout: RUN_MS }, async () => {
  await open()
  const before = await cookies()
  const made = page.waitForResponse(isBegin)
  await page.click('.link')
  const { port, asidePort } = (await (await made).json()) as { port: number; asidePort: number }
  expect(await isListening(port)).toBe(true)
  const loggedIn = page.waitForResponse((response) => response.url().endsWith('/proof/session'))
  await loggedIn
  await page.evaluate(() => (location.hash = '#/learn'))
  await page.waitForSelector('.experiments')
  for (const each of [port, asidePort]) await expect.poll(() => isListening(each), { timeout: 10_000 }).toBe(false)
  await expect.poll(cookies, { timeout: 5000 }).toEqual(before)
})

test(
  'a tab that is closed while it runs leaves none either, and its cookie would not have stayed',
  { timeout: RUN_MS },
  async () => {
    await open()
    const before = await cookies()
    const made = page.waitForResponse(isBegin)
    await page.click('.link')
    const { port, asidePort } = (await (await made).json()) as { port: number; asidePort: number }
    await page.waitForResponse((response) => response.url().endsWith('/proof/session'))
    const own = `__Host-wirelab-${port}-account`
    const kept = (await browser.browser.cookies()).find(({ name }) => name === own)
    expect(kept!.expires - Date.now() / 1000).toBeLessThan(61)
    await page.goto('about:blank')
    for (const each of [port, asidePort]) await expect.poll(() => isListening(each), { timeout: 10_000 }).toBe(false)
    await expect.poll(cookies, { timeout: 10_000 }).toEqual(before)
  },
)

test('where no account can be made up now, it says so', { timeout: RUN_MS }, async () => {
  await open()
  const other = await browser.browser.newPage()
  await other.goto(`${lab.url}/#/learn/wss-authentication`)
  await other.waitForSelector('.experiment .run')
  const made = other.waitForResponse(isBegin)
  await other.click('.link')
  expect((await made).status()).toBe(201)
  await page.bringToFront()
  await page.click('.link')
  await page.waitForSelector('.experiment .alert:not([hidden])', { timeout: RUN_MS })
  expect(await page.$eval('.experiment .alert', (alert) => alert.textContent)).toBe(
    'The lab refused: too many at once; come back.',
  )
  await other.close()
})
