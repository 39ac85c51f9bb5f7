// “The six-connection wall” in tabs: what they show while the seventh hangs, that they go again, and what is said where none may be opened.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page, Target } from 'puppeteer-core'
import { browserNames } from '../bench/browser/find.ts'
import type { StartedBrowser } from '../bench/browser/start.ts'
import { benchRoom } from '../src/lab/room.ts'
import type { Lab } from '../src/server/start.ts'
import { startBrowser } from './browser.ts'
import { sleep, startTestLab } from './lab.ts'

const RUN_MS = 30_000
const GONE_MS = 5000

let lab: Lab
beforeAll(async () => void (lab = await startTestLab({ source: 'ticker', perSecond: 5, lab: benchRoom() })))
afterAll(async () => expect(await lab.close()).toEqual({ forced: false }))

describe.each(browserNames)('%s', (name) => {
  let browser: StartedBrowser
  beforeAll(async () => void (browser = await startBrowser(name, lab.authority!.caPath, { slowsHidden: true })), 60_000)
  afterAll(() => browser.close())

  /** That the experiment has open. Not by their pages: of one that comes or goes nothing can be asked. */
  const tabs = () => browser.browser.targets().filter((each) => each.url().includes('/six-connections/tab.html'))

  /** In the order of their numbers. */
  async function titles(): Promise<string[]> {
    const said = await Promise.all(tabs().map((tab) => titleOf(tab).catch(() => ''))) // it may go while it is asked
    return said
      .filter((title) => title !== '')
      .map((title) => title.replace(' · Wirelab', ''))
      .toSorted((a, b) => parseInt(a) - parseInt(b))
  }
  const titleOf = async (tab: Target) => (await (await tab.page())?.title()) ?? ''

  async function untilGone() {
    for (const endsAt = performance.now() + GONE_MS; performance.now() < endsAt && tabs().length > 0;) await sleep(50)
    expect(tabs()).toHaveLength(0)
  }

  async function experiment(act: (page: Page) => Promise<void>) {
    const page = await browser.browser.newPage()
    try {
      await act(page)
    } finally {
      await page.close()
    }
  }

  async function begin(page: Page) {
    await page.goto(`${lab.url}/#/learn/six-connections`)
    await page.waitForSelector('.experiment .run')
    await page.$$eval('input[name=guess]', (all) => all[1]!.click()) // six
    await page.click('.run')
  }

  /** @returns each state of the tabs that was seen until the answer was there. */
  async function statesUntilAnswer(page: Page): Promise<string[]> {
    const seen = new Set<string>()
    const isOver = () => page.evaluate(() => document.querySelector('.result:not([data-old])') !== null)
    for (const endsAt = performance.now() + RUN_MS; performance.now() < endsAt && !(await isOver()); await sleep(20))
      seen.add((await titles()).join(', '))
    return [...seen]
  }

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
        const states = await statesUntilAnswer(page)
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
    RUN_MS + 20_000,
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
        await statesUntilAnswer(page)
        await untilGone()
        expect(await resultOf(page)).toContain('6 streams of this one page opened, and number 7 had no word')
        expect(await resultOf(page)).toContain('allow pop-ups for this address')
        expect(await cells(page, 2)).toEqual(['this page'])
      })
    },
    RUN_MS + 20_000,
  )

  test.each<[string, (page: Page) => Promise<unknown>]>([
    ['Stop', (page) => page.$eval('.run', (button) => (button as HTMLButtonElement).click())],
    ['leaving the experiment', (page) => page.evaluate(() => (location.hash = '#/learn'))],
    ['leaving the lab', (page) => page.goto('about:blank')],
  ])('%s closes the tabs', async (_, leave) => {
    await experiment(async (page) => {
      await begin(page)
      for (let looks = 0; looks < 200 && tabs().length < 2; looks++) await sleep(50)
      expect(tabs().length).toBeGreaterThanOrEqual(2)
      await leave(page)
      await untilGone()
    })
  })
})
