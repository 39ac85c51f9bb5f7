// The account panel in real browsers, over real TLS: sign up, log in and out, sessions, a reset, the keyboard, and text as text.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ElementHandle, Page } from 'puppeteer-core'
import { browserNames } from '../bench/browser/find.ts'
import type { StartedBrowser } from '../bench/browser/start.ts'
import type { Letter } from '../src/accounts/letters.ts'
import { accountRoom } from '../src/accounts/room.ts'
import { benchRoom } from '../src/lab/room.ts'
import type { Lab } from '../src/server/start.ts'
import { startBrowser } from './browser.ts'
import { startTestLab } from './lab.ts'
import { lanesOf } from './lanes.ts'
import * as screens from './screens.ts'

const PANEL = '#account-panel'
const buttonOf = (on: Page, text: string) =>
  on.waitForFunction(
    (selector, words) =>
      [...document.querySelectorAll<HTMLButtonElement>(`${selector} button`)].find(
        (each) => each.textContent?.trim() === words,
      ),
    {},
    PANEL,
    text,
  )
const press = async (on: Page, text: string) => ((await buttonOf(on, text)) as ElementHandle<HTMLButtonElement>).click()
const called = (on: Page, name: string) =>
  on.waitForFunction((text) => document.querySelector('#account:not([hidden])')?.textContent === text, {}, name)
async function fill(on: Page, values: Record<string, string>) {
  for (const [name, value] of Object.entries(values)) await on.type(`${PANEL} input[name=${name}]`, value)
  await on.keyboard.press('Enter')
}

