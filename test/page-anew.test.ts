// The lab's screen opened anew, each time by somebody who shares nothing with the one before: its address, its other states, another lab.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'puppeteer-core'
import { benchRoom } from '../src/lab/room.ts'
import type { Lab } from '../src/server/start.ts'
import { startBrowser } from './browser.ts'
import { sleep, startTestLab } from './lab.ts'
import { lanesOf } from './lanes.ts'

let lab: Lab
let chromium: Awaited<ReturnType<typeof startBrowser>>
let latest: Page

beforeAll(async () => {
  lab = await startTestLab({ source: 'ticker', perSecond: 10, lab: benchRoom() })
  chromium = await startBrowser('chromium', lab.authority!.caPath)
}, 60_000)
afterAll(async () => {
  await chromium.close()
  expect(await lab.close()).toEqual({ forced: false })
  expect(lab.metrics.uncaught).toBe(0)
})

const { until } = lanesOf(() => latest)
/** A page that shares nothing with any other: a browser keeps cookies by host, whatever the port, and each lab gives its own. */
const stranger = async () => (latest = await (await chromium.browser.createBrowserContext()).newPage())
const linksOf = (given: Page) =>
  given.$$eval('nav a', (all) => all.filter((each) => each.checkVisibility()).map((each) => each.textContent))

test('to the experiments and back: the lab is as it was left, and the looks stay', async () => {
  const other = await stranger()
  await other.goto(`${lab.url}/#/?type=large&wss.batch=100`)
  await other.waitForSelector('.lane[data-state="open"]')
  expect(await linksOf(other)).toEqual(['Lab', 'Learn', 'Course']) // this lab has no range
  await other.click('nav [data-screen="learn"]')
  await other.waitForFunction(() => !document.querySelector('.lane') && document.querySelector('main h2'))
  expect(await other.evaluate(() => document.documentElement.dataset.type)).toBe('large')
  await other.click('nav [data-screen=""]')
  await other.waitForSelector('.lane[data-state="open"]')
  expect(await other.evaluate(() => location.hash)).toContain('wss.batch=100')
  await until(
    async () => (await other.$eval('.lane[data-lane="wss"] .path', (path) => path.textContent)).includes('100 ms'),
    'the door to be set again',
  )
  await other.browserContext().close()
})

test('1440 × 900: the greater part of all four charts is on the first screen', async () => {
  const other = await stranger()
  await other.setViewport({ width: 1440, height: 900 })
  await other.goto(lab.url)
  await lanesOf(() => other).untilOpen()
  const middles = await other.$$eval('.lane .strip', (all) =>
    all.map((each) => (each.getBoundingClientRect().top + each.getBoundingClientRect().bottom) / 2),
  )
  expect(middles).toHaveLength(4)
  for (const middle of middles) expect(middle).toBeLessThan(900)
  await other.browserContext().close()
})

test('who leaves the lab leaves nothing behind: no lane that was off comes back, no question goes unanswered', async () => {
  const other = await stranger()
  const heard: string[] = []
  const asked: string[] = []
  other.on('console', (message) => heard.push(message.text()))
  await other.goto(`${lab.url}/#/?lanes=sse`)
  await other.waitForSelector('.lane[data-lane="sse"][data-state="open"]')
  expect(await other.$eval('#verdict', ({ textContent }) => textContent)).toContain('Fewer than two lanes follow')
  await other.click('nav [data-screen="learn"]')
  await other.waitForFunction(() => !document.querySelector('.lane'))
  other.on('request', (request) => asked.push(request.url()))
  await sleep(2000)
  expect(asked.filter((url) => new URL(url).port !== String(lab.port))).toEqual([])
  expect(heard).toEqual([])
  await other.browserContext().close()
})

test('a rate that the lab refuses is told, and leaves the address', async () => {
  const one = await startTestLab({ source: 'ticker', perSecond: 5, lab: benchRoom(), limits: { changesPer10s: 1 } })
  const other = await stranger()
  await other.goto(`${one.url}/#/?lanes=wss`)
  await other.waitForSelector('.lane[data-lane="wss"][data-state="open"]')
  const hash = () => other.evaluate(() => location.hash)
  const textOfRate = () => other.$eval('#rate output', ({ textContent }) => textContent.trim())
  await other.focus('#rate-input')
  for (let n = 0; n < 2; n++) {
    await other.keyboard.press('ArrowRight') // of two the lab takes one at most: opening doors counts too
    await sleep(500) // its answer
  }
  await other.waitForSelector('#lab-trouble:not([hidden])')
  const made = await other.evaluate(
    async () => ((await (await fetch('/lab')).json()) as { perSecond: number }).perSecond,
  )
  await until(async () => (await hash()).includes(`rate=${made}`), 'the address to say what the lab makes')
  await until(async () => (await textOfRate()) === `${made} events a second`, 'the slider, too')
  await other.browserContext().close()
  expect(await one.close()).toEqual({ forced: false })
})

