// Every experiment in a real Chromium and Firefox, over real TLS: opened by its link, guessed, run to its answer; its numbers are what theory allows.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Page } from 'puppeteer-core'
import { benchRoom } from '../src/lab/room.ts'
import type { Lab } from '../src/server/start.ts'
import { experiments } from '../public/learn/list.ts'
import { browserNames } from '../bench/browser/find.ts'
import type { BrowserName } from '../bench/browser/find.ts'
import { startBrowser } from './browser.ts'
import { expectations } from './experiments.ts'
import type { Rows } from './experiments.ts'
import { get, sleep, startTestLab } from './lab.ts'
import { faultsOf, listen, wear } from './screens.ts'
import type { Look } from './screens.ts'
import { benchOf, isListening, linesOf, openFeeds } from './leaving.ts'

const RATE = 5
const RUN_MS = 30_000
/** In which what was left is closed. */
const SOON_MS = 8000
/** In which what a run has brought is looked at too; the other screens are looked at in screens.test.ts. */
const looks: Look[] = [
  { width: 1440, theme: 'light', type: 'normal' },
  { width: 390, theme: 'dark', type: 'large' },
]

/** Whose bytes are mostly heads, over HTTP/1.1: they say that over HTTP/2 they would be fewer. */
const headed = ['polling-interval', 'caching', 'keep-alive', 'which-transport']

let lab: Lab
const browsers = {} as Record<BrowserName, Awaited<ReturnType<typeof startBrowser>>>

beforeAll(async () => {
  lab = await startTestLab({ source: 'ticker', perSecond: RATE, lab: benchRoom() })
  for (const name of browserNames)
    browsers[name] = await startBrowser(name, lab.authority!.caPath, { slowsHidden: true })
}, 120_000)
afterAll(async () => {
  await Promise.all(Object.values(browsers).map((each) => each.close()))
  expect(await lab.close()).toEqual({ forced: false })
  expect(lab.metrics.uncaught).toBe(0)
})

interface Visit {
  page: Page
  /** Everything the console said. */
  said: string[]
}

/** A page of its own for each test; it must have been quiet but for `allowed`. */
async function visit(
  slug: string,
  act: (visit: Visit) => Promise<void>,
  allowed?: RegExp,
  browser: BrowserName = 'chromium',
) {
  const page = await browsers[browser].browser.newPage()
  const said = await listen(page)
  await page.setViewport({ width: 1440, height: 900 })
  try {
    await page.goto(`${lab.url}/#/learn/${slug}`)
    await page.waitForSelector(slug ? '.experiment .run' : '.experiments')
    await act({ page, said })
    expect(said.filter((line) => !allowed?.test(line))).toEqual([])
  } finally {
    await page.close()
  }
}

const guess = (page: Page, index: number) =>
  page.$$eval('input[name=guess]', (all, index) => (all[index] as HTMLInputElement).click(), index)
const textOf = (page: Page, selector: string) =>
  page.$eval(selector, (element) => (element as HTMLElement).innerText.trim())

async function untilOver(page: Page) {
  await page.waitForFunction(
    () => document.querySelector('.result:not([data-old]), .experiment .alert:not([hidden])'),
    { timeout: RUN_MS },
  )
  expect(await page.$$eval('.experiment .alert:not([hidden])', (all) => all.map((each) => each.textContent))).toEqual(
    [],
  )
}

async function rowsOf(page: Page): Promise<Rows> {
  return page.$eval('.numbers table', (table) => {
    const cells = (row: HTMLTableRowElement) => [...row.cells].map((cell) => cell.innerText.trim())
    const [head, ...rows] = [...table.rows].map(cells)
    return rows.map((row) => Object.fromEntries(row.map((cell, index) => [head![index]!, cell])))
  })
}

test('the list has a link to each experiment, and every experiment an expectation', async () => {
  await visit('', async ({ page }) => {
    const links = await page.$$eval('.experiments a', (all) => all.map((each) => each.getAttribute('href')!))
    expect(links.toSorted()).toEqual(experiments.map(({ slug }) => `#/learn/${slug}`).toSorted())
  })
  expect(Object.keys(expectations).toSorted()).toEqual(experiments.map(({ slug }) => slug).toSorted())
})

test('a slug that is none shows the list and says so', async () => {
  await visit('', async ({ page }) => {
    await page.goto(`${lab.url}/#/learn/no-such-thing`)
    await page.waitForSelector('.learn .alert')
    expect(await textOf(page, '.learn .alert')).toContain('no-such-thing')
  })
})

