// How smoothly the lab's page runs with four lanes at 50 events a second, in each browser. It measures time, so `npm test` runs it alone; with
// LONG=1 (`npm run smooth`) the strips are full before it is measured, and for longer. What is asked for is not all that is drawn: docs/measuring.md.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'puppeteer-core'
import { browserNames } from '../bench/browser/find.ts'
import { benchRoom } from '../src/lab/room.ts'
import type { Lab } from '../src/server/start.ts'
import { startBrowser } from './browser.ts'
import { sleep, startTestLab } from './lab.ts'
import * as screens from './screens.ts'

const RATE = 50
const [WARM_MS, MEASURED_MS] = process.env.LONG ? [31_000, 10_000] : [3000, 5000]
/** Every second frame of 60 a second would take 33 ms. */
const MEDIAN_MS = 20
const REST_MS = 60_000

let lab: Lab
beforeAll(async () => void (lab = await startTestLab({ source: 'ticker', perSecond: RATE, lab: benchRoom() })))
afterAll(async () => expect(await lab.close()).toEqual({ forced: false }))

test.each(browserNames)(
  `in %s a frame takes no longer than ${MEDIAN_MS} ms, as a rule`,
  async (name) => {
    const { browser, close } = await startBrowser(name, lab.authority!.caPath)
    try {
      const page = await browser.newPage()
      await page.setViewport({ width: 1440, height: 900 })
      await screens.open(page, lab.url, screens.lab)
      await sleep(WARM_MS)
      const { pausesMs, longTasks } = await measure(page)
      const sorted = pausesMs.toSorted((a, b) => a - b)
      const median = sorted[Math.floor(sorted.length / 2)]!
      console.log(
        `${name} ${await browser.version()}: ${((sorted.length * 1000) / MEASURED_MS).toFixed(1)} frames a second, between two ` +
          `${median.toFixed(1)} ms as a rule, at most ${sorted.at(-1)!.toFixed(0)} ms; ` +
          (longTasks === undefined ? 'long tasks are not told' : `${longTasks} long tasks`),
      )
      expect(median).toBeLessThanOrEqual(MEDIAN_MS)
    } finally {
      await close()
    }
  },
  WARM_MS + MEASURED_MS + REST_MS,
)

function measure(page: Page) {
  return page.evaluate(async (ms) => {
    const isTold = PerformanceObserver.supportedEntryTypes.includes('longtask')
    let tasks = 0
    const observer = new PerformanceObserver((list) => void (tasks += list.getEntries().length))
    if (isTold) observer.observe({ type: 'longtask' })
    const times: number[] = []
    await new Promise<void>((resolve) => {
      const frame = (at: number) => {
        times.push(at)
        if (at - times[0]! < ms) requestAnimationFrame(frame)
        else resolve()
      }
      requestAnimationFrame(frame)
    })
    observer.disconnect()
    const pausesMs = times.slice(1).map((at, index) => at - times[index]!)
    return { pausesMs, longTasks: isTold ? tasks : undefined }
  }, MEASURED_MS)
}
