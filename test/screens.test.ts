// Every screen of the page in real browsers, over real TLS: what WCAG 2.2 AA asks and axe can see, what it cannot see, widths, quiet.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'puppeteer-core'
import { browserNames } from '../bench/browser/find.ts'
import type { StartedBrowser } from '../bench/browser/start.ts'
import { benchRoom } from '../src/lab/room.ts'
import { rangeRoom } from '../src/range/room.ts'
import type { Lab } from '../src/server/start.ts'
import { startBrowser } from './browser.ts'
import { sleep, startTestLab } from './lab.ts'
import * as screens from './screens.ts'
import type { Look } from './screens.ts'
import { walk } from './tab.ts'

const WIDTHS = [390, 760, 1440, 1920]
/** Each theme at each width, and large type at each width and in each theme. */
const looks: Look[] = [
  { width: 1440, theme: 'light', type: 'normal' },
  { width: 1440, theme: 'dark', type: 'large' },
  { width: 390, theme: 'dark', type: 'normal' },
  { width: 390, theme: 'light', type: 'large' },
]
/** The course is long, and others may be at work beside this. */
const BUSY_MS = 90_000
const LIVE_MS = 5000
const LIVE_CHANGES = 5

let open: Lab
let closed: Lab
beforeAll(async () => {
  open = await startTestLab({ source: 'ticker', perSecond: 10, lab: benchRoom(), range: rangeRoom })
  closed = await startTestLab({ auth: 'required' })
})
afterAll(async () => {
  for (const lab of [open, closed]) {
    expect(await lab.close()).toEqual({ forced: false })
    expect(lab.metrics.uncaught).toBe(0)
  }
})

describe.each(browserNames)('%s', (browserName) => {
  /** WebDriver BiDi, by which Firefox is driven, has no command for it. */
  const canSetSystem = browserName === 'chromium'
  let browser: StartedBrowser
  let page: Page
  let said: string[]
  const titles = new Map<string, string>()

  beforeAll(async () => {
    browser = await startBrowser(browserName, open.authority!.caPath)
    page = await browser.browser.newPage()
    said = await screens.listen(page)
  }, 60_000)
  afterAll(() => browser.close())

  describe.each([
    screens.lab,
    screens.wire,
    screens.list,
    ...screens.experimentScreens,
    screens.tab,
    screens.course,
    screens.range,
    screens.locked, // last: its lab gives this browser another session
  ])('$name', (screen) => {
    beforeAll(async () => {
      said.length = 0
      await page.setViewport({ width: 1440, height: 900 })
      await screens.open(page, (screen === screens.locked ? closed : open).url, screen)
    })

    test(
      'breaks no rule of WCAG 2.2 AA that axe knows',
      async () => expect(await screens.faultsOf(page, looks, canSetSystem)).toEqual([]),
      BUSY_MS,
    )

    test('is not wider than the window', async () => {
      const sizes = (['normal', 'large'] as const).flatMap((type) => WIDTHS.map((width) => ({ width, type })))
      const found: string[] = []
      for (const { width, type } of sizes) {
        await screens.wear(page, { ...looks[0]!, width, type }, canSetSystem)
        const excess = await screens.excessOf(page)
        if (excess > 0) found.push(`${width} px, ${type} type: ${excess} px wider`)
      }
      await screens.wear(page, looks[0]!, canSetSystem)
      expect(found).toEqual([])
    })

    test('has one h1, no heading that skips a level, and a title that no other screen has', async () => {
      const levels = await screens.headingsOf(page)
      expect(levels.filter((level) => level === 1)).toHaveLength(1)
      for (const [index, level] of levels.entries())
        expect(level - (levels[index - 1] ?? 0), `heading ${index + 1} of ${levels.join()}`).toBeLessThanOrEqual(1)
      const title = await page.title()
      expect(title).toMatch(/Wirelab/)
      if (screen === screens.wire || screen === screens.locked) return // the lab's, in another state
      expect(titles.get(title)).toBeUndefined()
      titles.set(title, screen.name)
    })

    test('every control is reached by Tab, and shows it', async () => expect(await walk(page)).toEqual([]), BUSY_MS)

    if (canSetSystem)
      test('nothing moves for those who asked for that', async () => {
        await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }])
        await sleep(100)
        expect(await screens.animationsOf(page)).toEqual([])
        await page.emulateMediaFeatures([])
      })

    test('the console is silent', () => expect(said).toEqual([]))
  })

  test(`live regions change at most ${LIVE_CHANGES} times in ${LIVE_MS / 1000} s of 50 events a second`, async () => {
    await screens.open(page, open.url, { ...screens.lab, path: '/#/?rate=50&wire=sse' })
    await screens.followNext(page)
    await page.waitForFunction(() => document.querySelector('#rate output')?.textContent.startsWith('50 events'))
    expect(await screens.liveChanges(page, LIVE_MS)).toBeLessThanOrEqual(LIVE_CHANGES)
  })
})
