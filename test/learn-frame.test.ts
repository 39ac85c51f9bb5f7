// The frame around every experiment, in a real Chromium over real TLS: its list and links, its keys, its end, and what it leaves open: nothing.
import { describe, expect, test, vi } from 'vitest'
import type { Page } from 'puppeteer-core'
import { experiments } from '../public/learn/list.ts'
import { INTERVALS, LAST_MS, PER_SECOND } from '../public/learn/polling-interval/answer.ts'
import { expectations } from './experiments.ts'
import { get, sleep } from './lab.ts'
import { RATE, guess, learnIn, textOf, untilOver } from './learn.ts'
import { wear } from './screens.ts'
import { benchOf, isListening, linesOf, openFeeds } from './leaving.ts'

/** In which what was left is closed. */
const SOON_MS = 8000

const { lab, visit } = learnIn('chromium')

test('the list has a link to each experiment, and every experiment an expectation', async () => {
  await visit('', async ({ page }) => {
    const links = await page.$$eval('.experiments a', (all) => all.map((each) => each.getAttribute('href')!))
    expect(links.toSorted()).toEqual(experiments.map(({ slug }) => `#/learn/${slug}`).toSorted())
  })
  expect(Object.keys(expectations).toSorted()).toEqual(experiments.map(({ slug }) => slug).toSorted())
})

test('a slug that is none shows the list and says so', async () => {
  await visit('', async ({ page }) => {
    await page.goto(`${lab().url}/#/learn/no-such-thing`)
    await page.waitForSelector('.learn .alert')
    expect(await textOf(page, '.learn .alert')).toContain('no-such-thing')
  })
})

describe('the frame', () => {
  /** As the lab says it now. */
  const rate = (page: Page) =>
    page.evaluate(async () => ((await (await fetch('/lab')).json()) as { perSecond: number }).perSecond)
  async function untilRate(page: Page, perSecond: number) {
    for (let looks = 0; looks < 300 && (await rate(page)) !== perSecond; looks++) await sleep(50)
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
      await untilRate(page, PER_SECOND)
      await page.click('.run')
      await untilRate(page, RATE)
      await page.waitForFunction(() => document.querySelector('.run')!.textContent?.trim() === 'Run')
      expect(await page.$('.result')).toBeNull()
      expect(await page.$eval('.learn [role=status]', (status) => status.textContent)).toContain('Stopped')
      expect(await page.$eval('.show .quiet', (words) => (words as HTMLElement).innerText)).toMatch(/^Stopped\. /) // for who sees, too
    })
  })

  test('who leaves while it polls leaves nothing open', async () => {
    await visit('polling-interval', async ({ page }) => {
      let asked = 0
      page.on('request', (request) => void (asked += new URL(request.url()).pathname === '/feed/polling' ? 1 : 0))
      await guess(page, 0)
      await page.click('.run')
      await untilRate(page, PER_SECOND)
      await page.evaluate(() => (location.hash = '#/learn'))
      await page.waitForSelector('.experiments')
      await untilRate(page, RATE)
      await sleep(300)
      const before = asked
      await sleep(1500)
      expect(asked).toBe(before) // nobody asks any more
      // A run that went on would end by itself, and put the rate back: but not before it has asked nearly so often.
      expect(asked).toBeLessThan(LAST_MS / INTERVALS[0] / 2)
    })
  })

  // Streams and sockets make no entries: they are counted where they are made, at the lab, and at the doors.
  test.each(['buffering-proxy', 'connection-session', 'one-url'])(
    'who leaves %s while its streams are open leaves nothing open',
    async (slug) => {
      await vi.waitFor(async () => expect(await openFeeds(lab())).toBe(0), SOON_MS)
      await visit(
        slug,
        async ({ page }) => {
          const bench = benchOf(page)
          const states = await linesOf(page)
          await page.click('.link')
          await vi.waitFor(async () => {
            expect(await states()).toContain('open')
            expect(await openFeeds(lab())).toBeGreaterThan(0)
          }, SOON_MS)
          if (slug !== 'one-url') expect(await bench.connections()).toBeGreaterThan(0)
          await page.evaluate(() => (location.hash = '#/learn'))
          await page.waitForSelector('.experiments')
          await vi.waitFor(async () => expect(await openFeeds(lab())).toBe(0), SOON_MS)
          for (const port of bench.ports())
            await vi.waitFor(async () => expect(await isListening(port)).toBe(false), SOON_MS)
          const made = (await states()).length
          await sleep(1500) // by then a client that was forgotten has tried again
          expect(await states()).toEqual(Array.from({ length: made }, () => 'closed'))
          expect(await openFeeds(lab())).toBe(0)
        },
        expectations[slug]!.said,
      )
    },
  )

  test('a page that is closed while it runs puts the rate back', async () => {
    await visit('polling-interval', async ({ page }) => {
      await guess(page, 0)
      await page.click('.run')
      await untilRate(page, PER_SECOND)
      await page.goto('about:blank')
      const rateNow = async () => (JSON.parse(await get(lab(), '/lab')) as { perSecond: number }).perSecond
      for (let looks = 0; looks < 300 && (await rateNow()) !== RATE; looks++) await sleep(50)
      expect(await rateNow()).toBe(RATE)
    })
  })

  test('a run during which another page changed the rate gives no answer and says why, though the rate is back', async () => {
    await visit('polling-interval', async ({ page }) => {
      await guess(page, 0)
      await page.click('.run')
      await untilRate(page, PER_SECOND)
      await visit('sse-reconnect', async (other) => {
        await other.page.click('.link')
        await untilRate(other.page, 6)
        await other.page.click('.run')
        await untilRate(other.page, PER_SECOND)
      })
      await page.bringToFront()
      await page.waitForSelector('.result, .experiment .alert:not([hidden])', { timeout: 40_000 })
      expect(await page.$('.result')).toBeNull()
      expect(await textOf(page, '.experiment .alert')).toMatch(
        /^Another page changed how many events .+ Run it again\.$/,
      )
      await untilRate(page, RATE)
    })
  }, 90_000)

  test('of two runs that overlap the later one goes on when the other is stopped, and the lab is as it was after both', async () => {
    await visit('polling-interval', async ({ page }) => {
      await guess(page, 0)
      await page.click('.run')
      await untilRate(page, PER_SECOND)
      await visit('sse-reconnect', async (other) => {
        await other.page.click('.link')
        await untilRate(other.page, 6)
        await page.bringToFront()
        await page.click('.run')
        await page.waitForFunction(() => document.querySelector('.run')!.textContent?.trim() === 'Run')
        expect(await rate(other.page)).toBe(6)
        await other.page.bringToFront()
        await other.page.click('.run')
        await untilRate(other.page, RATE)
      })
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
        const { origin, pathname } = new URL(request.url())
        if (origin === lab().url) asked.push(pathname) // at its doors the page asks whether they can be reached
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