test('each note shows its own text; what the only lane missed in a pause is not late', async () => {
  const one = await startTestLab({ source: 'ticker', perSecond: 1, lab: benchRoom() })
  const other = await stranger()
  await other.goto(`${one.url}/#/?lanes=wss`)
  await other.waitForSelector('.lane[data-lane="wss"][data-state="open"]')
  await other.$eval('#publish', (form) => {
    const input = form.querySelector('input')!
    for (const text of ['one', 'two']) {
      input.value = text
      ;(form as HTMLFormElement).requestSubmit()
    }
  })
  await other.waitForFunction(() => /Event \d+ is published/.test(document.querySelector('#said')!.textContent))
  // In one go: between the two steps of `$$eval` the rows move on.
  const texts = (selector: string) =>
    other.evaluate(
      (all) => [...document.querySelectorAll(all)].map((each) => each.textContent.trim()),
      `[data-lane="wss"] ${selector}`,
    )
  await until(async () => (await texts('.stream .mine bdi')).length === 2, 'both notes')
  expect((await texts('.stream .mine bdi')).toSorted()).toEqual(['one', 'two'])
  await other.click('#pause-wss')
  await sleep(2500)
  await other.click('#pause-wss')
  await until(async () => (await texts('.remark')).join().includes('came after a pause'), 'what was missed')
  await sleep(500)
  expect((await texts('[data-n="worst"]')).join()).toMatch(/ ms$/)
  await other.browserContext().close()
  expect(await one.close()).toEqual({ forced: false })
})

test('an address is obeyed before anybody connects: one connection for each lane that is shown, as it asks for it', async () => {
  const other = await stranger()
  const failed: string[] = []
  other.on('requestfailed', (request) => request.response() ?? failed.push(request.url())) // Chromium tells it of some that were answered
  await other.goto(
    `${lab.url}/#/?lanes=polling,sse,wss&poll=200&polling.http=1.1&sse.http=1.1&sse.profile=lan&wss.tls=1.2`,
  )
  const there = lanesOf(() => other)
  await until(async () => (await there.states()).join() === 'open,off,open,open', 'three lanes to be open')
  await sleep(2000) // a line that had to be broken would be back by then
  const wanted = { polling: ['HTTP/1.1', '1.3'], sse: ['HTTP/1.1', '1.3'], wss: ['HTTP/2', '1.2'] }
  for (const [name, [http, tls]] of Object.entries(wanted)) {
    expect(await there.textOf(`.lane[data-lane="${name}"] [data-n="protocol"]`)).toBe(`${http} · TLS ${tls}`)
    expect([name, await there.number(name, 'reconnects'), (await there.doorOf(name)).traffic.connections]).toEqual([
      name,
      0,
      1,
    ])
  }
  expect((await there.doorOf('sse')).settings.profile).toBe('lan')
  expect((await there.doorOf('long-polling')).traffic.connections).toBe(0)
  expect(failed).toEqual([])
  await other.browserContext().close()
})

test('of two wishes that are made at once the later one holds, whichever answer is there first', async () => {
  const one = await startTestLab({ source: 'ticker', perSecond: 10, lab: benchRoom() })
  const other = await stranger()
  const there = lanesOf(() => other)
  let release = () => undefined as void
  let held: Promise<void> | undefined
  await other.setRequestInterception(true)
  other.on('request', (request) => {
    const isFirst = request.url().endsWith('/lab/rate') && !held
    if (isFirst) held = new Promise((resolve) => (release = resolve))
    void (isFirst ? held! : Promise.resolve()).then(() => request.continue())
  })
  await other.goto(one.url)
  await other.waitForSelector('.lane[data-state="open"]')
  await other.focus('#rate-input')
  await other.keyboard.press('ArrowRight')
  await until(async () => held !== undefined, 'the first wish to be on its way')
  await other.keyboard.press('ArrowRight')
  const shown = () => there.textOf('#rate output')
  await until(async () => (await shown()).startsWith('50 events'), 'the later wish')
  await sleep(300)
  release()
  for (let looks = 0; looks < 20; looks++) {
    expect(await shown()).toMatch(/^50 events/)
    await sleep(50)
  }
  const rate = () =>
    other.evaluate(async () => ((await (await fetch('/lab')).json()) as { perSecond: number }).perSecond)
  await until(async () => (await rate()) === 50, 'the lab to do it')
  await other.browserContext().close()
  expect(await one.close()).toEqual({ forced: false })
})