describe.each(browserNames)('%s', (browserName) => {
  let lab: Lab
  let browser: StartedBrowser
  let page: Page
  let said: string[]
  const letters: Letter[] = []

  beforeAll(async () => {
    const deliver = async (letter: Letter) => void letters.push(letter)
    lab = await startTestLab({
      ...{ source: 'ticker', perSecond: 5, lab: benchRoom() },
      accounts: accountRoom({ path: ':memory:', cost: 4, deliver }),
    })
    browser = await startBrowser(browserName, lab.authority!.caPath)
    page = await browser.browser.newPage()
    said = await screens.listen(page)
    await page.goto(lab.url)
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    expect(await lab.close()).toEqual({ forced: false })
    expect(lab.metrics.uncaught).toBe(0)
  })

  const { untilOpen } = lanesOf(() => page)
  test('sign up from the keyboard: then logged in, and the lanes go on', async () => {
    await called(page, 'Log in')
    await page.focus('#account')
    await page.keyboard.press('Enter')
    await press(page, 'Sign up')
    const gone = page.waitForNavigation()
    await fill(page, { name: 'ann', password: 'correct horse', email: 'ann@lab.example' })
    await gone
    await called(page, 'ann')
    await untilOpen()
  })

  test('the panel breaks no rule of WCAG, Escape closes it, and the focus is where it was', async () => {
    await page.focus('#account')
    await page.keyboard.press('Enter')
    await page.waitForSelector(`${PANEL} .sessions li`)
    expect(await screens.axeOf(page)).toEqual([])
    await page.keyboard.press('Escape')
    expect(await page.$eval(PANEL, (panel) => (panel as HTMLDialogElement).open)).toBe(false)
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('account')
  })

  test('another browser’s name is text; its session is ended from here, and its lanes with it', async () => {
    const other = await (await browser.browser.createBrowserContext()).newPage()
    const markup = '<img src=x onerror=alert(1)>'
    await other.setUserAgent({ userAgent: markup })
    await other.goto(lab.url)
    await called(other, 'Log in')
    await other.click('#account')
    const gone = other.waitForNavigation()
    await fill(other, { name: 'ann', password: 'correct horse' })
    await gone
    await called(other, 'ann')
    await other.waitForSelector('.lane[data-lane=wss][data-state=open]')

    await page.bringToFront() // a page that is hidden is slow, in Firefox for seconds
    await page.click('#account')
    await page.waitForFunction((text) => document.querySelector('.sessions')?.textContent?.includes(text), {}, markup)
    expect(await page.$$(`${PANEL} img`)).toEqual([])
    // Its WebSocket carried the session, at its door too. Not for long: the page takes a new session, as a guest, and its lanes go on.
    const closed = other.waitForSelector('.lane[data-lane=wss][data-state=closed]')
    await press(page, 'End')
    await page.waitForFunction(() => document.querySelectorAll('.sessions li').length === 1)
    await other.bringToFront()
    await closed
    await other.close()
    await page.bringToFront()
    await press(page, 'Close')
  })

  test('log out; a wrong password is said in words; a forgotten one is set by a link, which leaves the address', async () => {
    await page.click('#account')
    const gone = page.waitForNavigation()
    await press(page, 'Log out')
    await gone
    await called(page, 'Log in')
    await page.click('#account')
    said.length = 0
    await fill(page, { name: 'ann', password: 'wrong password' })
    const alert = await page.waitForSelector(`${PANEL} [role=alert]:not([hidden])`)
    expect(await alert!.evaluate((each) => each.textContent)).toBe(
      'The lab refused: the name or the password is wrong.',
    )
    // The browser's own word; Firefox says none.
    expect(said).toEqual(browserName === 'chromium' ? [expect.stringContaining('401') as string] : [])
    said.length = 0

    await press(page, 'Forgotten password')
    await fill(page, { name: 'ann' })
    await expect.poll(() => letters.length).toBe(1)
    expect(letters[0]!.link.startsWith(`${lab.url}/#/account?token=`)).toBe(true)
    const linked = await (await browser.browser.createBrowserContext()).newPage()
    await linked.goto(letters[0]!.link)
    await linked.waitForSelector(`${PANEL}[open]`)
    expect(linked.url()).toBe(`${lab.url}/#/`)
    await fill(linked, { password: 'another password' })
    await linked.waitForSelector(`${PANEL} input[name=name]`)
    const again = linked.waitForNavigation()
    await fill(linked, { name: 'ann', password: 'another password' })
    await again
    await called(linked, 'ann')
    expect(said).toEqual([])

    // In a tab where the lab is open, which stays as it is.
    await linked.evaluate(() => (location.hash = '#/?poll=700'))
    await linked.waitForFunction(() => document.querySelector('#poll output')?.textContent?.includes('700 ms'))
    await linked.evaluate(() => (location.hash = '#/account?token=stale.one'))
    await linked.waitForFunction(() => document.querySelector('#account-title')?.textContent === 'A new password')
    expect(linked.url()).toBe(`${lab.url}/#/?poll=700`)
    expect(await linked.evaluate(() => document.body.innerText)).not.toMatch(/stale|no screen|Not understood/)
    await fill(linked, { password: 'yet another password' })
    await linked.waitForSelector(`${PANEL} [role=alert]:not([hidden])`)
    await linked.close()
  })

  test('a lab without accounts has no panel, and loads none of it', async () => {
    const plain = await startTestLab()
    const own = await (await browser.browser.createBrowserContext()).newPage()
    const asked: string[] = []
    own.on('request', (request) => void asked.push(request.url()))
    await own.goto(plain.url)
    await own.waitForSelector('#screen:not([hidden])')
    expect(await own.$eval('#account', (button) => (button as HTMLElement).hidden)).toBe(true)
    expect(asked.filter((url) => url.includes('/account/'))).toEqual([])
    await own.close()
    await plain.close()
  })

  test('a lab that is closed to guests says so, and opens to an account: its lanes follow at the page’s own origin', async () => {
    const closed = await startTestLab({
      ...{ auth: 'required', source: 'ticker', perSecond: 5, lab: benchRoom() },
      accounts: accountRoom({ path: ':memory:', cost: 4 }),
    })
    const own = await (await browser.browser.createBrowserContext()).newPage()
    await own.goto(closed.url)
    await own.waitForSelector('#locked:not([hidden])')
    expect(await own.$eval('#locked', (each) => each.textContent)).toContain('needs an account')
    await own.click('#account')
    await press(own, 'Sign up')
    const gone = own.waitForNavigation()
    await fill(own, { name: 'ann', password: 'correct horse' })
    await gone
    await own.waitForFunction(() => document.querySelectorAll('.lane[data-state=open]').length === 4)
    expect(await own.$eval('#locked', (each) => (each as HTMLElement).hidden)).toBe(true)
    expect(await own.$eval('.warning', (each) => (each as HTMLElement).innerText)).toMatch(
      /^This lab is closed to guests, and a door.* is not told who is logged in: .*knobs and faults are off/,
    )
    expect(await own.$$eval('nav a', (all) => all.filter((each) => each.checkVisibility()).length)).toBe(3)
    await own.close()
    expect(await closed.close()).toEqual({ forced: false })
  })
})
