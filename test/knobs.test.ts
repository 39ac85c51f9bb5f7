// The knobs of the lanes on the lab's screen, in a real Chromium over real TLS: what each does to its lane, and what the page says of it.
// That a door is set and the address with it is in page.test.ts.
import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StartedBrowser } from '../bench/browser/start.ts'
import { benchRoom } from '../src/lab/room.ts'
import type { Settings } from '../src/lab/settings.ts'
import type { Lab } from '../src/server/start.ts'
import { startBrowser } from './browser.ts'
import { sleep, startTestLab } from './lab.ts'
import { endOf, lanesOf } from './lanes.ts'

/** For what takes seconds, on a machine that is busy with other things. */
const SOON_MS = 60_000

let lab: Lab
let chromium: StartedBrowser
let page: Page
beforeAll(async () => {
  lab = await startTestLab({ source: 'ticker', perSecond: 10, lab: benchRoom() })
  chromium = await startBrowser('chromium', lab.authority!.caPath)
  page = await chromium.browser.newPage()
  await page.setViewport({ width: 1440, height: 900 })
  await page.goto(lab.url)
  await untilOpen()
}, 60_000)
afterAll(async () => {
  await chromium.close()
  expect(await lab.close()).toEqual({ forced: false })
  expect(lab.metrics.uncaught).toBe(0)
})

const { until, untilOpen, number, textOf, click, story, doorOf, samplesOf, setRate } = lanesOf(() => page)

/** As a lecturer's link does it; what is not named is as usual. */
const go = (values: string) => page.evaluate((to) => void (location.hash = `#/?${to}`), values)
const said = (lane: string, part: string) => textOf(`.lane[data-lane="${lane}"] ${part}`)
const headline = () => textOf('#verdict')
const losses = async (lane: string) => [await number(lane, 'lost'), await number(lane, 'repeated')]
/** Of each connection that the lab still knows of this lane. */
const protocolsOf = (lane: string) =>
  page.evaluate(async (name) => {
    const urls = performance.getEntriesByType('resource').map((entry) => entry.name)
    const bench = urls.findLast((url) => /\/lab\/bench\/[\w-]+$/.test(url))!
    const answer = await fetch(`${bench}/${name}/wire?after=${Number.MAX_SAFE_INTEGER}`)
    const { connections } = (await answer.json()) as { connections: { alpn?: string }[] }
    return connections.map(({ alpn }) => alpn)
  }, lane)

describe('HTTP and TLS', () => {
  test.each(['polling', 'long-polling'])(
    '%s says what it speaks after a knob was turned',
    async (lane) => {
      await sleep(2500) // until it is told what was spoken; before, the page shows what is set
      const speaks = async (words: string) =>
        until(async () => (await said(lane, '[data-n="protocol"]')) === words, `${lane} to speak ${words}`)
      await speaks('HTTP/2 · TLS 1.3')
      await go(`rate=10&${lane}.http=1.1&${lane}.tls=1.2`)
      await speaks('HTTP/1.1 · TLS 1.2')
      await go('rate=10')
      await speaks('HTTP/2 · TLS 1.3')
    },
    40_000,
  )

  test('wss comes back over HTTP/2 after its line was cut and its server restarted', async () => {
    for (const [fault, word] of [
      ['cut', 'Cut'],
      ['restart', 'Restarted'],
    ] as const) {
      const before = (await doorOf('wss')).traffic.connections
      await click(`#${fault}-wss`)
      const isOver = async () => (await story('wss')).startsWith(word) && endOf.test(await story('wss'))
      await until(isOver, `the story of ${fault} to end`, 20_000)
      expect((await doorOf('wss')).traffic.connections).toBeGreaterThan(before)
      expect(await protocolsOf('wss')).not.toContain('http/1.1')
      expect((await protocolsOf('wss')).at(-1)).toBe('h2')
    }
    await until(async () => (await said('wss', '[data-n="protocol"]')).startsWith('HTTP/2'), 'its label')
    expect(await said('wss', '.counted')).toContain('One request before each connect')
  }, 60_000)

  test('wss opens over HTTP/2 when its knob is turned from 1.1 to 2', async () => {
    await go('rate=10&wss.http=1.1')
    await until(async () => (await said('wss', '[data-n="protocol"]')).startsWith('HTTP/1.1'), 'HTTP/1.1')
    await go('rate=10')
    await until(async () => (await said('wss', '[data-n="protocol"]')).startsWith('HTTP/2'), 'HTTP/2')
    await untilOpen()
    expect((await protocolsOf('wss')).at(-1)).toBe('h2')
  }, 40_000)
})

test('batching: events of a second come together, and none is lost', async () => {
  await go('rate=10&wss.batch=1000')
  await until(async () => (await said('wss', '.path')).includes('batching: for 1 s'), 'the page to say so')
  await untilOpen()
  const before = (await samplesOf('wss')).length
  await until(async () => (await samplesOf('wss')).length > before + 40, 'four seconds of it')
  const came = (await samplesOf('wss')).slice(before + 10).map(({ receivedMs }) => receivedMs)
  const waits = came.slice(1).map((at, i) => at - came[i]!)
  // Two or more pauses of most of a second; all the others came at once with the one before.
  expect(waits.filter((ms) => ms > 500).length).toBeGreaterThanOrEqual(2)
  expect(waits.filter((ms) => ms > 500).length).toBeLessThan(waits.length / 3)
  expect(await losses('wss')).toEqual([0, 0])
  await go('rate=10')
}, 40_000)

