// The experiments on the page, as a test opens one of them: by its link, in a lab and a browser of this file's own; its numbers as they stand there.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'puppeteer-core'
import { experiments } from '../public/learn/list.ts'
import type { BrowserName } from '../bench/browser/find.ts'
import { benchRoom } from '../src/lab/room.ts'
import type { Lab } from '../src/server/start.ts'
import { startBrowser } from './browser.ts'
import { expectations } from './experiments.ts'
import type { Rows } from './experiments.ts'
import { startTestLab } from './lab.ts'
import { faultsOf, listen } from './screens.ts'
import type { Look } from './screens.ts'

/** Of the lab, while nothing runs. */
export const RATE = 5
const RUN_MS = 30_000
/** In which what a run has brought is looked at too; the other screens are looked at in screens.test.ts. */
const looks: Look[] = [
  { width: 1440, theme: 'light', type: 'normal' },
  { width: 390, theme: 'dark', type: 'large' },
]

/** Whose bytes are mostly heads, over HTTP/1.1: they say that over HTTP/2 they would be fewer. */
const headed = ['polling-interval', 'caching', 'keep-alive', 'which-transport']

interface Visit {
  page: Page
  /** Everything the console said. */
  said: string[]
}

/** A lab and a browser before the tests of a file, and their end after them. An experiment sets the rate of its lab: two at once want two labs. */
export function learnIn(browserName: BrowserName) {
  let lab: Lab
  let browser: Awaited<ReturnType<typeof startBrowser>>

  beforeAll(async () => {
    lab = await startTestLab({ source: 'ticker', perSecond: RATE, lab: benchRoom() })
    browser = await startBrowser(browserName, lab.authority!.caPath, { slowsHidden: true })
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    expect(await lab.close()).toEqual({ forced: false })
    expect(lab.metrics.uncaught).toBe(0)
  })

  /** A page of its own for each test; it must have been quiet but for `allowed`. */
  async function visit(slug: string, act: (visit: Visit) => Promise<void>, allowed?: RegExp) {
    const page = await browser.browser.newPage()
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

  return { lab: () => lab, visit }
}

export const guess = (page: Page, index: number) =>
  page.$$eval('input[name=guess]', (all, index) => (all[index] as HTMLInputElement).click(), index)
export const textOf = (page: Page, selector: string) =>
  page.$eval(selector, (element) => (element as HTMLElement).innerText.trim())

export async function untilOver(page: Page) {
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

/** Every experiment, guessed and run to its answer in this browser; a file for each browser, so that they run beside each other. */
export function runsIn(browserName: BrowserName) {
  const { visit } = learnIn(browserName)
  // From both ends: else each dear one, a storm of a thousand clients, would meet itself in the file that runs beside this one.
  const inOrder = browserName === 'firefox' ? experiments.toReversed() : experiments

  describe.each(inOrder)('$slug', ({ slug }) => {
    const { choice, numbers, isBusy, said } = expectations[slug]!
    test(
      `runs to its answer in ${browserName}, on live traffic`,
      async () => {
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
            numbers(rows, sentence, result, browserName)
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
        )
      },
      RUN_MS + 20_000,
    )
  })
}
