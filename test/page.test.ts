// The lab's screen in a real Chromium, over real TLS: what it counts, its knobs, its keyboard, its looks. Opened anew it is in
// page-anew.test.ts; what the lanes do in every browser is in lanes.test.ts, what every screen is asked in screens.test.ts.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ElementHandle, Page } from 'puppeteer-core'
import { lessons } from '../public/lessons.ts'
import { benchRoom } from '../src/lab/room.ts'
import type { Lab } from '../src/server/start.ts'
import { transportNames } from '../transports/clients.ts'
import { startBrowser } from './browser.ts'
import { sleep, startTestLab } from './lab.ts'
import { lanesOf } from './lanes.ts'
import { listen } from './screens.ts'

let lab: Lab
let chromium: Awaited<ReturnType<typeof startBrowser>>
let page: Page
/** Everything the console said, with what the page was doing. */
let said: string[]
let doing = 'opening'

beforeAll(async () => {
  lab = await startTestLab({ source: 'ticker', perSecond: 10, lab: benchRoom(), limits: { messagesPer10s: 100 } })
  chromium = await startBrowser('chromium', lab.authority!.caPath)
  page = await chromium.browser.newPage()
  said = await listen(page, () => `${doing}: `)
  await page.setViewport({ width: 1440, height: 900 })
  await page.goto(lab.url)
  await untilOpen()
}, 60_000)
afterAll(async () => {
  await chromium.close()
  expect(await lab.close()).toEqual({ forced: false })
  expect(lab.metrics.uncaught).toBe(0)
})

const { until, untilOpen, states, number, textOf, click, doorOf } = lanesOf(() => page)
/** As the browser tells it to a screen reader. */
const nameOf = async (element: ElementHandle) =>
  (await page.accessibility.snapshot({ root: element, interestingOnly: false }))?.name
/** A page that shares nothing with ours: a browser keeps cookies by host, whatever the port, and each lab gives its own. */
const stranger = async () => (await chromium.browser.createBrowserContext()).newPage()

test('a lane for each transport, in the list’s order', async () => {
  expect(await page.$$eval('.lane h2', (all) => all.map((each) => each.textContent))).toEqual(transportNames)
})

test('bytes and requests are what the server counted at the lane’s own door', async () => {
  await until(async () => (await number('polling', 'requests')) > 3, 'some polls')
  const { traffic, port } = await doorOf('polling')
  expect(port).not.toBe(lab.port)
  expect(traffic.requests).toBeGreaterThan(3)
  expect(Math.abs((await number('polling', 'requests')) - traffic.requests)).toBeLessThanOrEqual(3)
  expect(await number('polling', 'per-event')).toBeGreaterThan(50)
  expect(await number('polling', 'plain-down')).toBeLessThan(await number('polling', 'down'))
  const ports = await Promise.all(transportNames.map(async (name) => (await doorOf(name)).port))
  expect(new Set(ports).size).toBe(4)
})

test('a knob changes the door and the address; the address sets the knobs of whoever opens it', async () => {
  doing = 'breaking sse' // another version of HTTP ends its connections
  await click('.lane[data-lane="sse"] summary')
  await until(
    async () => (await page.$$eval('.lane details', (all) => all.filter((each) => each.open).length)) === 4,
    'the knobs of all lanes to be seen',
  )
  await page.select('#http-sse', '1.1')
  await page.select('#profile-sse', 'lan')
  await until(async () => (await doorOf('sse')).settings.profile === 'lan', 'the door to be set')
  expect((await doorOf('sse')).settings).toMatchObject({ http: '1.1', profile: 'lan' })
  expect(await page.evaluate(() => location.hash)).toMatch(/sse\.http=1\.1&sse\.profile=lan$/)
  expect(await page.evaluate(() => history.length)).toBe(2) // about:blank and the page: a knob is no step back
  await page.evaluate(() => (location.hash = '#/?rate=10&wss.batch=100&lanes=polling,wss'))
  await until(async () => (await doorOf('wss')).settings.batchMs === 100, 'the address to be obeyed')
  await until(async () => (await doorOf('sse')).settings.profile === 'none', 'what it does not name to be as usual')
  await until(async () => (await states()).join() === 'open,off,off,open', 'only two lanes to be on')
  await page.evaluate(() => (location.hash = '#/?rate=10'))
  await untilOpen()
  await until(async () => (await doorOf('wss')).settings.batchMs === 0, 'the usual batching')
  await click('.lane[data-lane="sse"] summary')
  await sleep(300)
  doing = 'following'
})

