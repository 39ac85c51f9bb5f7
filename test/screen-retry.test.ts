// Screens that are entered while the lab is away, and scripts that do not load: the page tries again, and whoever has gone on sees nothing
// of it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HTTPRequest, Page } from 'puppeteer-core'
import { browserNames } from '../bench/browser/find.ts'
import { benchRoom } from '../src/lab/room.ts'
import type { Lab } from '../src/server/start.ts'
import { startBrowser } from './browser.ts'
import { startTestLab } from './lab.ts'
import { lanesOf } from './lanes.ts'

const withBenches = { source: 'ticker', perSecond: 5 } as const
let lab: Lab
let chromium: Awaited<ReturnType<typeof startBrowser>>
beforeAll(async () => {
  lab = await startTestLab({ ...withBenches, lab: benchRoom() })
  chromium = await startBrowser('chromium', lab.authority!.caPath)
}, 60_000)
afterAll(async () => {
  await chromium.close()
  expect(await lab.close()).toEqual({ forced: false })
})

/** A page that shares nothing with any other. */
const stranger = async () => (await chromium.browser.createBrowserContext()).newPage()
const go = (page: Page, screen: string) => page.click(`nav [data-screen="${screen}"]`)
const textOf = (page: Page, selector: string) =>
  page.$$eval(selector, (all) => all.map((each) => each.textContent).join())

/** Some questions are held until they fail, or are let go. */
async function holding(page: Page, isHeld: (method: string, url: URL) => boolean) {
  const held: HTTPRequest[] = []
  await page.setRequestInterception(true)
  page.on('request', (request) => {
    if (isHeld(request.method(), new URL(request.url()))) held.push(request)
    else void request.continue()
  })
  return {
    until: (count: number) => expect.poll(() => held.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count),
    fail: () => Promise.all(held.map((request) => request.abort())),
    letGo: () => Promise.all(held.map((request) => request.continue())),
  }
}

test('the lab’s screen that is entered while the lab is away says so, and is there when the lab is', async () => {
  const one = await startTestLab({ ...withBenches, lab: benchRoom() })
  const page = await stranger()
  await page.goto(`${one.url}/#/learn`)
  await page.waitForSelector('.experiments a')
  expect(await one.close()).toEqual({ forced: false })
  await go(page, '')
  const words = 'The lab does not answer. Is it still running? Start it again with “npm start”. This page keeps trying.'
  await expect.poll(() => textOf(page, '#screen .alert'), { timeout: 20_000 }).toBe(words)
  const two = await startTestLab({ port: one.port, ...withBenches, lab: benchRoom() })
  await lanesOf(() => page).untilOpen(60_000)
  await page.browserContext().close()
  expect(await two.close()).toEqual({ forced: false })
}, 120_000)

test('whoever has gone on meanwhile is not told of it in the place of the screen that is there; what was opened for it is closed', async () => {
  const page = await stranger()
  await page.goto(`${lab.url}/#/learn`)
  await page.waitForSelector('.experiments a')
  const ended = page.waitForRequest((request) => request.method() === 'DELETE' && request.url().includes('/lab/bench/'))
  const late = await holding(page, (method, { pathname }) => method === 'GET' && pathname === '/lab')
  await go(page, '')
  await late.until(1)
  await go(page, 'learn')
  await page.waitForSelector('.experiments a')
  await late.fail()
  await ended
  expect(await textOf(page, '#screen .alert')).toBe('')
  expect(await page.$$('.experiments a')).not.toEqual([])
  await page.browserContext().close()
}, 60_000)

test('a bench that is made for who has left meanwhile, as after a restart of the lab, is ended', async () => {
  const one = await startTestLab({ ...withBenches, lab: benchRoom() })
  const page = await stranger()
  await page.goto(`${one.url}/#/?lanes=`)
  await page.waitForSelector('.lane')
  const late = await holding(page, (method, { pathname }) => method === 'POST' && pathname === '/lab/bench')
  expect(await one.close()).toEqual({ forced: false })
  const two = await startTestLab({ port: one.port, ...withBenches, lab: benchRoom() })
  await late.until(1)
  await go(page, 'learn')
  await page.waitForSelector('.experiments a')
  const made = page.waitForResponse((answer) => answer.request().method() === 'POST')
  await late.letGo()
  expect((await made).status()).toBe(201)
  const benches = async () => /^wirelab_benches (\d+)$/m.exec(await two.metrics.text())?.[1]
  await expect.poll(benches, { timeout: 10_000 }).toBe('0')
  await page.browserContext().close()
  expect(await two.close()).toEqual({ forced: false })
}, 60_000)

test('doors that were too slow once: the page keeps no bench, follows the feed where it is, and has doors later', async () => {
  const page = await stranger()
  const there = lanesOf(() => page)
  const gauge = async (name: string) =>
    Number(new RegExp(`^wirelab_${name} (\\d+)$`, 'm').exec(await lab.metrics.text())?.[1])
  let isSlow = true
  await page.setRequestInterception(true)
  page.on('request', (request) => {
    const isDoor = new URL(request.url()).port !== String(lab.port)
    void (isSlow && isDoor ? request.abort() : request.continue())
  })
  await page.goto(lab.url)
  await there.untilOpen(20_000)
  const warning = () => page.$eval('.warning', (each) => (each.checkVisibility() ? each.textContent : ''))
  expect(await warning()).toMatch(/^The doors of this page cannot be reached/)
  await expect.poll(() => gauge('benches'), { timeout: 10_000 }).toBe(0)
  isSlow = false
  await expect.poll(warning, { timeout: 50_000 }).toBe('')
  await expect.poll(() => gauge('door_connections_open'), { timeout: 20_000 }).toBeGreaterThanOrEqual(4)
  await there.untilOpen()
  expect(await gauge('benches')).toBe(1)
  expect(await page.$eval('#cut-wss', (button) => (button as HTMLButtonElement).disabled)).toBe(false)
  await page.browserContext().close()
}, 120_000)

// Of both browsers, for what a browser does about a module that it once could not load is its own affair.
test.each(browserNames)(
  '%s: a screen whose script does not load is tried again, and says so meanwhile',
  async (name) => {
    const browser = await startBrowser(name, lab.authority!.caPath)
    try {
      const page = await browser.browser.newPage()
      await page.goto(lab.url)
      await page.waitForSelector('.lane')
      let isAway = true
      const isScript = (url: string) => url.includes('/public/learn/main.ts')
      await page.setRequestInterception(true)
      page.on('request', (request) => void (isAway && isScript(request.url()) ? request.abort() : request.continue()))
      await page.evaluate(() => (location.hash = '#/learn'))
      const words = 'This screen does not load. Does the lab still run? This page keeps trying.'
      await expect.poll(() => textOf(page, '#trouble'), { timeout: 20_000 }).toBe(words)
      isAway = false
      await page.waitForSelector('.experiments a')
      expect(await textOf(page, '#trouble')).toBe('')
    } finally {
      await browser.close()
    }
  },
  60_000,
)
