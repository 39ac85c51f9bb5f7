// The lab's screen on a telephone: what matters stands first, the rest is folded and opens by finger and key; wider, nothing is folded.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'puppeteer-core'
import { benchRoom } from '../src/lab/room.ts'
import type { Lab } from '../src/server/start.ts'
import { startBrowser } from './browser.ts'
import { startTestLab } from './lab.ts'
import { axeOf, excessOf, lab as screen, open } from './screens.ts'

let lab: Lab
let chromium: Awaited<ReturnType<typeof startBrowser>>
let page: Page

beforeAll(async () => {
  lab = await startTestLab({ source: 'ticker', perSecond: 10, lab: benchRoom() })
  chromium = await startBrowser('chromium', lab.authority!.caPath)
  page = await chromium.browser.newPage()
  await page.setViewport({ width: 390, height: 844 })
  await open(page, lab.url, screen)
}, 60_000)
afterAll(async () => {
  await chromium.close()
  expect(await lab.close()).toEqual({ forced: false })
})

const folds = () => page.$$eval('details.fold', (all) => all.map((each) => [each.dataset['fold'], each.open] as const))

test('headline, overview and the first lane are in sight; nothing that is folded is open', async () => {
  const tops = await page.evaluate(() =>
    ['#verdict', '.overview', '.lane'].map((each) => document.querySelector(each)!.getBoundingClientRect().top),
  )
  expect(tops).toEqual(tops.toSorted((a, b) => a - b))
  expect(tops.at(-1)).toBeLessThan(844)
  expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThan(4200)
  const names = (await folds()).map(([name]) => name)
  expect(names).toEqual(expect.arrayContaining(['controls', 'legend', 'notes', 'stream-sse', 'counted-wss']))
  expect((await folds()).filter(([, isOpen]) => isOpen)).toEqual([])
})

test('a fold opens by key and stays open while numbers change; open, they break no rule and leave no box', async () => {
  await page.focus('[data-fold="controls"] > summary')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.querySelector('#rate-input')!.checkVisibility())
  const events = await page.$eval('[data-lane="sse"] [data-n="events"]', (each) => each.textContent)
  await page.waitForFunction(
    (before) => document.querySelector('[data-lane="sse"] [data-n="events"]')!.textContent !== before,
    {},
    events,
  )
  expect((await folds()).filter(([, isOpen]) => isOpen)).toEqual([['controls', true]])
  await page.$$eval('details.fold:not([open]) > summary', (all) => all.forEach((each) => each.click()))
  await page.waitForFunction(() => !document.querySelector('details.fold:not([open])'))
  expect(await axeOf(page)).toEqual([])
  expect(await excessOf(page)).toBeLessThanOrEqual(0)
})

test('turned, it has room: nothing is folded, and what was written is still there', async () => {
  await page.$eval('#text', (input) => ((input as HTMLInputElement).value = 'half a sentence'))
  await page.setViewport({ width: 844, height: 390 })
  await page.waitForFunction(() => document.querySelectorAll('.lane details').length === 4) // the knobs
  expect(await page.$eval('#text', (input) => (input as HTMLInputElement).value)).toBe('half a sentence')
  expect(await page.$eval('#rate-input', (each) => each.checkVisibility())).toBe(true)
  expect(await page.$$eval('.fold > summary', (all) => all.filter((each) => each.checkVisibility()).length)).toBe(0)
})