test('a slider of the feed says when another page has moved it, and not on the page that did', async () => {
  const one = await startTestLab({ source: 'ticker', perSecond: 10, lab: benchRoom() })
  const [other, third] = await Promise.all([stranger(), stranger()])
  for (const each of [other, third]) {
    await each.goto(`${one.url}/#/?lanes=wss`)
    await each.waitForSelector('.lane[data-lane="wss"][data-state="open"]')
  }
  const shown = (given: Page, slider: string) => given.$eval(`#${slider}-note`, (note) => note.textContent)
  await third.bringToFront()
  await third.focus('#rate-input')
  await third.keyboard.press('ArrowRight')
  const by = 'changed by another page: an experiment, or somebody’s knob'
  await until(async () => (await shown(other, 'rate')) === `${by}; here it was: 10 events a second`, 'the note')
  await third.keyboard.press('ArrowLeft')
  await until(async () => (await shown(other, 'rate')) === `${by}; set back`, 'the note of what was set back')
  for (const text of [await shown(other, 'payload'), await shown(third, 'rate'), await shown(third, 'payload')])
    expect(text).toMatch(/^for everybody/)
  for (const each of [other, third]) await each.browserContext().close()
  expect(await one.close()).toEqual({ forced: false })
})

test('what cannot be meant in the address is told in one line; the rest of it holds, and a slider says whom it moves', async () => {
  const other = await stranger()
  const told = () =>
    other.$$eval('#misread', ([line]) => (line && !(line as HTMLElement).hidden ? line.textContent : ''))
  await other.goto(`${lab.url}/#/xyz?rate=banana&wss.batch=100&lanes=polling,wss`)
  await other.waitForSelector('.lane[data-lane="wss"][data-state="open"]')
  expect(await told()).toBe(
    'There is no screen “/xyz”; this is the lab. Not understood in the address: “rate=banana” (expected 0 to 200 events a second). The rest of it holds.',
  )
  expect(
    await other.$$eval('.lane:not([hidden])', (all) => all.map((lane) => (lane as HTMLElement).dataset.lane)),
  ).toEqual(['polling', 'wss'])
  await until(
    async () => (await other.$eval('.lane[data-lane="wss"] .path', (path) => path.textContent)).includes('100 ms'),
    'the batching that the address asks for',
  )
  const heard = async (selector: string) => {
    const snapshot = await other.accessibility.snapshot({ root: (await other.$(selector))!, interestingOnly: false })
    return snapshot?.description
  }
  expect(await heard('#rate-input')).toMatch(/^for everybody: all open pages/)
  expect(await heard('#poll-input')).toBeFalsy()
  await other.evaluate(() => (location.hash = '#/?wss.batch=100'))
  await until(async () => (await told()) === '', 'the line to go with what was wrong')
  await other.waitForSelector('.lane[data-lane="sse"][data-state="open"]')
  expect(await told()).toBe('')
  await other.browserContext().close()
})

