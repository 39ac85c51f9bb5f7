// Each switch of the range in both positions, in real browsers, by the page's own switches and buttons: the attacks that pages make.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'puppeteer-core'
import { browserNames } from '../bench/browser/find.ts'
import type { StartedBrowser } from '../bench/browser/start.ts'
import { attacks } from '../src/range/attacks.ts'
import { rangeRoom } from '../src/range/room.ts'
import { SECRET } from '../src/range/switched.ts'
import type { Lab } from '../src/server/start.ts'
import { nodePlatform } from '../transports/platform.ts'
import { startBrowser } from './browser.ts'
import { sleep, startTestLab } from './lab.ts'
import * as screens from './screens.ts'
import { attackBy, leaveOff, openRange, positionsOf } from './range.ts'

const byPages = attacks.filter(({ from }) => from !== 'socket')
/** What the attacker has when it succeeded. */
const LOOT: Record<string, RegExp> = {
  hijack: new RegExp(`wss: read: .*${SECRET}.* and published in the name of the visitor: event`),
  'hijack-from-afar': new RegExp(`wss: read: .*${SECRET}`),
  'read-across': new RegExp(`polling: read: .*${SECRET}.*sse: read: .*${SECRET}`),
  'forged-post': /An event was published in the victim’s name/,
  'sse-injection': /The moderator says: Everybody has to log in anew/,
  xss: /(?=.*“from” ran)(?=.*“text” ran)(?=.*“colour” ran)(?=.*“link” ran)/,
  'plain-http': /A request in plain text: GET \/ HTTP\/1\.1/,
}
/** Which rule has held it back, with just this defence on; the empty name: with all of them. */
const FOREIGN = /(GET|POST) \/feed[^→]*from Origin https:\/\/(localhost|127\.0\.0\.1):\d+[^→]*/.source
const refused = (status: number, more = '') => new RegExp(`${FOREIGN}${more} → ${status}`)
const AS_TEXT = /4 notes were shown as text/
const HELD: Record<string, Record<string, RegExp>> = {
  hijack: { origin: refused(403, 'with the cookie') },
  'hijack-from-afar': { origin: refused(403), 'same-site': refused(401, 'without the cookie'), '': refused(403) },
  // Without the Origin check the target answers, and the browser keeps the answer from the page.
  'read-across': {
    origin: refused(403),
    cors: /the browser keeps it from this page \(CORS\).* → 200/,
    '': refused(403),
  },
  'forged-post': {
    ...{ origin: refused(403), 'same-site': /POST \/feed[^→]*without the cookie → 401/, '': refused(403) },
    schema: /POST \/feed[^→]*with the cookie → 415/,
  },
  'sse-injection': { encoding: /One note was published; the page was shown one\./ },
  xss: { text: AS_TEXT, policy: /A note is not shown|4 notes were shown as HTML/, '': AS_TEXT },
  'plain-http': { hsts: /The browser asked for TLS, which nobody speaks on this port/ },
}
/** For it HSTS can be seen: it leads to this machine, and is no localhost. */
const NAME = 'lab.wirelab.test'

const PATIENCE = { timeout: 120_000 }

