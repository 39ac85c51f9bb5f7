// Pictures of the screens, wide and narrow, light and dark, to be looked at.
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import UPNG from 'upng-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StartedBrowser } from '../bench/browser/start.ts'
import { benchRoom } from '../src/lab/room.ts'
import type { Lab } from '../src/server/start.ts'
import { startBrowser } from './browser.ts'
import { sleep, startTestLab } from './lab.ts'
import * as screens from './screens.ts'

/** `SCREENSHOTS=1` makes those of the README and the course anew; otherwise a run leaves its own beside its report. */
const isForDocs = Boolean(process.env.SCREENSHOTS)
const folder = join(import.meta.dirname, isForDocs ? '../docs/images' : 'out')
const MOST_BYTES = 4_000_000
const COLOURS = 128
/** Of a long screen its beginning. */
const HEIGHTS = { 1440: 1800, 390: 2400 }
const RUN_MS = 40_000

let lab: Lab
let chromium: StartedBrowser
let page: Page
beforeAll(async () => {
  await mkdir(folder, { recursive: true })
  lab = await startTestLab({ source: 'ticker', perSecond: 10, lab: benchRoom() })
  chromium = await startBrowser('chromium', lab.authority!.caPath)
  page = await chromium.browser.newPage()
  await page.setViewport({ width: 1440, height: 900 })
}, 60_000)
afterAll(async () => {
  await chromium.close()
  expect(await lab.close()).toEqual({ forced: false })
})

/** @param from what stands at the top of the picture. */
async function take(name: string, from = 'body') {
  for (const width of [1440, 390] as const)
    for (const theme of ['light', 'dark'] as const) {
      await screens.wear(page, { width, theme, type: 'normal' }, true)
      if (from === 'body') await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
      await sleep(600) // charts are drawn anew
      const y = await page.$eval(from, (element) => Math.floor(element.getBoundingClientRect().top + scrollY))
      const height = (await page.evaluate(() => document.documentElement.scrollHeight)) - y
      const clip = { x: 0, y, width, height: Math.min(height, HEIGHTS[width]) }
      const shot = UPNG.decode(Uint8Array.from(await page.screenshot({ clip })).buffer)
      expect([shot.width, shot.height]).toEqual([width, clip.height])
      const image = UPNG.encode(UPNG.toRGBA8(shot), shot.width, shot.height, COLOURS)
      await writeFile(join(folder, `${name}-${width}-${theme}.png`), Buffer.from(image))
    }
  await page.setViewport({ width: 1440, height: 900 })
}

test('the lab', async () => {
  await screens.open(page, lab.url, { ...screens.lab, path: '/#/?rate=20' })
  await page.click('#publish button')
  await page.click('#stall-sse')
  await sleep(9000) // what a chart is made of
  await take('lab')
}, 60_000)

test('the wire', async () => {
  await screens.open(page, lab.url, { ...screens.wire, path: '/#/?rate=5&wire=wss' })
  await page.focus('.wire-piece') // what it is for is told
  await page.keyboard.press('ArrowRight')
  await take('wire', '.wires')
}, 60_000)

test.each([
  ['learn', screens.list],
  ['course', screens.course],
] as const)('%s', async (name, screen) => {
  await screens.open(page, lab.url, screen)
  await take(name)
})

/** Three that tell much; one of them where no picture is wanted, for every one is run in learn.test.ts. */
const runs = isForDocs ? ['polling-interval', 'six-connections', 'head-of-line'] : ['six-connections']
test.each(runs)(
  '%s, after a run',
  async (slug) => {
    await screens.open(
      page,
      lab.url,
      screens.experimentScreens.find(({ path }) => path.endsWith(`/${slug}`))!,
    )
    await page.$eval('input[name=guess]', (first) => first.click())
    await page.click('.run')
    await page.waitForSelector('.result:not([data-old])', { timeout: RUN_MS })
    // A run that went wrong is nothing to show.
    expect(await page.$$eval('.surprise', (all) => all.map((each) => each.textContent))).toEqual([])
    await take(slug)
  },
  60_000,
)

test(`the pictures of the docs are less than ${MOST_BYTES / 1e6} MB together`, async () => {
  const images = join(import.meta.dirname, '../docs/images')
  const sizes = await Promise.all((await readdir(images)).map(async (name) => (await stat(join(images, name))).size))
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES)
})