const msOf = (text: string) => {
  const [, number, unit] = /(\d[\d.]*) (m?s)\b/.exec(text)!
  return Number(number) * (unit === 's' ? 1000 : 1)
}
/** Two numbers as the page shows them may be apart by so much more, or less. */
const roundedBy = (ms: number) => (ms < 10 ? 0.1 : ms < 1000 ? 1 : 10)

test('one event is followed through every lane', async () => {
  await click('#follow')
  const rows = () =>
    page.$$eval('.followed tbody tr', (all) => all.map((row) => [...row.cells].map((cell) => cell.textContent.trim())))
  await until(
    async () =>
      (await rows()).length === 4 && (await rows()).every((row) => row.slice(1).every((cell) => / m?s$/.test(cell))),
    'it to be written, received and painted on all lanes',
  )
  expect((await rows()).map(([name]) => name)).toEqual(transportNames)
  const published = msOf(await textOf('.followed h2'))
  const clockError = msOf((await textOf('.followed > .soft')).split('±')[1]!)
  for (const [name, ...cells] of await rows()) {
    const [written, received, painted] = cells.map(msOf)
    expect.soft(published, name).toBeLessThanOrEqual(written! + roundedBy(written!))
    expect.soft(written, name).toBeLessThanOrEqual(received! + clockError + roundedBy(received!))
    expect.soft(received, name).toBeLessThanOrEqual(painted! + roundedBy(painted!))
  }
  expect(await textOf('.followed h2')).toMatch(/^Event #\d+ on its way\s+┃ published \d.* after it was due$/)
  await until(async () => /Event \d+ came by polling after/.test(await textOf('#said')), 'it to be said')
})

test('of a lane of which the lab does not tell what was written, that is said; the others have theirs', async () => {
  const own = await stranger()
  await own.setRequestInterception(true)
  own.on('request', (request) => {
    const isMeant = request.url().includes('/sse/wire?')
    void (isMeant ? request.respond({ status: 503, contentType: 'application/json', body: '{}' }) : request.continue())
  })
  await own.goto(lab.url)
  await own.waitForFunction(() => document.querySelectorAll('.lane[data-state="open"]').length === 4)
  await own.click('#follow')
  const written = () =>
    own.$$eval('.followed tbody tr', (all) =>
      all.map((row) => row.cells[1]!.textContent.trim().replace(/^\d.* m?s$/, 'told')),
    )
  await until(async () => (await written()).filter((cell) => cell !== '…').length === 4, 'every lane to be asked about')
  expect(await written()).toEqual(transportNames.map((name) => (name === 'sse' ? 'not told' : 'told')))
  expect(await own.$eval('.followed > .soft', ({ textContent }) => textContent)).toContain('Not told:')
  await own.browserContext().close()
})

test('what the lab refuses is put back, and nothing that was set since; on new doors it is not asked for again', async () => {
  const own = await stranger()
  let release = () => undefined as void
  let held: Promise<void> | undefined
  await own.setRequestInterception(true)
  own.on('request', (request) => {
    const isFirst = request.method() === 'PUT' && !held
    if (isFirst) held = new Promise((resolve) => (release = resolve))
    void (isFirst ? held! : Promise.resolve()).then(() => request.continue())
  })
  await own.goto(`${lab.url}/#/learn`)
  await own.waitForSelector('.experiments a')
  // As text: what is imported is of the page, not of this test.
  const inPage = (code: string) => own.evaluate(`(async () => { ${code} })()`)
  const settings = `const { http, batchMs } = bench.door('sse').settings; return { http, batchMs }`
  await inPage(`globalThis.bench = await (await import('/public/open.ts')).openBench()
    globalThis.refusal = bench.set('sse', { http: '1.1', batchMs: -1 }).catch(({ status }) => status)`)
  await until(async () => held !== undefined, 'the first wish to be on its way')
  await inPage(`await bench.set('sse', { batchMs: 70 })`)
  release()
  expect(await inPage(`return refusal`)).toBe(400)
  expect(await inPage(settings)).toEqual({ http: '2', batchMs: 70 })
  await inPage(`const moved = new Promise((resolve) => bench.subscribe((change) => change === 'moved' && resolve()))
    const urls = performance.getEntriesByType('resource').map(({ name }) => name)
    await fetch(urls.findLast((url) => /\\/lab\\/bench\\/[\\w-]+$/.test(url)), { method: 'DELETE' })
    await moved`)
  expect(await inPage(settings)).toEqual({ http: '2', batchMs: 70 })
  await own.browserContext().close()
})

test('the wire of a lane: opened from its button, named in the address, and gone again', async () => {
  await click('#wire-wss')
  await until(async () => (await page.$$('#wire-view .wire-piece')).length > 10, 'its bytes')
  expect(await page.evaluate(() => location.hash)).toContain('wire=wss')
  expect(await textOf('#wire-view')).toContain('WebSocket')
  await click('#wire-wss')
  await until(async () => (await page.$$('#wire-view *')).length === 0, 'the view to be closed')
})

/** A page of its own; what ends with `path` comes when it is released. */
async function heldBack(path: string) {
  const own = await stranger()
  const asked: string[] = []
  let release = () => undefined as void
  const held = new Promise<void>((resolve) => (release = resolve))
  await own.setRequestInterception(true)
  own.on('request', (request) => {
    asked.push(request.url())
    void (request.url().endsWith(path) ? held : Promise.resolve()).then(() => request.continue())
  })
  await own.goto(lab.url)
  await own.waitForSelector('.lane[data-state="open"]')
  const go = (hash: string) => own.evaluate((to) => void (location.hash = to), hash)
  return { own, asked, release: () => release(), go }
}

test.each([
  ['there and back while the view loads', ['wss', 'sse', 'wss'], true],
  ['a lane that there is not', ['foo'], false],
] as const)('the wire by its address, %s: nothing goes on reading behind it', async (_, names, isThere) => {
  const { own, asked, release, go } = await heldBack('/public/wire/view.ts')
  const reads = () => asked.filter((url) => url.includes(`/${names.at(-1)}/wire?`)).length
  for (const name of names) {
    await go(`#/?wire=${name}`)
    if (isThere) await own.waitForSelector(`#wire-${name}[aria-pressed="true"]`)
  }
  release()
  if (isThere) await own.waitForSelector('#wire-view .wire-piece')
  else await sleep(1500)
  if (!isThere) expect(asked.filter((url) => url.endsWith('/public/wire/view.ts'))).toEqual([])
  await go('#/')
  await own.waitForFunction(() => document.querySelector('#wire-view')!.childElementCount === 0)
  await sleep(500) // what was under way
  const before = reads()
  await sleep(2500)
  expect(reads()).toBe(before)
  await own.browserContext().close()
})

test('to the experiments, back, and there again while they load: they are entered once, and left', async () => {
  const { own, release, go } = await heldBack('/public/learn/main.ts')
  const title = await own.title()
  for (const path of ['#/learn', '#/', '#/learn']) {
    await go(path)
    await sleep(50)
  }
  expect(
    await own.$$eval('main *', (all) => all.map(({ tagName, textContent }) => `${tagName} ${textContent}`)),
  ).toEqual([
    'P Loading …', // no heading: which screen it will be, is not said before it is there
  ])
  release()
  await own.waitForSelector('.experiments a')
  await go('#/')
  await own.waitForSelector('.lane')
  expect(await own.title()).toBe(title)
  await own.browserContext().close()
})

test('the samples of a lane can be taken home', async () => {
  const saved = await page.evaluate(async () => {
    const blobs: Blob[] = []
    const make = URL.createObjectURL.bind(URL)
    URL.createObjectURL = (blob: Blob) => (blobs.push(blob), make(blob))
    HTMLAnchorElement.prototype.click = () => undefined
    document.querySelector<HTMLButtonElement>('.lane[data-lane="wss"] .save-samples')!.click()
    document.querySelector<HTMLButtonElement>('.lane[data-lane="wss"] .save-chart')!.click()
    await new Promise((resolve) => setTimeout(resolve, 500))
    return Promise.all(blobs.map(async (blob) => [blob.type, blob.size, await blob.text()] as const))
  })
  const [csv, png] = saved
  expect(csv![2].split('\r\n').slice(0, 2).join()).toMatch(
    /^lane,id,due_ms,received_ms,latency_ms,wss,\w+\.\d+,\d+\.\d{3},\d+\.\d{3},-?\d+\.\d{3}$/,
  )
  expect([png![0], png![1] > 1000]).toEqual(['image/png', true])
})

test('the word at the median is whole, however high the line lies', async () => {
  const inks = await page.evaluate(`(async () => {
    const { drawMedian } = await import('/public/marks.ts')
    const canvas = Object.assign(document.createElement('canvas'), { width: 300, height: 200 })
    const ctx = canvas.getContext('2d', { willReadFrequently: true })
    return [100, 2, 9, 14].map((height) => {
      ctx.clearRect(0, 0, 300, 200)
      const colours = { strong: 'rgb(255 0 0)', surface: 'rgb(255 255 255)' }
      drawMedian({ ctx, colours, left: 0, right: 200, y: () => height }, 5)
      const { data } = ctx.getImageData(0, 0, 80, 200)
      const near = (row) => Math.abs(row - height) <= 2 // the line itself
      return data.filter((_, at) => at % 4 === 1 && data[at + 2] > 0 && data[at] < 128 && !near(Math.floor(at / 320))).length
    })
  })()`)
  const [whole, ...high] = inks as number[]
  expect(whole).toBeGreaterThan(50)
  for (const ink of high) expect(Math.abs(ink - whole!) / whole!).toBeLessThan(0.1)
})

test('in a storm its lane has no price, the headline says of whom, and how late the others are is told', async () => {
  const own = await stranger()
  await own.setRequestInterception(true)
  own.on('request', (request) => {
    const order = request.url().endsWith('/storm') && request.method() === 'POST' ? request.postData() : undefined
    void request.continue(order ? { postData: JSON.stringify({ ...JSON.parse(order), clients: 40 }) } : {})
  })
  await own.goto(lab.url)
  const there = lanesOf(() => own)
  await there.untilOpen()
  const price = () => there.textOf('.lane[data-lane="sse"] .big div:last-child')
  await there.until(async () => /\d+ B/.test(await price()), 'a price of sse')
  await there.until(
    async () => /polling in (?!.*No price).* costs /s.test(await there.textOf('#verdict')),
    'the headline to compare',
  )
  await there.until(async () => (await there.number('polling', 'samples')) >= 10, 'what polling was like before')
  await own.select('#storm-lane', 'sse')
  await there.click('#storm-together')
  await there.until(async () => /–\s+storm/.test(await price()), 'no price, and why')
  expect(await there.textOf('#verdict')).toContain('No price of sse (storm).')
  const told = () => there.textOf('.lane[data-lane="sse"] .storm')
  await there.until(async () => (await told()).includes('they came back'), 'its end', 30_000)
  expect(await told()).toMatch(/wss [\d.]+ m?s → [\d.]+ m?s \(median latency before it, and from the drop on\)/s)
  await there.until(async () => /\d B/.test(await price()), 'a price again')
  expect(await there.textOf('.lane[data-lane="sse"] .ledger')).not.toContain('an event') // requests of all its clients
  expect(await there.number('sse', 'per-event')).toBeLessThan(2000) // of its own bytes: those of the storm are hundreds of kilobytes
  await own.browserContext().close()
})

test('another poll interval forgets how late events were in the one before', async () => {
  const samples = async () => Number(/[\d,]+/.exec(await textOf('.lane[data-lane="polling"] [data-n="samples"]'))![0])
  await until(async () => (await samples()) > 30, 'samples of the first interval')
  await page.focus('#poll-input')
  await page.keyboard.press('ArrowLeft')
  await until(async () => (await samples()) < 20, 'the samples to be of the new interval alone')
  await page.keyboard.press('ArrowRight')
  await sleep(500)
})

test('pause stops a lane, resume brings what was missed', async () => {
  await page.$eval('.lane[data-lane="sse"] .pause', (button) => (button as HTMLButtonElement).click())
  await until(async () => (await states())[transportNames.indexOf('sse')] === 'paused', 'the pause')
  const paused = await number('sse', 'events')
  await sleep(1500)
  expect(await number('sse', 'events')).toBe(paused)
  await page.$eval('.lane[data-lane="sse"] .pause', (button) => (button as HTMLButtonElement).click())
  await until(async () => (await number('sse', 'events')) > paused + 10, 'the missed events')
  expect([await number('sse', 'lost'), await number('sse', 'repeated')]).toEqual([0, 0])
})

test('a refused publish is said in words, beside the box', async () => {
  // At once, and twice as many: a busy machine may not get so many through one by one, and ten seconds may end in between.
  await page.$eval('#publish', (form) => {
    for (let n = 0; n < 210; n++) (form as HTMLFormElement).requestSubmit()
  })
  await until(async () => /at most 100/.test(await textOf('#publish [role=alert]')), 'the refusal')
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
  const last = 'wire-wss'
  while (reached.at(-1) !== last && reached.length < 80) {
    await page.keyboard.press('Tab')
    reached.push(
      await page.evaluate(() => {
        const { tagName, id, textContent } = document.activeElement as HTMLElement
        return id || `${tagName.toLowerCase()} ${textContent.trim()}`
      }),
    )
  }
  const faults = (name: string) => ['cut', 'freeze', 'stall', 'restart'].map((fault) => `${fault}-${name}`)
  const lessonLink = (name: string) => `a Try it: ${lessons[name]!.experiment.title}`
  expect(reached).toEqual([
    ...['a Lab', 'a Learn', 'a Course', 'scheme', 'type', 'button Save as PNG'],
    ...['rate-input', 'payload-input', 'poll-input', 'text', 'button Publish', 'follow'],
    ...transportNames.map((name) => `show-${name}`),
    ...[...faults('all'), 'storm-lane', 'storm-together', 'storm-spread', 'storm-stop'],
    ...['summary What the buttons do; knobs of all lanes: network, HTTP, TLS, batching, proxy'],
    'times', // of the event that was followed above
    ...transportNames.flatMap((name) => [`pause-${name}`, lessonLink(name), ...faults(name), `knobs-${name}`]),
    ...transportNames.map((name) => `wire-${name}`),
  ])
  const unnamed = await page.$$eval('button, input, select', (all) =>
    all
      .filter((each) => {
        const { labels } = each as HTMLInputElement
        const isNamed = each.matches('[aria-labelledby]') || labels?.length
        return !isNamed && (each.matches('input, select') || !each.textContent?.trim())
      })
      .map((each) => each.className || each.id),
  )
  expect(unnamed).toEqual([])
})

test('no two buttons have the same name, and lists hold nothing but terms and what they mean', async () => {
  const heard = await Promise.all((await page.$$('main button')).map(async (each) => nameOf(each)))
  expect(heard).toEqual(expect.arrayContaining(['Freeze long-polling', 'Storm at wss All together']))
  const named = heard.filter(Boolean) // what is in a closed disclosure is not told
  expect(named.filter((name, index) => named.indexOf(name) !== index)).toEqual([])
  expect(await page.$$eval('dl > :not(div, dt, dd), dl > div > :not(dt, dd)', (all) => all.length)).toBe(0)
})

test.each([
  [1024, 720, 2],
  [1200, 800, 4],
  [1280, 720, 4],
  [1440, 900, 4],
])('large type, %i × %i: the charts of %i lanes in sight, nothing over an edge, folds open or not', async (...size) => {
  const [width, height, inSight] = size
  const go = (values: string) => page.evaluate((to) => void (location.hash = `#/?${to}`), values)
  await page.setViewport({ width, height })
  await go('rate=10&type=large')
  await page.waitForSelector('.top > .fold:not([open])')
  const seen = () =>
    page.evaluate(() => {
      const lanes = [...document.querySelectorAll('.lane')]
      const right = (element: Element) => Math.floor(element.getBoundingClientRect().right)
      const charts = lanes.map((lane) => lane.querySelector('.strip')!.getBoundingClientRect())
      return {
        inSight: charts.filter(({ top, bottom }) => (top + bottom) / 2 < innerHeight).length, // the greater part of it
        over: lanes.flatMap((lane) =>
          [...lane.querySelectorAll('*')]
            .filter((each) => right(each) > right(lane))
            .map((each) => `${each.tagName} ${each.className}`),
        ),
        excess: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      }
    })
  const closed = await seen()
  expect(closed).toMatchObject({ over: [] })
  expect(closed.inSight).toBeGreaterThanOrEqual(inSight)
  const open = (isOpen: boolean) =>
    page.$$eval(
      'details.fold',
      (all, to) => all.filter((each) => each.open !== to).forEach((each) => each.querySelector('summary')!.click()),
      isOpen,
    )
  await open(true)
  await page.waitForFunction(() => !document.querySelector('.fold:not([open])'))
  await sleep(300) // what is opened stays open when it is written anew
  const opened = await seen()
  expect(opened).toMatchObject({ over: [] })
  expect(opened.excess).toBeLessThanOrEqual(0)
  await open(false)
  await sleep(300) // and what is closed closed
  await go('rate=10&type=normal')
  await go('rate=10')
  await page.setViewport({ width: 1440, height: 900 })
  await page.waitForFunction(() => !document.querySelector('.lane .fold'))
})

test('a long text of one’s own stays in its line, and how long it took is seen beside it', async () => {
  await page.$eval('#publish input', (input) => (input.value = 'x'.repeat(1000)))
  const shown = () =>
    page.$eval('.lane[data-lane="wss"] .note', (note) => {
      const [text, trip] = ['bdi', 'span'].map((part) => note.querySelector(part)!)
      const [lane, end] = [note.closest('.lane')!, trip!].map((each) => each.getBoundingClientRect().right)
      return { length: text!.textContent.length, isOut: end! > lane!, lines: note.clientHeight / trip!.clientHeight }
    })
  await until(
    async () => {
      await page.$eval('#publish', (form) => (form as HTMLFormElement).requestSubmit()) // the test before spent its allowance
      await sleep(1000)
      return (await shown()).length > 100
    },
    'the text',
    20_000,
  )
  await until(async () => /after your click/.test(await textOf('.lane[data-lane="wss"] .note span')), 'the time')
  const { isOut, lines } = await shown()
  expect(isOut).toBe(false)
  expect(lines).toBeLessThan(2)
})

test('the overview is as high as the controls beside it, and no higher once their details are closed', async () => {
  const heights = () =>
    page.$$eval('.overview, .overview canvas', (all) =>
      all.map((each) => Math.round(each.getBoundingClientRect().height)),
    )
  const before = await heights()
  await click('.controls details.knobs > summary')
  await until(async () => (await heights()).every((height, index) => height > before[index]!), 'it to be higher')
  await click('.controls details.knobs > summary')
  await until(async () => (await heights()).join() === before.join(), 'it to be as before')
})

test('looks are kept in the address: dark, and large type for a projector', async () => {
  const look = () =>
    page.evaluate(() => [
      getComputedStyle(document.documentElement).colorScheme,
      getComputedStyle(document.documentElement).fontSize,
      location.hash,
    ])
  await click('#type')
  await click('#scheme')
  await click('#scheme')
  expect(await look()).toEqual(['dark', '21px', expect.stringMatching(/type=large&theme=dark$/)])
  await sleep(500)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1440)
  await click('#type')
  await click('#scheme')
  expect((await look()).slice(0, 2)).toEqual(['light dark', '16px'])
})

test('the console is silent but for the lines that were cut', () => {
  const isCut = (line: string) =>
    /^breaking [\w-]+: error .*(ERR_CONNECTION_RESET|ERR_CONNECTION_CLOSED|ERR_NETWORK_CHANGED|ERR_HTTP2|ERR_INCOMPLETE|WebSocket connection)/.test(
      line,
    )
  const isRefusal = (line: string) => /429/.test(line) // the refused publish above
  expect(said.filter((line) => !isCut(line) && !isRefusal(line))).toEqual([])
})
