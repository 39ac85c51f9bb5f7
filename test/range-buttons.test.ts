// The attacks that the lab makes by itself, from a socket, by the page's own switches and buttons: each switch in both positions.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'puppeteer-core'
import type { StartedBrowser } from '../bench/browser/start.ts'
import { attacks } from '../src/range/attacks.ts'
import { rangeRoom } from '../src/range/room.ts'
import type { Lab } from '../src/server/start.ts'
import { startBrowser } from './browser.ts'
import { startTestLab } from './lab.ts'
import { attackBy, leaveOff, openRange, positionsOf } from './range.ts'

let lab: Lab
let chromium: StartedBrowser
let page: Page
beforeAll(async () => {
  lab = await startTestLab({ range: rangeRoom })
  chromium = await startBrowser('chromium', lab.authority!.caPath)
  page = await openRange(chromium, lab)
}, 60_000)
afterAll(async () => {
  await chromium.close()
  expect(await lab.close()).toEqual({ forced: false })
  expect(lab.metrics.uncaught).toBe(0)
})

for (const { slug, title } of attacks.filter(({ from }) => from === 'socket'))
  describe(title, () => {
    test.each(positionsOf(slug))('$title', { timeout: 150_000 }, async ({ off, succeeds }) => {
      await leaveOff(page, slug, off)
      const { outcome, text } = await attackBy(page, slug)
      expect(outcome, text).toBe(succeeds ? 'succeeded' : 'held')
      expect(text).not.toMatch(/This says nothing of the target|the browser itself did/)
    })
  })

test('one at a time, and no switch is turned meanwhile: the page says so', { timeout: 60_000 }, async () => {
  const [first, second] = attacks.filter(({ from }) => from === 'socket')
  await page.click(`.attack[data-slug="${first!.slug}"] .go`)
  await page.waitForSelector(`.attack[data-slug="${first!.slug}"] [data-outcome=under-way]`)
  await page.click(`.attack[data-slug="${second!.slug}"] .go`)
  const alert = await page.waitForSelector('.range [role=alert]:not([hidden])')
  expect(await alert!.evaluate((each) => each.textContent)).toContain('an attack is under way')
})
