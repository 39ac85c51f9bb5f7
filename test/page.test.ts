// The page in a real Chromium, over real TLS: four lanes that agree, survive a cut, publish text as text, and stay quiet.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ElementHandle, Page } from 'puppeteer-core'
import type { Lab } from '../src/server/start.ts'
import { transportNames } from '../transports/clients.ts'
import { startBrowser } from './browser.ts'
import { sleep, startTestLab } from './lab.ts'

/** `SCREENSHOTS=1` makes the pictures of the README anew; otherwise a run leaves its own beside its report. */
const images = join(import.meta.dirname, process.env.SCREENSHOTS ? '../docs/images' : 'out')
const attack = "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>"

let lab: Lab
let chromium: Awaited<ReturnType<typeof startBrowser>>
let page: Page
/** Everything the console said, with what the page was doing. */
const said: string[] = []
let doing = 'opening'

beforeAll(async () => {
  lab = await startTestLab({ source: 'ticker', perSecond: 10 })
  chromium = await startBrowser('chromium', lab.authority!.caPath)
  page = await chromium.browser.newPage()
  page.on('console', (message) => said.push(`${doing}: ${message.type()} ${message.text()}`))
  page.on('pageerror', (error) => said.push(`${doing}: ${String(error)}`))
  page.on('dialog', (dialog) => (said.push(`${doing}: dialog`), void dialog.dismiss()))
  await page.evaluateOnNewDocument(() => {
    addEventListener('securitypolicyviolation', (event) =>
      console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`),
    )
  })
  await page.setViewport({ width: 1440, height: 900 })
  await page.goto(lab.url)
  await until(async () => (await states()).every((state) => state === 'open'), 'all lanes to be open')
}, 60_000)
afterAll(async () => {
  await chromium.close()
  expect(await lab.close()).toEqual({ forced: false })
  expect(lab.metrics.uncaught).toBe(0)
})

async function until(check: () => Promise<boolean>, what: string, ms = 10_000) {
  const started = performance.now()
  while (!(await check())) {
    if (performance.now() - started > ms)
      throw new Error(`not within ${ms} ms: ${what}; the lanes say ${(await lanes()).join(' | ')}`)
    await sleep(50)
  }
}
const lanes = () =>
  page.$$eval('.lane', (all) => all.map((lane) => (lane as HTMLElement).innerText.replace(/\s+/g, ' ')))
const states = () => page.$$eval('.lane', (all) => all.map((lane) => (lane as HTMLElement).dataset.state))
const number = (lane: string, name: string) =>
  page.$eval(`[data-lane="${lane}"] [data-n="${name}"]`, (element) =>
    Number(element.textContent?.replace(/[^\d.]/g, '')),
  )
/** As the browser tells it to a screen reader. */
const nameOf = async (element: ElementHandle) =>
  (await page.accessibility.snapshot({ root: element, interestingOnly: false }))?.name
const textOf = (selector: string) => page.$eval(selector, (element) => element.textContent ?? '')

test('a lane for each transport, in the list’s order', async () => {
  expect(await page.$$eval('.lane h2', (all) => all.map((each) => each.textContent))).toEqual(transportNames)
})

test('all lanes advance, and agree on the ids', async () => {
  const before = await Promise.all(transportNames.map((name) => number(name, 'events')))
  await sleep(2500)
  const after = await Promise.all(transportNames.map((name) => number(name, 'events')))
  for (const [index] of transportNames.entries()) expect(after[index]! - before[index]!).toBeGreaterThan(5)
  for (const name of transportNames)
    expect([await number(name, 'lost'), await number(name, 'repeated'), await number(name, 'bad')]).toEqual([0, 0, 0])
  // The clock stops, and every lane stands at the same event.
  await setRate(0)
  const tail = lab.feed.tail.split('.')[1]
  await until(
    async () => (await textOf('#agreement')) === `All 4 lanes are at event #${tail}.`,
    `agreement at #${tail}`,
  )
  await setRate(10)
})

/** By keyboard: ten steps down is silence, then up again to the wanted place in the list of rates. */
async function setRate(perSecond: 0 | 10) {
  await page.focus('#rate-input')
  await page.keyboard.press(perSecond === 0 ? 'Home' : 'ArrowRight')
  if (perSecond !== 0) for (let step = 0; step < 4; step++) await page.keyboard.press('ArrowRight')
  await until(
    async () => (await textOf('#rate output')).startsWith(perSecond === 0 ? 'silence' : '10 events'),
    'the rate',
  )
  await sleep(500)
}

test('bytes and requests are what the server counted for the lane', async () => {
  const tokens = await page.evaluate(() =>
    performance.getEntriesByType('resource').flatMap(({ name }) => /lane=((?:polling)-\w+)/.exec(name)?.[1] ?? []),
  )
  const counted = lab.wire.lane(tokens[0]!)!
  expect(counted.shared).toBe(false)
  expect(counted.requests).toBeGreaterThan(3)
  expect(Math.abs((await number('polling', 'requests')) - counted.requests)).toBeLessThanOrEqual(3)
  expect(await number('polling', 'per-event')).toBeGreaterThan(50)
  // A lane has its own host name, and so its own TCP connections.
  expect(
    await page.evaluate(async () => Object.keys(((await (await fetch('/lab')).json()) as { lanes: object }).lanes)),
  ).toEqual(transportNames)
})

test.each(transportNames)(
  'cut the line of %s: its connection is really gone, it comes back, and missed nothing',
  async (name) => {
    doing = `cutting ${name}`
    const token = (await page.evaluate(
      (lane) => {
        const urls = performance.getEntriesByType('resource').map((entry) => entry.name)
        return urls.flatMap((url) => new RegExp(`lane=(${lane}-\\w+)`).exec(url)?.[1] ?? []).at(-1)
      },
      name === 'wss' ? 'polling' : name,
    ))!.replace(/^polling/, name)
    const before = lab.wire.lane(token)!.connections
    await page.$eval(`[data-lane="${name}"] .cut`, (button) => (button as HTMLButtonElement).click())
    await until(
      async () => /missed 0, repeated 0$/.test(await textOf(`[data-lane="${name}"] .story`)),
      'the story of the cut to end',
    )
    expect(await textOf(`[data-lane="${name}"] .story`)).toMatch(/^Cut [1-9]\d* connections?/)
    expect(lab.wire.lane(token)!.connections).toBeGreaterThan(before) // another TCP connection than before
    await until(async () => (await states()).every((state) => state === 'open'), 'all lanes to be open again')
    expect([await number(name, 'lost'), await number(name, 'repeated')]).toEqual([0, 0])
    await sleep(200)
    doing = 'following'
  },
)

describe('screenshots', () => {
  beforeAll(async () => {
    await page.click('#publish button')
    await until(async () => (await textOf('[data-lane="polling"] [data-n="note"]')) === 'Hello, all lanes', 'the note')
  })
  afterAll(() => page.setViewport({ width: 1440, height: 900 }))

  test.each([
    [1440, 'light'],
    [1440, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)('%i px, %s: nothing is wider than the window', async (width, scheme) => {
    await mkdir(images, { recursive: true })
    await page.setViewport({ width, height: 900 })
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    await sleep(1000)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    const path = join(images, `page-${width}-${scheme}.png`) as `${string}.png`
    const image = await page.screenshot({ fullPage: true, path })
    expect(image.length).toBeGreaterThan(50_000)
  })
})

test.each([760, 1920])('%i px: nothing is wider than the window', async (width) => {
  await mkdir(join(import.meta.dirname, 'out'), { recursive: true })
  await page.setViewport({ width, height: 900 })
  await sleep(500)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
  await page.screenshot({ fullPage: true, path: join(import.meta.dirname, `out/page-${width}.png`) })
  await page.setViewport({ width: 1440, height: 900 })
})

test('another poll interval forgets how late events were in the one before', async () => {
  const samples = async () => Number(/[\d,]+/.exec(await textOf('[data-lane="polling"] [data-n="samples"]'))![0])
  await until(async () => (await samples()) > 30, 'samples of the first interval')
  await page.focus('#interval-input')
  await page.keyboard.press('ArrowLeft')
  await until(async () => (await samples()) < 20, 'the samples to be of the new interval alone')
  await page.keyboard.press('ArrowRight')
  await sleep(500)
})

test('pause stops a lane, resume brings what was missed', async () => {
  await page.$eval('[data-lane="sse"] .pause', (button) => (button as HTMLButtonElement).click())
  await until(async () => (await states())[transportNames.indexOf('sse')] === 'paused', 'the pause')
  const paused = await number('sse', 'events')
  await sleep(1500)
  expect(await number('sse', 'events')).toBe(paused)
  await page.$eval('[data-lane="sse"] .pause', (button) => (button as HTMLButtonElement).click())
  await until(async () => (await number('sse', 'events')) > paused + 10, 'the missed events')
  expect([await number('sse', 'lost'), await number('sse', 'repeated')]).toEqual([0, 0])
})

test('what a person publishes appears on all lanes, as text', async () => {
  await page.$eval('#text', (input) => ((input as HTMLInputElement).value = ''))
  await page.type('#text', attack)
  await page.keyboard.press('Enter')
  for (const name of transportNames)
    await until(async () => (await textOf(`[data-lane="${name}"] [data-n="note"]`)) === attack, `the note on ${name}`)
  expect(await page.title()).not.toBe('pwned')
  expect(await page.$$('.lane img, .lane script')).toEqual([])
})

test('a refused publish is said in words, beside the box', async () => {
  for (let n = 0; n < 35; n++) await page.$eval('#publish', (form) => (form as HTMLFormElement).requestSubmit())
  await until(async () => /at most 30/.test(await textOf('#publish [role=alert]')), 'the refusal')
  await until(
    async () => page.$eval('#publish [role=alert]', (element) => !(element as HTMLElement).hidden),
    'it to be seen',
  )
})

test('every control is reached by Tab, in order, and has a name', async () => {
  await page.$eval('h1', (heading) => {
    heading.tabIndex = -1 // Tab goes on from here
    heading.focus()
  })
  const reached: string[] = []
  for (let step = 0; step < 12; step++) {
    await page.keyboard.press('Tab')
    reached.push(
      await page.evaluate(() => {
        const { tagName, id, className } = document.activeElement as HTMLElement
        const lane = document.activeElement?.closest<HTMLElement>('.lane')?.dataset.lane
        return [lane, id || className || tagName.toLowerCase()].filter(Boolean).join(' ')
      }),
    )
  }
  const buttons = transportNames.flatMap((name) => [`${name} pause-${name}`, `${name} cut-${name}`])
  expect(reached).toEqual(['text', 'button', 'rate-input', 'interval-input', ...buttons])
  const unnamed = await page.$$eval('button, input', (all) =>
    all
      .filter((each) => !each.textContent?.trim() && !(each as HTMLInputElement).labels?.length)
      .map((each) => each.className || each.id),
  )
  expect(unnamed).toEqual([])
})

test('no two buttons have the same name, and lists hold nothing but terms and what they mean', async () => {
  const heard = await Promise.all((await page.$$('.lane button')).map(async (each) => nameOf(each)))
  expect(heard).toEqual(transportNames.flatMap((name) => [`Pause ${name}`, `Cut the line ${name}`]))
  expect(await page.$$eval('dl > :not(div, dt, dd), dl > div > :not(dt, dd)', (all) => all.length)).toBe(0)
})

test('a lab whose reading needs a key says so and how to follow it, and starts no lanes', async () => {
  const one = await startTestLab({ auth: 'required' })
  const other = await chromium.browser.newPage()
  const heard: string[] = []
  other.on('console', (message) => heard.push(message.text()))
  await other.goto(one.url)
  await other.waitForSelector('#locked:not([hidden])')
  const text = await other.$eval('#locked', (element) => (element as HTMLElement).innerText)
  expect(text).toMatch(/needs its key/)
  expect(text).toContain(`curl -N --cacert certs/ca.pem -H "Authorization: Bearer $WIRELAB_KEY" ${one.url}/feed/sse`)
  await sleep(300)
  expect(await other.$$eval('.lane, main:not([hidden]), #starting', (all) => all.length)).toBe(0)
  expect(heard).toEqual([])
  await other.close()
  expect(await one.close()).toEqual({ forced: false })
})

test.each(['1.1', '2'] as const)('over HTTP/%s alone all four lanes follow, WSS too', async (http) => {
  const one = await startTestLab({ source: 'ticker', perSecond: 10, http })
  const other = await chromium.browser.newPage()
  await other.goto(one.url)
  const opened = () => other.$$eval('.lane', (all) => all.map((lane) => (lane as HTMLElement).dataset.state).join())
  await until(async () => (await opened()) === 'open,open,open,open', 'all lanes to be open')
  const events = () => other.$$eval('[data-n="events"]', (all) => all.map((each) => Number(each.textContent)))
  await until(async () => (await events()).every((count) => count > 5), 'events on all lanes')
  const protocols = await other.evaluate(() =>
    performance.getEntriesByType('resource').map((entry) => (entry as PerformanceResourceTiming).nextHopProtocol),
  )
  expect(new Set(protocols.filter(Boolean))).toEqual(new Set([http === '2' ? 'h2' : 'http/1.1']))
  await other.close()
  expect(await one.close()).toEqual({ forced: false })
})

test('the console is silent but for the lines that were cut', () => {
  const isCut = (line: string) =>
    /^cutting [\w-]+: error .*(ERR_CONNECTION_RESET|ERR_CONNECTION_CLOSED|ERR_NETWORK_CHANGED|WebSocket connection)/.test(
      line,
    )
  const isRefusal = (line: string) => /429/.test(line) // the refused publish above
  expect(said.filter((line) => !isCut(line) && !isRefusal(line))).toEqual([])
})
