// Tabs that experiments open: what those of “The six-connection wall” show while the seventh hangs, and where none may be opened; how each
// looks; and that each goes again, or says that all is over.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page, Target } from 'puppeteer-core'
import { browserNames } from '../bench/browser/find.ts'
import type { StartedBrowser } from '../bench/browser/start.ts'
import { benchRoom } from '../src/lab/room.ts'
import type { Lab } from '../src/server/start.ts'
import { startBrowser } from './browser.ts'
import { sleep, startTestLab } from './lab.ts'
import { faultsOf } from './screens.ts'
import type { Look } from './screens.ts'

const RUN_MS = 30_000
/** They go at once; a busy machine is slow to close a window. */
const GONE_MS = 20_000
const LOOKS: Look[] = [
  { width: 1440, theme: 'light', type: 'normal' },
  { width: 390, theme: 'dark', type: 'large' },
]

let lab: Lab
beforeAll(async () => void (lab = await startTestLab({ source: 'ticker', perSecond: 5, lab: benchRoom() })))
afterAll(async () => expect(await lab.close()).toEqual({ forced: false }))

describe.each(browserNames)('%s', (name) => {
  let browser: StartedBrowser
  beforeAll(async () => void (browser = await startBrowser(name, lab.authority!.caPath, { slowsHidden: true })), 60_000)
  afterAll(() => browser.close())

  /** That an experiment has open. Not by their pages: of one that comes or goes nothing can be asked. */
  const tabs = () => browser.browser.targets().filter((each) => /\/public\/learn\/.+\.html/.test(each.url()))
  async function untilOpen(count: number) {
    for (let looks = 0; looks < 400 && tabs().length < count; looks++) await sleep(50)
    expect(tabs().length).toBeGreaterThanOrEqual(count)
  }

  /** In the order of their numbers. */
  async function titles(): Promise<string[]> {
    const said = await Promise.all(tabs().map((tab) => titleOf(tab).catch(() => '')))
    return said
      .filter((title) => title !== '')
      .map((title) => title.replace(' · Wirelab', ''))
      .toSorted((a, b) => parseInt(a) - parseInt(b))
  }
  /** It may go while it is asked: then it says nothing, or nothing ever. */
  const titleOf = async (tab: Target) =>
    (await Promise.race([tab.page().then((page) => page?.title()), sleep(2000)])) ?? ''

  /** @returns each state of the tabs that was seen until they were gone. */
  async function untilGone(): Promise<string[]> {
    const seen = await statesUntil(() => tabs().length === 0, GONE_MS)
    expect(tabs()).toHaveLength(0)
    return seen
  }

  async function experiment(act: (page: Page) => Promise<void>) {
    const page = await browser.browser.newPage()
    try {
      await act(page)
    } finally {
      if (!page.isClosed()) await page.close()
    }
  }

  async function begin(page: Page, slug = 'six-connections') {
    await page.goto(`${lab.url}/#/learn/${slug}`)
    await page.waitForSelector('.experiment .run')
    await page.$$eval('input[name=guess]', (all) => all[1]!.click()) // of the wall: six
    await page.click('.run')
  }

  /** @returns each state of the tabs that was seen until then, or until patience ended. */
  async function statesUntil(isOver: () => boolean | Promise<boolean>, patienceMs: number): Promise<string[]> {
    const seen = new Set<string>()
    for (
      const endsAt = performance.now() + patienceMs;
      performance.now() < endsAt && !(await isOver());
      await sleep(20)
    )
      seen.add((await titles()).join(', '))
    return [...seen]
  }
  const isAnswered = (page: Page) => page.evaluate(() => document.querySelector('.result:not([data-old])') !== null)

  const cells = (page: Page, column: number) =>
    page.$$eval(
      '.numbers tbody tr',
      (rows, column) => [...new Set(rows.map((row) => row.cells[column]!.innerText.trim()))],
      column,
    )
  const resultOf = (page: Page) => page.$eval('.result', (result) => (result as HTMLElement).innerText)

  test(
    'six tabs have their stream, the seventh hangs; with a leader all have the events; and they go again',
    async () => {
      await experiment(async (page) => {
        await begin(page)
        const states = await statesUntil(() => isAnswered(page), RUN_MS)
        const six = [1, 2, 3, 4, 5, 6].map((n) => `${n} is open`)
        expect(states).toContain([...six, '7 asks'].join(', '))
        // On a busy machine not every moment is seen.
        const led = states.filter((state) => state.includes('leads') && state.split('follows').length > 5)
        const leaders = new Set(led.map((state) => /(\d) leads/.exec(state)![1]))
        expect(leaders.size).toBe(2) // the first one was closed, and another one leads
        await untilGone()
        expect(await resultOf(page)).toContain('Over HTTP/1.1 6 tabs got an open stream, and number 7 had no word')
        expect(await resultOf(page)).toContain('That is what the numbers say')
        expect(await cells(page, 2)).toEqual(['a tab'])
      })
    },
    RUN_MS + GONE_MS + 10_000,
  )

  test(
    'where a click may open one tab only, all streams are of one page, and it is said how to allow more',
    async () => {
      await experiment(async (page) => {
        // As a browser does that blocks pop-ups: one for a click, then none.
        await page.evaluateOnNewDocument(() => {
          const open = window.open.bind(window)
          let isSpent = false
          window.open = (...given) => (isSpent ? null : ((isSpent = true), open(...given)))
        })
        await begin(page)
        await statesUntil(() => isAnswered(page), RUN_MS)
        await untilGone()
        expect(await resultOf(page)).toContain('6 streams of this one page opened, and number 7 had no word')
        expect(await resultOf(page)).toContain('allow pop-ups for this address')
        expect(await cells(page, 2)).toEqual(['this page'])
      })
    },
    RUN_MS + GONE_MS + 10_000,
  )

  /** After which no code of the page runs. */
  const ends: [string, (page: Page) => Promise<unknown>][] = [
    ['leaving the lab', (page) => page.goto('about:blank')],
    ['closing the lab', (page) => page.close()],
  ]
  test.each([
    ['Stop', (page: Page) => page.$eval('.run', (button) => (button as HTMLButtonElement).click())],
    ['leaving the experiment', (page: Page) => page.evaluate(() => (location.hash = '#/learn'))],
    ...ends,
  ] as typeof ends)('%s closes the tabs', { timeout: RUN_MS + GONE_MS }, async (_, leave) => {
    await experiment(async (page) => {
      await begin(page)
      await untilOpen(2)
      await leave(page)
      // A run that goes on closes them too, but not before one of them has led the others.
      expect((await untilGone()).filter((state) => state.includes('leads'))).toEqual([])
    })
  })

  test.each(ends)('%s closes the tab in front of it', { timeout: RUN_MS + GONE_MS }, async (_, leave) => {
    await experiment(async (page) => {
      await begin(page, 'background-tabs')
      await untilOpen(1)
      await page.waitForFunction(() => document.hidden, { polling: 100 })
      await leave(page)
      await untilGone()
    })
  })

  test(
    'a tab with its stream breaks no rule of WCAG 2.2 AA that axe knows, and is not wider than the window',
    async () => {
      await experiment(async (page) => {
        await page.goto(`${lab.url}/#/learn`)
        // As the experiment does it, but the tab is left open for as long as it is looked at.
        await page.evaluate(`(async () => {
          const { tabs } = await import('/public/learn/six-connections/tabs.ts')
          await new Promise((resolve) => {
            const tab = tabs().open(1, ({ kind }) =>
              kind === 'ready' ? tab.tell({ kind: 'open', url: '/feed/sse' }) : resolve())
          })
        })()`)
        const tab = (await tabs()[0]!.page())!
        await tab.waitForFunction(() => document.title.startsWith('1 is open'))
        expect(await faultsOf(tab, LOOKS, name === 'chromium')).toEqual([])
      })
      await untilGone()
    },
    RUN_MS + GONE_MS,
  )

  test.each(['six-connections/tab.html', 'background-tabs/front.html'])(
    '%s, opened again, says that its experiment is over',
    async (path) => {
      await experiment(async (page) => {
        await page.goto(`${lab.url}/healthz`) // Chromium lets a script close a tab that has shown nothing else
        await page.goto(`${lab.url}/public/learn/${path}#wirelab-${crypto.randomUUID()}/7`)
        await page.waitForFunction(() => document.title === 'Over · Wirelab')
        const words = await page.$$eval('main p', (all) => all.map((each) => each.textContent))
        expect(words).toEqual(['Its experiment is over.', 'Close this tab.'])
        expect(await faultsOf(page, LOOKS, name === 'chromium')).toEqual([])
      })
    },
  )
})
