// Run by hand (`npx node test/smooth.ts`): how smoothly the page runs with four lanes at 50 events a second, in each browser that is here. Prints,
// of ten seconds, the frames that the browser asked for, the longest time between two of them, and the long tasks where they are told.
import { rm } from 'node:fs/promises'
import type { Page } from 'puppeteer-core'
import { browserNames } from '../bench/browser/find.ts'
import { benchRoom } from '../src/lab/room.ts'
import { startBrowser } from './browser.ts'
import { certs, sleep, startTestLab } from './lab.ts'
import * as screens from './screens.ts'

const [RATE, WARM_MS, MEASURED_MS] = [50, 10_000, 10_000]
const lab = await startTestLab({ source: 'ticker', perSecond: RATE, lab: benchRoom() })
for (const name of browserNames) {
  const { browser, close } = await startBrowser(name, lab.authority!.caPath)
  const page = await browser.newPage()
  await page.setViewport({ width: 1440, height: 900 })
  await screens.open(page, lab.url, screens.lab)
  await sleep(WARM_MS)
  const { frames, longestMs, longTasks } = await measure(page)
  const tasks = longTasks === undefined ? 'long tasks are not told' : `${longTasks} long tasks`
  process.stdout.write(
    `${name} ${await browser.version()}: ${((frames * 1000) / MEASURED_MS).toFixed(1)} frames a second, ` +
      `at most ${longestMs.toFixed(0)} ms between two, ${tasks}\n`,
  )
  await close()
}
await lab.close()
await rm(certs, { recursive: true, force: true })

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
    const pauses = times.slice(1).map((at, index) => at - times[index]!)
    return { frames: pauses.length, longestMs: Math.max(...pauses), longTasks: isTold ? tasks : undefined }
  }, MEASURED_MS)
}