test('a proxy that buffers: sse brings nothing, the page says so and compares it with nobody; without it all come', async () => {
  await go('rate=10&sse.buffering=true')
  await until(
    async () => (await said('sse', '.path')).includes('proxy between: one that buffers'),
    'the page to say so',
  )
  await until(async () => (await headline()).includes('sse has brought nothing for'), 'the silence to be told', 30_000)
  expect(await headline()).not.toMatch(/sse (brings|costs)|, sse /)
  expect(await said('sse', '.state')).toMatch(/connecting|open|waiting/)
  const held = await number('sse', 'events')
  await go('rate=10')
  await until(async () => !(await headline()).includes('has brought nothing'), 'it to bring events again', 20_000)
  await until(async () => (await number('sse', 'events')) > held + 30, 'those that were held back')
  expect(await losses('sse')).toEqual([0, 0])
}, 90_000)

/** Of the last five: one of them may be late by chance. */
const latencyOf = async (lane: string) =>
  (await samplesOf(lane))
    .slice(-5)
    .map(({ latencyMs }) => latencyMs)
    .toSorted((a, b) => a - b)[2]!
/** As the lab has it: what the address says is on its way there for a moment. */
const untilSet = (lane: string, wanted: Partial<Settings>) =>
  until(
    async () => {
      const { settings } = await doorOf(lane)
      return Object.entries(wanted).every(([name, value]) => settings[name as keyof Settings] === value)
    },
    `the door of ${lane} to be set to ${JSON.stringify(wanted)}`,
    SOON_MS,
  )

test('a slow line: what it cannot carry waits, and comes when it can', async () => {
  // Of a line that is about to come back, what it brings then would stand before all that is asked for.
  await go('rate=10')
  await untilSet('sse', { buffering: false, downBytesPerSecond: 0 })
  await until(
    async () => (await said('sse', '.state')).endsWith('open') && (await latencyOf('sse')) < 1500,
    'its line to be up and in time',
    SOON_MS,
  )
  await go('rate=10&payload=1000&sse.slow=2000') // 10 kB/s for a line of 2
  await untilSet('sse', { downBytesPerSecond: 2000 })
  await until(async () => (await said('sse', '.path')).includes('line down: 2 kB/s'), 'the page to say so')
  // Each second it carries the events of a fifth of one; that of `wss` carries them all.
  await until(
    async () => (await latencyOf('sse')) > 1500 + 2 * (await latencyOf('wss')),
    'its events to be late, and those of wss not',
    SOON_MS,
  )
  await until(async () => /sse is \d+ events behind/.test(await textOf('#agreement')), 'the page to say so')
  await go('rate=10&payload=0')
  await untilSet('sse', { downBytesPerSecond: 0 }) // else the line after the cut is a slow one too
  await click('#cut-sse') // what stands in the queue of the slow line still goes through it; on another line it is asked for again
  await until(
    async () => (await latencyOf('sse')) < Math.max(1500, 2 * (await latencyOf('wss'))),
    'it to be in time again',
    SOON_MS,
  )
  expect(await losses('sse')).toEqual([0, 0])
}, 240_000)

test('quiet lines are cut: whoever says something in time keeps its line, the others come back', async () => {
  const cut = ['long-polling', 'sse', 'wss'] as const
  const reconnects = (lane: string) => number(lane, 'reconnects')
  await go('rate=10')
  await untilOpen(SOON_MS)
  await setRate(0)
  await go(`rate=0&${[...cut, 'polling'].map((name) => `${name}.idle=10000`).join('&')}`)
  for (const name of [...cut, 'polling']) await untilSet(name, { idleCutMs: 10_000 })
  const before = new Map(
    await Promise.all([...cut, 'polling'].map(async (name) => [name, await reconnects(name)] as const)),
  )
  for (const name of cut)
    await until(async () => (await reconnects(name)) > before.get(name)!, `${name} to be cut for its silence`, SOON_MS)
  expect(await reconnects('polling')).toBe(before.get('polling')) // it asks each second
  await go('rate=10')
  for (const name of cut) await untilSet(name, { idleCutMs: 0 })
  await untilOpen(SOON_MS)
  for (const name of cut) expect(await losses(name)).toEqual([0, 0])
}, 300_000)

test('a lab that is gone: each lane says in plain words that nobody answers, and the headline that nothing comes', async () => {
  const one = await startTestLab({ source: 'ticker', perSecond: 10, lab: benchRoom() })
  const other = await (await chromium.browser.createBrowserContext()).newPage()
  const there = lanesOf(() => other)
  await other.goto(one.url)
  await there.untilOpen()
  expect(await one.close()).toEqual({ forced: false })
  const causes = () => other.$$eval('.lane', (all) => all.map((lane) => lane.querySelector('.cause')?.textContent))
  const plain = /^(Nobody answers at the lab’s end of this line|The line broke; the browser does not say why)\.$/
  await there.until(
    async () => (await causes()).every((words) => plain.test(words ?? '')),
    'each lane to say so',
    60_000,
  )
  const silence = /^No lane has brought anything for \d+ s\.$/
  await there.until(async () => silence.test(await there.textOf('#verdict')), 'the headline', 20_000)
  expect(await there.textOf('#lab-trouble')).toMatch(/^The lab does not answer\./)
  await other.browserContext().close()
}, 120_000)