describe.each(experiments)('$slug', ({ slug }) => {
  const { choice, numbers, isBusy, said } = expectations[slug]!
  test.each(browserNames)(
    'runs to its answer in %s, on live traffic',
    async (browser) => {
      await visit(
        slug,
        async ({ page }) => {
          expect(await page.$eval('.run', (run) => (run as HTMLButtonElement).disabled)).toBe(true)
          await guess(page, choice)
          await page.click('.run')
          await untilOver(page)
          const sentence = await textOf(page, '.sentence')
          const rows = await rowsOf(page)
          const result = await textOf(page, '.result')
          numbers(rows, sentence, result, browser)
          expect(result).not.toMatch(/NaN|undefined|Infinity/)
          expect(result.includes('packs the heads of questions and answers')).toBe(headed.includes(slug))
          if (slug === 'eavesdropper') expect(await textOf(page, '.sides pre')).toMatch(/^Authorization: Bearer/m)
          const odd = await page.$$eval('.surprise', (all) => all.map((each) => each.textContent))
          const right = await page.$eval('.verdict', (verdict) => (verdict as HTMLElement).dataset.right)
          if (odd.length > 0 && isBusy?.(rows)) expect(odd.join()).toContain('busy')
          else expect([...odd, right]).toEqual(['yes'])
          expect(await page.evaluate(() => document.activeElement?.closest('.result') !== null)).toBe(true)
          expect(await textOf(page, '.reason')).toMatch(/RFC|WHATWG|W3C/)
          expect(await faultsOf(page, looks, false)).toEqual([])
        },
        said,
        browser,
      )
    },
    RUN_MS + 20_000,
  )
})