test(
  'a storm is chosen for a lane, told at it and can be stopped; SSE behind the buffering proxy says why it is silent',
  { timeout: 120_000 },
  async () => {
    const one = await startTestLab({ source: 'ticker', perSecond: 10, lab: benchRoom() })
    const other = await stranger()
    await other.goto(`${one.url}/#/?sse.buffering=true`)
    await other.waitForSelector('.lane[data-lane="wss"][data-state="open"]')
    const press = (selector: string) => other.$eval(selector, (button) => (button as HTMLElement).click())
    const stories = () =>
      other.$$eval('.storm', (all) =>
        all.map((each) => [each.closest('section')?.dataset.lane, each.textContent] as const),
      )
    const areOff = () =>
      other.$$eval('#storm-together, #storm-spread, #storm-stop', (all) =>
        all.map((each) => each.matches(':disabled') || each.getAttribute('aria-disabled') === 'true'),
      )
    const now = () => other.$eval('#storm-now', ({ textContent }) => textContent)
    const focused = () => other.evaluate(() => document.activeElement?.id)
    const pressed = async (id: string) => {
      await other.focus(`#${id}`)
      await other.keyboard.press('Enter')
    }
    const chosen = () => other.$eval('#storm-lane', (select) => (select as HTMLSelectElement).value)
    await until(async () => (await areOff()).join() === 'false,false,true', 'the buttons')
    expect(await now()).toMatch(/^1,000 clients lose their line/)
    expect([await chosen(), (await stories()).length]).toEqual(['wss', 0])
    await other.select('#storm-lane', 'polling')
    await press('#show-polling')
    await until(async () => (await chosen()) !== 'polling', 'a lane that is shown')
    await press('#show-polling')
    await until(async () => (await chosen()) === 'polling', 'the one that was chosen')
    expect(await other.evaluate(() => location.hash)).toContain('storm=polling')
    await pressed('storm-spread')
    await until(async () => (await stories()).length === 1, 'the storm')
    expect((await stories())[0]![0]).toBe('polling')
    // Nothing has happened yet, says another line; not where a storm's story stands.
    const untouched = await other.$$eval('.story.soft:not([hidden])', (all) =>
      all.map((each) => each.closest('section')?.dataset.lane),
    )
    expect(untouched).toEqual(['long-polling', 'sse', 'wss'])
    await until(async () => (await areOff()).join() === 'true,true,false', 'the buttons to change')
    expect(await focused()).toBe('storm-spread')
    await until(async () => /^polling: [\d,]+ of 1,000 clients (connected|back)/.test(await now()), 'how far it is')
    await pressed('storm-stop')
    await until(
      async () => (await stories())[0]![1].startsWith('Storm: it ended early: it was cancelled.'),
      'its end',
      30_000,
    )
    expect([await areOff(), await focused()]).toEqual([[false, false, true], 'storm-stop'])
    expect(await now()).toBe('polling: it ended early: it was cancelled.')
    await until(
      async () =>
        (await other.$eval('#said', ({ textContent }) => textContent)).includes('polling storm: it ended early'),
      'its end to be said',
    )
    const why = '.lane[data-lane="sse"] .blocked'
    expect(await other.$eval(why, ({ textContent }) => textContent)).toMatch(/never ends, so\s+nothing comes/)
    expect(await other.$$eval('.blocked', (all) => all.length)).toBe(1)
    await press(`${why} a`)
    await other.waitForFunction(() => document.querySelector('main h2')?.textContent === 'Proxies that buffer')
    await other.browserContext().close()
    expect(await one.close()).toEqual({ forced: false })
  },
)

test('the course looks as was chosen on the page: dark and in large type, its pictures too; paper stays white', async () => {
  const other = await stranger()
  const heard: string[] = []
  other.on('console', (message) => heard.push(message.text()))
  await other.goto(`${lab.url}/course`)
  const look = () =>
    other.evaluate(() => {
      const { colorScheme, fontSize, backgroundColor } = getComputedStyle(document.documentElement)
      const picture = document.querySelector<HTMLImageElement>('main img')!
      picture.scrollIntoView()
      return [colorScheme, fontSize, backgroundColor, picture.currentSrc.replace(/.*-/, '')]
    })
  await until(async () => (await look())[3] !== '', 'the first picture')
  expect(await look()).toEqual(['light dark', '17px', 'rgb(244, 246, 248)', 'light.png'])
  const screen = await other.browserContext().newPage()
  await screen.goto(lab.url)
  await screen.click('#type')
  for (let n = 0; n < 2; n++) await screen.click('#scheme')
  await until(async () => (await look())[3] === 'dark.png', 'the open page to follow')
  await other.reload()
  await until(async () => (await look())[3] === 'dark.png', 'the dark picture')
  expect(await look()).toEqual(['dark', '22px', 'rgb(14, 21, 27)', 'dark.png'])
  await other.emulateMediaType('print')
  expect((await look()).slice(0, 3)).toEqual(['light', expect.stringMatching(/^14(\.0*)?px$/), 'rgb(255, 255, 255)'])
  expect(heard).toEqual([])
  await other.browserContext().close()
})

