// A storm that another page began is in the latencies of this one, for one process serves both: its headline says so, and a run of an
// experiment gives no answer. Real pages of one lab, in Chromium.
import { expect, test } from 'vitest'
import type { Page } from 'puppeteer-core'
import { benchRoom } from '../src/lab/room.ts'
import { startBrowser } from './browser.ts'
import { sleep, startTestLab } from './lab.ts'

const RATE = 10
/** The other pages of a busy machine are slow, and the storm makes them slower. */
const PATIENCE_MS = 60_000

async function until(what: string, wanted: RegExp, textNow: () => Promise<string>) {
  let text = ''
  for (const endsAt = performance.now() + PATIENCE_MS; performance.now() < endsAt; await sleep(50))
    if (wanted.test((text = await textNow()))) return
  throw new Error(`${what} does not come to ${wanted}; it is ${text}`)
}

test('a storm of another page: the headline says it while it is and after it, and a run has no answer', async () => {
  const lab = await startTestLab({ source: 'ticker', perSecond: RATE, lab: benchRoom() })
  const { browser, close } = await startBrowser('chromium', lab.authority!.caPath)
  // Of a window each: the pages of one window hide each other, and a hidden page does not measure.
  const open = async (hash: string, ready: string) => {
    const page = await (await browser.createBrowserContext()).newPage()
    await page.goto(`${lab.url}/${hash}`)
    await page.waitForSelector(ready)
    return page
  }
  const wss = '.lane[data-lane="wss"][data-state="open"]'
  const textOf = (page: Page, selector: string) => () =>
    page.$$eval(selector, (all) => all.map(({ textContent }) => textContent).join())
  const press = (page: Page, selector: string) => page.$eval(selector, (button) => (button as HTMLElement).click())
  const rate = () =>
    learner.evaluate(async () => String(((await (await fetch('/lab')).json()) as { perSecond: number }).perSecond))

  const other = await open('#/?lanes=sse,wss', wss)
  const mine = await open('#/?lanes=sse,wss', wss)
  const learner = await open('#/learn/polling-interval', '.experiment .run')
  const late = await open('#/learn/one-url', '.experiment .run') // which has no doors of its own
  try {
    for (const page of [other, mine]) await until('the headline', /^(sse|wss|All) /, textOf(page, '#verdict'))
    await press(learner, '.link') // runs without a guess
    await until('the rate', /^4$/, rate)
    await press(other, '#storm-together')
    await until('the headline of whose storm it is', /During a storm on wss: /, textOf(other, '#verdict'))
    await press(late, '.link')
    const refused = /^A storm of another page is under way .+ Run it again/
    await Promise.all([
      until('the headline', /During a storm of another page: /, textOf(mine, '#verdict')),
      until('its buttons', /^A storm of another page is under way/, textOf(mine, '#storm-now')),
      until('what a run says into which it came', refused, textOf(learner, '.experiment .alert:not([hidden])')),
      until('what a run says that came into it', refused, textOf(late, '.experiment .alert:not([hidden])')),
    ])
    await press(other, '#storm-stop')
    await Promise.all([
      until('the headline of whose storm it was', /\d s after a storm on wss: /, textOf(other, '#verdict')),
      until('the headline', /\d s after a storm of another page: /, textOf(mine, '#verdict')),
    ])
    await until('the rate', new RegExp(`^${RATE}$`), rate) // both have ended, and put it back
    for (const page of [learner, late]) expect(await page.$('.result')).toBeNull()
  } finally {
    await close()
    expect(await lab.close()).toEqual({ forced: false })
  }
  expect(lab.metrics.uncaught).toBe(0)
}, 200_000)
