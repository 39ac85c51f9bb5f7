// The publish box in a real Chromium: what came of it stands below the field, nothing that was written is lost, and the lab's own answer is told.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { HTTPRequest, Page } from 'puppeteer-core'
import { benchRoom } from '../src/lab/room.ts'
import type { Lab } from '../src/server/start.ts'
import { startBrowser } from './browser.ts'
import { startTestLab } from './lab.ts'

let lab: Lab
let chromium: Awaited<ReturnType<typeof startBrowser>>
let page: Page

beforeAll(async () => {
  lab = await startTestLab({ lab: benchRoom() })
  chromium = await startBrowser('chromium', lab.authority!.caPath)
  page = await chromium.browser.newPage()
}, 60_000)
beforeEach(async () => {
  await page.goto('about:blank')
  await page.goto(`${lab.url}/#/?lanes=wss`)
  await page.waitForSelector('.lane[data-lane="wss"][data-state="open"]')
})
afterAll(async () => {
  await chromium.close()
  expect(await lab.close()).toEqual({ forced: false })
})

/** As a paste does, which asks nobody how long it is. */
async function write(text: string) {
  await page.$eval('#text', (input) => (input as HTMLInputElement).select())
  await (await page.createCDPSession()).send('Input.insertText', { text })
}
const shown = (selector: string, pattern: RegExp) =>
  page.waitForFunction(
    (at, source) => {
      const element = document.querySelector<HTMLElement>(at)
      return element?.checkVisibility() && new RegExp(source).test(element.textContent) ? element.textContent : false
    },
    {},
    `#publish ${selector}`,
    pattern.source,
  )
const valueOf = () => page.$eval('#text', (input) => (input as HTMLInputElement).value)
const number = () => Number(lab.feed.tail.split('.')[1])

test('what is published is told with its number, below the field and as its description', async () => {
  await write('Hello')
  await page.keyboard.press('Enter')
  await shown('p', /^Published as event \d+\.$/)
  expect(await page.$eval('#publish-answer', ({ textContent }) => textContent)).toBe(`Published as event ${number()}.`)
  const field = await page.accessibility.snapshot({ root: (await page.$('#text'))!, interestingOnly: false })
  expect(field?.description).toBe(`Published as event ${number()}.`)
  // One region says it, and not at once: who publishes ten times hears of it once.
  expect(await page.$$eval('#publish [role=status], #publish [aria-live], #publish output', (all) => all.length)).toBe(
    0,
  )
  await page.waitForFunction(() => /Event \d+ is published/.test(document.querySelector('#said')!.textContent))
})

test('what is too long is kept whole and not sent; it is said by how much', async () => {
  const [text, before] = ['x'.repeat(5000), number()]
  await write('x'.repeat(1999))
  await page.keyboard.type('x')
  expect(await page.$$('#publish [role=alert]:not([hidden])')).toEqual([])
  await page.keyboard.type('x') // the field tells, before anybody presses a button
  await shown('[role=alert]', /^This is too long to be published: the most are 2,000 characters\.$/)
  await page.keyboard.press('Backspace')
  await page.waitForSelector('#publish [role=alert]', { hidden: true })
  await write(text)
  await shown('[role=alert]', /too long/)
  await page.keyboard.press('Enter')
  await shown(
    '[role=alert]',
    /^Not published: it is too long by 3,000 characters; the most are 2,000 characters\. The text is still here\.$/,
  )
  expect(await valueOf()).toBe(text)
  // Who comes back to the field later hears why, too.
  const refused = await page.accessibility.snapshot({ root: (await page.$('#text'))!, interestingOnly: false })
  expect([refused?.invalid, refused?.description]).toEqual([
    'true',
    'Not published: it is too long by 3,000 characters; the most are 2,000 characters. The text is still here.',
  ])
  expect(number()).toBe(before)
  await write('short')
  await page.keyboard.press('Enter')
  await shown('p', /^Published as event/)
  expect(await page.$$eval('#publish [role=alert]:not([hidden])', (all) => all.length)).toBe(0)
})

test('the answer to what was published before does not take away that what stands there now is too long', async () => {
  let letGo = () => undefined as void
  await page.setRequestInterception(true)
  const hold = (request: HTTPRequest) => {
    if (request.method() === 'POST' && request.url().endsWith('/feed')) letGo = () => void request.continue()
    else void request.continue()
  }
  page.on('request', hold)
  await write('Hello')
  const asked = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/feed'))
  await page.keyboard.press('Enter')
  await asked
  await write('x'.repeat(2001))
  await shown('[role=alert]', /^This is too long/)
  letGo()
  await page.waitForFunction(() => /Event \d+ is published/.test(document.querySelector('#said')!.textContent))
  await shown('[role=alert]', /^This is too long/)
  expect(await page.$eval('#text', (input) => input.getAttribute('aria-invalid'))).toBe('true')
  page.off('request', hold)
  await page.setRequestInterception(false)
})

test('a lab that does not answer is no fault of the text', async () => {
  await write('Hello')
  await page.setOfflineMode(true)
  await page.keyboard.press('Enter')
  await shown('[role=alert]', /^Not published\. .* The text is still here\.$/)
  await page.setOfflineMode(false)
  const field = await page.accessibility.snapshot({ root: (await page.$('#text'))!, interestingOnly: false })
  expect(field?.invalid ?? 'false').toBe('false')
  expect(field?.description).toMatch(/^Not published\./)
  expect(await valueOf()).toBe('Hello')
})

test.each([
  ['spaces alone', '   ', /nothing in it but spaces\.$/],
  ['nothing', '', /there is nothing in it\.$/],
])('%s are refused in words', async (_, text, why) => {
  const before = number()
  await page.$eval('#text', (input, value) => ((input as HTMLInputElement).value = value), text)
  await page.click('#publish button')
  await shown('[role=alert]', why)
  expect(await valueOf()).toBe(text)
  expect(number()).toBe(before)
})

test('of a body that is too large the lab’s own answer is told, not that it does not answer', async () => {
  // As text: what is imported is of the page, not of this test.
  const words = await page.evaluate(
    `import('/public/lab.ts').then(({ explain, publish }) => publish('note', 'x'.repeat(200_000)).then(String, explain))`,
  )
  expect(words).toBe('The lab refused: a body is at most 65536 bytes.')
})