test('a page that is loaded again and again keeps one bench, and leaves none behind', async () => {
  const one = await startTestLab({ lab: benchRoom({ benches: 2 }) })
  const other = await stranger()
  const isReady = () => other.$$eval('.lane[data-state="open"]', (all) => all.length === 4).catch(() => false)
  for (let n = 0; n < 4; n++) {
    await other.goto(one.url)
    await until(isReady, 'all lanes to be open')
    expect(await other.$$eval('.warning:not([hidden])', (all) => all.length)).toBe(0)
    await sleep(500)
  }
  await other.browserContext().close()
  expect(await one.close()).toEqual({ forced: false })
})

test('without doors the lanes follow where the page is, and it says that knobs and faults are off', async () => {
  const one = await startTestLab({ source: 'ticker', perSecond: 10 })
  const other = await stranger()
  await other.goto(one.url)
  const opened = () => other.$$eval('.lane', (all) => all.map((lane) => (lane as HTMLElement).dataset.state).join())
  await until(async () => (await opened()) === 'open,open,open,open', 'all lanes to be open')
  const text = () => other.$eval('.warning:not([hidden])', (element) => (element as HTMLElement).innerText)
  expect(await text()).toMatch(/knobs and faults are off/)
  expect(await other.$$eval('.buttons :is(button, select):not(:disabled)', (all) => all.length)).toBe(0)
  expect(await other.$eval('#follow', (button) => (button as HTMLButtonElement).disabled)).toBe(true)
  expect(await other.$eval('#follow-label', ({ textContent }) => textContent)).toMatch(/takes doors of this page’s own/)
  const requests = () => other.$$eval('[data-n="requests"]', (all) => all.map((each) => Number(each.textContent)))
  await until(async () => (await requests()).every((count) => count >= 1), 'their requests to be counted')
  await other.browserContext().close()
  expect(await one.close()).toEqual({ forced: false })
})

test('a lab whose reading needs a key says so and how to follow it, and starts no lanes', async () => {
  const one = await startTestLab({ auth: 'required' })
  const other = await stranger()
  const heard: string[] = []
  other.on('console', (message) => heard.push(message.text()))
  await other.goto(one.url)
  await other.waitForSelector('#locked:not([hidden])')
  const text = await other.$eval('#locked', (element) => (element as HTMLElement).innerText)
  expect(text).toMatch(/needs its key/)
  expect(text).toContain(`curl -N --cacert certs/ca.pem -H "Authorization: Bearer $WIRELAB_KEY" ${one.url}/feed/sse`)
  await sleep(300)
  expect(await other.$$eval('.lane, main:not([hidden]), #starting', (all) => all.length)).toBe(0)
  expect(await linksOf(other)).toEqual(['Course']) // the other screens are not there
  expect(heard).toEqual([])
  await other.browserContext().close()
  expect(await one.close()).toEqual({ forced: false })
})

test.each(['1.1', '2'] as const)('over HTTP/%s alone all four lanes follow, WSS too', async (http) => {
  const one = await startTestLab({ source: 'ticker', perSecond: 10, http, lab: benchRoom() })
  const other = await stranger()
  await other.goto(one.url)
  const opened = () => other.$$eval('.lane', (all) => all.map((lane) => (lane as HTMLElement).dataset.state).join())
  await until(async () => (await opened()) === 'open,open,open,open', 'all lanes to be open')
  const events = () => other.$$eval('[data-n="events"]', (all) => all.map((each) => Number(each.textContent)))
  await until(async () => (await events()).every((count) => count > 5), 'events on all lanes')
  const protocols = await other.evaluate(() =>
    performance.getEntriesByType('resource').map((entry) => (entry as PerformanceResourceTiming).nextHopProtocol),
  )
  expect(new Set(protocols.filter(Boolean))).toEqual(new Set([http === '2' ? 'h2' : 'http/1.1']))
  await until(
    async () =>
      (await other.$$eval('[data-n="protocol"]', (all) => all.map((each) => each.textContent).join())) ===
      Array(4).fill(`HTTP/${http} · TLS 1.3`).join(),
    'the protocols as the server saw them',
  )
  // Over HTTP/2 a question opens the connection, and the WebSocket goes over it (RFC 8441); over HTTP/1.1 it has one of its own.
  const wss = (name: string) =>
    other.$eval(`[data-lane="wss"] [data-n="${name}"]`, (element) => element.textContent.trim())
  expect(await wss('connections')).toBe('1 (1 open)')
  expect(await wss('requests')).toMatch(http === '2' ? /^2/ : /^1/)
  await other.browserContext().close()
  expect(await one.close()).toEqual({ forced: false })
})
