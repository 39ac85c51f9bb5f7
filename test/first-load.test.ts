// The first load of the page, with empty caches: how many bytes come over the wire, that events are then drawn, and when. It measures time, so
// `npm test` runs it alone.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'puppeteer-core'
import { browserNames } from '../bench/browser/find.ts'
import type { StartedBrowser } from '../bench/browser/start.ts'
import { benchRoom } from '../src/lab/room.ts'
import type { Lab } from '../src/server/start.ts'
import { startBrowser } from './browser.ts'
import * as screens from './screens.ts'
import { startTestLab } from './lab.ts'

const MOST_BYTES = 200_000
/** On loopback: of the best of so many loads, for a browser that has just begun is busy with itself. */
const INTERACTIVE_MS = 1000
const LOADS = 3
const MOST_LOADS = 10

let lab: Lab
beforeAll(async () => void (lab = await startTestLab({ source: 'ticker', perSecond: 10, lab: benchRoom() })))
afterAll(async () => expect(await lab.close()).toEqual({ forced: false }))

describe.each(browserNames)('%s', (name) => {
  let browser: StartedBrowser
  beforeAll(async () => void (browser = await startBrowser(name, lab.authority!.caPath)), 60_000)
  afterAll(() => browser.close())

  test('is below 200 kB compressed, and soon there', async () => {
    const page = await browser.browser.newPage()
    const said = await screens.listen(page)
    await page.goto(`${lab.url}/#/`)
    const firstMs = await interactiveAt(page)
    await page.waitForFunction(() => {
      const counts = [...document.querySelectorAll('.lane [data-n="events"]')]
      return counts.length === 4 && counts.every(({ textContent }) => Number(textContent) > 0)
    })
    const eventsMs = await page.evaluate(() => performance.now())
    const drawn = await page.$$eval('.lane', (all) => all.map((lane) => lane.querySelectorAll('.stream li').length > 0))
    expect(drawn).toEqual([true, true, true, true])

    const loads = await page.evaluate(() => {
      const timings = [
        ...performance.getEntriesByType('navigation'),
        ...performance.getEntriesByType('resource'),
      ] as PerformanceResourceTiming[]
      return timings
        .filter(({ name }) => new URL(name).origin === location.origin) // what the lanes follow at their doors is no load
        .map(({ name, transferSize, encodedBodySize, decodedBodySize }) => {
          return { path: new URL(name).pathname, transferSize, encodedBodySize, decodedBodySize }
        })
    })
    const announced = await page.$$eval('link[rel="modulepreload"]', (all) =>
      all.map((each) => each.getAttribute('href')!),
    )
    const modules = loads
      .map(({ path }) => path)
      .filter((path) => /\.(ts|js)$/.test(path) && path !== '/public/main.ts')
    expect(announced.toSorted()).toEqual(modules.toSorted()) // all of them, and nothing that is not needed
    const sum = (size: 'transferSize' | 'decodedBodySize') => loads.reduce((bytes, each) => bytes + each[size], 0)
    const compressed = sum('transferSize')
    const againMs: number[] = []
    // What others do on the machine only adds to it: where it was too long, it is looked at again.
    const best = () => Math.min(firstMs, ...againMs)
    for (let n = 1; n < LOADS || (best() >= INTERACTIVE_MS && n < MOST_LOADS); n++) {
      const context = await browser.browser.createBrowserContext() // with caches of its own
      const again = await context.newPage()
      await again.goto(`${lab.url}/#/`)
      againMs.push(await interactiveAt(again))
      await context.close()
    }
    const interactiveMs = [firstMs, ...againMs]
    console.log(
      `${name}: ${loads.length} files, ${compressed} bytes compressed with their heads, ${sum('decodedBodySize')} as they are; ` +
        `interactive after ${interactiveMs.map((ms) => ms.toFixed(0)).join(', ')} ms, first event on every lane after ${eventsMs.toFixed(0)} ms`,
    )
    for (const path of ['/', '/public/main.ts', '/public/style.css', '/vendor/uplot.js', '/vendor/lit-html.js'])
      expect(loads.find((each) => each.path === path)?.transferSize, path).toBeGreaterThan(0)
    for (const { path, encodedBodySize, decodedBodySize } of loads)
      if (decodedBodySize > 2000) expect(encodedBodySize, path).toBeLessThan(decodedBodySize)
    expect(compressed).toBeLessThan(MOST_BYTES)
    expect(best()).toBeLessThan(INTERACTIVE_MS)
    expect(said).toEqual([])
  })
})

/** By its own clock, which began with the load. */
async function interactiveAt(page: Page): Promise<number> {
  const at = await page.waitForFunction(() => document.querySelector('#rate-input:enabled') && performance.now())
  return (await at.jsonValue())!
}