describe('the frame', () => {
  /** As the lab says it now. */
  const rate = (page: Page) =>
    page.evaluate(async () => ((await (await fetch('/lab')).json()) as { perSecond: number }).perSecond)
  async function untilRate(page: Page, perSecond: number) {
    for (let looks = 0; looks < 60 && (await rate(page)) !== perSecond; looks++) await sleep(50)
    expect(await rate(page)).toBe(perSecond)
  }

  test('by keyboard alone: choose, run, and the focus is on the answer', async () => {
    await visit('one-url', async ({ page }) => {
      await page.focus('input[name=guess]')
      await page.keyboard.press('Space')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await untilOver(page)
      expect(await textOf(page, ':focus')).toBe('What was measured')
      expect(await page.$eval('.verdict', (verdict) => (verdict as HTMLElement).dataset.right)).toBe('no')
    })
  })

  test('Stop ends the run, gives no answer, and puts the rate of the lab back', async () => {
    await visit('polling-interval', async ({ page }) => {
      await guess(page, 0)
      await page.click('.run')
      await untilRate(page, 4)
      await page.click('.run')
      await untilRate(page, RATE)
      await page.waitForFunction(() => document.querySelector('.run')!.textContent?.trim() === 'Run')
      expect(await page.$('.result')).toBeNull()
      expect(await page.$eval('.learn [role=status]', (status) => status.textContent)).toContain('Stopped')
    })
  })

  test('who leaves while it polls leaves nothing open', async () => {
    await visit('polling-interval', async ({ page }) => {
      await guess(page, 0)
      await page.click('.run')
      await untilRate(page, 4)
      await page.evaluate(() => (location.hash = '#/learn'))
      await page.waitForSelector('.experiments')
      await untilRate(page, RATE)
      const open = () => page.evaluate(() => performance.getEntriesByType('resource').length)
      await sleep(300)
      const before = await open()
      await sleep(1500)
      expect(await open()).toBe(before) // nobody asks any more
    })
  })

  // Streams and sockets make no entries: they are counted where they are made, at the lab, and at the doors.
  test.each(['buffering-proxy', 'connection-session', 'one-url'])(
    'who leaves %s while its streams are open leaves nothing open',
    async (slug) => {
      await vi.waitFor(async () => expect(await openFeeds(lab)).toBe(0), SOON_MS)
      await visit(
        slug,
        async ({ page }) => {
          const bench = benchOf(page)
          const states = await linesOf(page)
          await page.click('.link')
          await vi.waitFor(async () => {
            expect(await states()).toContain('open')
            expect(await openFeeds(lab)).toBeGreaterThan(0)
          }, SOON_MS)
          if (slug !== 'one-url') expect(await bench.connections()).toBeGreaterThan(0)
          await page.evaluate(() => (location.hash = '#/learn'))
          await page.waitForSelector('.experiments')
          await vi.waitFor(async () => expect(await openFeeds(lab)).toBe(0), SOON_MS)
          for (const port of bench.ports())
            await vi.waitFor(async () => expect(await isListening(port)).toBe(false), SOON_MS)
          const made = (await states()).length
          await sleep(1500) // by then a client that was forgotten has tried again
          expect(await states()).toEqual(Array.from({ length: made }, () => 'closed'))
          expect(await openFeeds(lab)).toBe(0)
        },
        expectations[slug]!.said,
      )
    },
  )

  test('a page that is closed while it runs puts the rate back', async () => {
    await visit('polling-interval', async ({ page }) => {
      await guess(page, 0)
      await page.click('.run')
      await untilRate(page, 4)
      await page.goto('about:blank')
      const rateNow = async () => (JSON.parse(await get(lab, '/lab')) as { perSecond: number }).perSecond
      for (let looks = 0; looks < 60 && (await rateNow()) !== RATE; looks++) await sleep(50)
      expect(await rateNow()).toBe(RATE)
    })
  })

  test('the raw numbers have heads of columns and of rows', async () => {
    await visit('one-url', async ({ page }) => {
      await page.click('.link')
      await untilOver(page)
      const heads = await page.$$eval('.numbers tbody tr', (rows) =>
        rows.map(({ cells }) => [cells[0]!.tagName, cells[0]!.scope]),
      )
      expect(heads).toEqual(Array.from({ length: 4 }, () => ['TH', 'row']))
    })
  })

  test('who is elsewhere when the run is over stays there, and is told the answer', async () => {
    await visit('one-url', async ({ page }) => {
      await guess(page, 2)
      await page.click('.run')
      await page.focus('.measured summary')
      await untilOver(page)
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('SUMMARY')
      expect(await textOf(page, '.learn [role=status]')).toContain(await textOf(page, '.sentence'))
    })
  })

  test('charts grow with the type, and tell their series by shape and name too', async () => {
    await visit('background-tabs', async ({ page }) => {
      const heightOf = () => page.$eval('.chart canvas', (canvas) => canvas.getBoundingClientRect().height)
      const before = await heightOf()
      await wear(page, { width: 1440, theme: 'light', type: 'large' }, false)
      await page.waitForFunction(
        (before) => document.querySelector('.chart canvas')!.getBoundingClientRect().height > before,
        {},
        before,
      )
      expect((await heightOf()) / before).toBeCloseTo(21 / 16, 1)
      const keys = await page.$$eval('.keys li', (all) =>
        all.map((each) => [each.querySelector('b')!.dataset.shape, each.innerText.trim()]),
      )
      expect(keys).toEqual([
        ['circle', 'polling'],
        ['square', 'SSE'],
        ['triangle', 'WebSocket'],
        ['', 'the page is hidden'],
      ])
    })
  })

  test('beside the words there is more room for the picture, and below it for the reason', async () => {
    await visit('polling-interval', async ({ page }) => {
      const boxes = await page.$$eval('.talk, .show', (all) =>
        all.map((each) => each.getBoundingClientRect().toJSON() as DOMRect),
      )
      const [talk, show] = boxes
      expect(show!.width / talk!.width).toBeCloseTo(7 / 5, 1)
      expect(show!.top).toBe(talk!.top)
      const rules = await page.evaluate(() =>
        [...document.styleSheets]
          .filter(({ href }) => href?.includes('/learn/'))
          .map(({ cssRules }) => cssRules.length),
      )
      expect(rules).toEqual(rules.map(() => 1)) // all of a sheet is of `.learn`
    })
  })

  test('without a guess there is no verdict; a second run keeps the first', async () => {
    await visit('one-url', async ({ page }) => {
      await page.click('.link')
      await untilOver(page)
      expect(await page.$('.verdict')).toBeNull()
      const first = await textOf(page, '.sentence')
      await page.click('.run')
      await page.waitForSelector('.result[data-old]')
      expect(await textOf(page, '.sentence')).toBe(first)
      await untilOver(page)
      expect(await textOf(page, '.result h3')).toBe('What was measured, run 2')
      expect(await page.$eval('.numbers ol', (list) => list.textContent)).toContain('One URL gave')
    })
  })

  test('the answer follows from the traffic: with a header taken away on the way, it says three and why', async () => {
    await visit('one-url', async ({ page }) => {
      const asked: string[] = []
      await page.setRequestInterception(true)
      page.on('request', (request) => {
        asked.push(new URL(request.url()).pathname)
        const headers = request.headers()
        delete headers.prefer
        void request.continue({ headers })
      })
      await guess(page, 2)
      await page.click('.run')
      await untilOver(page)
      expect(await textOf(page, '.sentence')).toBe('One URL gave 3 kinds of answer.')
      expect(await textOf(page, '.surprise')).toContain('taken a header away')
      expect(await page.$eval('.verdict', (verdict) => (verdict as HTMLElement).dataset.right)).toBe('open')
      // Behind an event: else the held answer may have one at once, by chance.
      expect(asked.filter((path) => path.startsWith('/feed')).slice(0, 2)).toEqual(['/feed/long-polling', '/feed'])
    })
  })
})