describe.each(browserNames)('%s', (browserName) => {
  let lab: Lab
  let browser: StartedBrowser
  let page: Page

  beforeAll(async () => {
    lab = await startTestLab({ names: [NAME], range: rangeRoom })
    browser = await startBrowser(browserName, lab.authority!.caPath, { hosts: [NAME], thirdPartyCookies: true })
    page = await openRange(browser, lab)
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    expect(await lab.close()).toEqual({ forced: false })
    expect(lab.metrics.uncaught).toBe(0)
  })

  for (const { slug, title } of byPages)
    describe(title, () => {
      test.each(positionsOf(slug))('$title', PATIENCE, async ({ off, succeeds }) => {
        await leaveOff(page, slug, off)
        const { outcome, text } = await attackBy(page, slug)
        expect(outcome, text).toBe(succeeds ? 'succeeded' : 'held')
        if (succeeds) expect(text).toMatch(LOOT[slug]!)
        else {
          const own = attacks.find((each) => each.slug === slug)!.defences.filter((name) => !off.includes(name))
          expect(text).toMatch(HELD[slug]![own.length > 1 ? '' : own[0]!]!)
          expect(text).not.toContain(SECRET)
        }
      })
    })

  test('an attack that could not be made is called neither: the victim cannot log in', PATIENCE, async () => {
    await leaveOff(page, 'hijack', ['origin'])
    const platform = nodePlatform({ ca: lab.authority!.ca })
    const wrong = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"victim","password":"wrong wrong"}',
    }
    const guess = async () => (await platform.fetch(`${lab.target}/sessions`, wrong)).text()
    for (let n = 0; n < 10; n++) await guess()
    // The first waits are short: on a busy machine they would be over before the victim comes. So somebody goes on guessing.
    let isOver = false
    const guessing = (async () => {
      for (; !isOver; await sleep(50)) await guess()
    })()
    const { outcome, text } = await attackBy(page, 'hijack').finally(() => (isOver = true))
    await guessing
    await platform.close()
    expect(outcome, text).toBe('failed')
    expect(text).toMatch(/was not made.*says nothing of the target: the target answered 429 to the victim’s login\./)
    expect(text).not.toMatch(/held back|the browser itself/)
    await leaveOff(page, 'hijack', []) // the target is started anew, and has forgotten it
  })

  test('from the keyboard: a switch by Space, which keeps the focus, and the attack by Enter', PATIENCE, async () => {
    await leaveOff(page, 'hijack', [])
    await page.focus('#hijack-origin')
    await page.keyboard.press(' ')
    await page.waitForFunction(() => document.querySelector('label[for=hijack-origin]')?.textContent.includes('off'))
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('hijack-origin')
    const { outcome, text } = await attackBy(page, 'hijack', async (button) => {
      await page.focus(button)
      await page.keyboard.press('Enter')
    })
    expect(outcome, text).toBe('succeeded')
    const isOld = () => page.$eval('[data-slug=hijack] .outcome', (each) => each.hasAttribute('data-old'))
    expect([await isOld(), text]).toEqual([false, expect.not.stringContaining('other position')])
    await leaveOff(page, 'hijack', [])
    expect(await isOld()).toBe(true)
    await leaveOff(page, 'hijack', ['origin']) // as it was when that was seen
    expect(await isOld()).toBe(false)
  })

  test('all on again by one button; what came of the attacks breaks no rule of WCAG 2.2 AA', PATIENCE, async () => {
    await page.click('.all button')
    await page.waitForFunction(() => document.querySelector('.all span')?.textContent === 'All defences are on.')
    expect(await page.$$eval('.switch input', (all) => all.every((each) => each.checked))).toBe(true)
    const succeeded = await page.$$eval('.outcome[data-outcome=succeeded]', (all) =>
      all.map((each) => [each.hasAttribute('data-old'), /of the other position of the switch/i.test(each.textContent)]),
    )
    expect(succeeded).not.toEqual([])
    expect(succeeded, 'under switches that are on now').toEqual(succeeded.map(() => [true, true]))
    expect(await screens.axeOf(page)).toEqual([])
  })
})

describe.each(browserNames)('%s, as it comes, without a name for the lab', (browserName) => {
  let lab: Lab
  let browser: StartedBrowser
  let page: Page
  beforeAll(async () => {
    lab = await startTestLab({ range: rangeRoom })
    browser = await startBrowser(browserName, lab.authority!.caPath)
    page = await openRange(browser, lab)
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    expect(await lab.close()).toEqual({ forced: false })
    expect(lab.metrics.uncaught).toBe(0)
  })

  test(
    'may send no cookie to an embedded site, whatever SameSite says; and the card says who held it back',
    PATIENCE,
    async () => {
      await leaveOff(page, 'hijack-from-afar', ['origin', 'same-site'])
      const { outcome, text } = await attackBy(page, 'hijack-from-afar')
      if (browserName === 'firefox') expect(outcome).toBe('held') // Total Cookie Protection; Chromium as it was built
      expect(text).toMatch(
        outcome === 'held'
          ? /the browser itself did.*GET \/feed\/wss from Origin https:\/\/127\.0\.0\.1:\d+.*without the cookie → 401/
          : /GET \/feed\/wss from Origin https:\/\/127\.0\.0\.1:\d+.*with the cookie → 101/,
      )
    },
  )

  test('may keep no HSTS for localhost; and the card says that the defence is elsewhere', PATIENCE, async () => {
    await leaveOff(page, 'plain-http', [])
    const { outcome, text } = await attackBy(page, 'plain-http')
    expect(text).toMatch(
      outcome === 'succeeded' ? /with all its defences on.*Here the defence is none/ : /The browser asked for TLS/,
    )
  })
})
