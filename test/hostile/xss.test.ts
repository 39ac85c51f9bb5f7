// FAULTS X, S1, S2: whatever is published, by POST or up a WebSocket, is text on all four lanes and in the wire view, in real browsers.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'puppeteer-core'
import { browserNames } from '../../bench/browser/find.ts'
import type { StartedBrowser } from '../../bench/browser/start.ts'
import { shorten } from '../../public/note.ts'
import type { Json } from '../../src/core/event.ts'
import { benchRoom } from '../../src/lab/room.ts'
import type { Lab } from '../../src/server/start.ts'
import { transportNames } from '../../transports/clients.ts'
import { nodePlatform } from '../../transports/platform.ts'
import { startBrowser } from '../browser.ts'
import { startTestLab } from '../lab.ts'
import { lanesOf } from '../lanes.ts'
import { excessOf, listen } from '../screens.ts'
import { nasty } from './nasty.ts'
import { payloads } from './payloads.ts'

/** A lane shows its last six events. */
const AT_ONCE = 5
const groups = Array.from({ length: Math.ceil(payloads.length / AT_ONCE) }, (_, n) =>
  payloads.slice(n * AT_ONCE, (n + 1) * AT_ONCE),
)
interface Draft {
  type: string
  data: Json
}
/** As a person writes it, and as the data of any event: what is published, and what a lane then shows of it. */
const forms: Record<string, (text: string) => { draft: Draft; shown: string }> = {
  'a note': (text) => ({ draft: { type: 'note', data: { text } }, shown: shorten(text) }),
  'an event': (text) => ({ draft: { type: 'tick', data: text }, shown: shorten(`tick ${JSON.stringify(text)}`) }),
}
/** Elements that no payload may bring into the page. */
const ALIEN = 'iframe, object, embed, base, meta[http-equiv], dialog, style, math, body script, [onerror], [onload]'
const OURS =
  /^(https|wss):\/\/localhost:\d+\/(feed|lab|public|src|transports|vendor)\/[\w./-]*(\?(after|lane|limit)=[^<>"]*)?$/

describe.each(browserNames)('%s', (browserName) => {
  let lab: Lab
  let browser: StartedBrowser
  let page: Page
  let platform: ReturnType<typeof nodePlatform>
  let socket: WebSocket
  /** What the console, a dialog or the policy said, and what was asked for, beyond the page's own. */
  let said: string[]
  const asked: string[] = []
  const { until, untilOpen } = lanesOf(() => page)

  beforeAll(async () => {
    lab = await startTestLab({ source: 'none', lab: benchRoom(), limits: { messagesPer10s: 1000 } })
    platform = nodePlatform({ ca: lab.authority!.ca, headers: { authorization: `Bearer ${lab.publishKey}` } })
    socket = new platform.WebSocket(`${lab.url.replace('https', 'wss')}/feed/wss`, 'wirelab.v1')
    browser = await startBrowser(browserName, lab.authority!.caPath)
    page = await browser.browser.newPage()
    said = await listen(page)
    await page.setViewport({ width: 1440, height: 900 })
    await page.goto(`${lab.url}/#/?poll=100`)
    await untilOpen(20_000)
    page.on('request', (request) => void (OURS.test(request.url()) || asked.push(request.url())))
  }, 60_000)
  afterAll(async () => {
    socket.close()
    await platform.close()
    await browser.close()
    expect(await lab.close()).toEqual({ forced: false })
    expect(lab.metrics.uncaught).toBe(0)
  })
  afterEach(async () => {
    expect(said, 'dialogs, violations, errors').toEqual([])
    expect(asked, 'requests').toEqual([])
    expect(await page.$$eval(ALIEN, (all) => all.map((each) => each.tagName))).toEqual([])
    expect(await excessOf(page), 'wider than the window').toBeLessThanOrEqual(0)
  })

  const ways: Record<string, (draft: Draft) => Promise<void>> = {
    async POST(draft) {
      const body = JSON.stringify(draft)
      const headers = { 'content-type': 'application/json' }
      expect((await platform.fetch(`${lab.url}/feed`, { method: 'POST', headers, body })).status).toBe(201)
    },
    WSS: (publish) =>
      new Promise((resolve, reject) => {
        const over = new AbortController()
        const answered = ({ data }: MessageEvent<string>) => {
          if (!data.startsWith('{"ack"')) return
          over.abort()
          resolve()
        }
        socket.addEventListener('message', answered, over)
        socket.addEventListener('close', ({ code }) => reject(new Error(`closed with ${code}`)), over)
        socket.send(JSON.stringify({ publish }))
      }),
  }

  /** The latest events of a lane as they are shown, the oldest first. */
  const shownOn = (lane: string, count: number) =>
    page.$$eval(
      `.lane[data-lane="${lane}"] .stream bdi`,
      (all, most) => all.slice(0, most).map((each) => each.textContent),
      count,
    )

  describe('X published', () => {
    // All of it in two of the four combinations, and the first few in each.
    const cases = [
      ...groups.map((group) => ({ way: 'POST', form: 'a note', group })),
      ...groups.map((group) => ({ way: 'WSS', form: 'an event', group })),
      { way: 'WSS', form: 'a note', group: groups[0]! },
      { way: 'POST', form: 'an event', group: groups[0]! },
    ]
    for (const { way, form, group } of cases)
      test(`X ${form} by ${way}: ${group.map(([name]) => name).join(', ')} → text on every lane`, async () => {
        const before = await heights()
        const expected: string[] = []
        for (const [, text] of group) {
          const { draft, shown } = forms[form]!(text)
          await ways[way]!(draft)
          expected.push(shown)
        }
        for (const lane of transportNames) {
          const isThere = async () => (await shownOn(lane, 1))[0] === expected.at(-1)
          await until(isThere, `the last of them on ${lane}`)
          expect((await shownOn(lane, group.length)).reverse()).toEqual(expected)
        }
        const inside = await page.$$eval('.stream bdi, [data-n="note"]', (all) =>
          all.map((each) => each.children.length),
        )
        expect(Math.max(...inside), 'elements in what was written').toBe(0)
        for (const [n, height] of (await heights()).entries()) expect(height - before[n]!).toBeLessThanOrEqual(60)
      })
  })
  const heights = () => page.$$eval('.lane', (all) => all.map((each) => each.getBoundingClientRect().height))

  test.each(transportNames)('X in the wire view of %s → letters', async (name) => {
    const attack = '<img src=x onerror=alert(1)><script>alert(2)</script>'
    await page.evaluate((wire) => (location.hash = `#/?poll=2000&wire=${wire}`), name)
    await page.waitForSelector('#wire-view .wire-piece')
    await ways.POST!({ type: 'tick', data: attack })
    const isThere = () => page.$eval('#wire-view', (view, text) => view.textContent.includes(text), attack)
    await until(isThere, 'the bytes to be shown', 20_000)
    expect(await page.$$('#wire-view img, #wire-view script')).toEqual([])
  })

  describe('S what is published is what this browser reads', () => {
    const values: Json[] = nasty.flatMap(([, , text]) => [text, { [text]: [text] }])
    const readers: Record<string, (after: string) => string> = {
      ...Object.fromEntries(
        transportNames.map((name) => [`our client of ${name}`, (after: string) => byClient(name, after)]),
      ),
      'EventSource itself': byEventSource,
    }
    test.each(Object.keys(readers))('S1, S2 %s', async (reader) => {
      const after = lab.feed.tail
      for (const data of values) await lab.feed.publish({ type: 'tick', data })
      // As text: a function would be compiled by the test runner first, and its import with it.
      const seen = (await page.evaluate(readers[reader]!(after))) as string[]
      expect(seen).toEqual(values.map((value) => JSON.stringify(value)))
    })

    function byClient(name: string, after: string) {
      return `import('/transports/clients.ts').then(({ clients }) => ${collected(`
        const line = clients['${name}']({
          origin: location.origin, after: '${after}', pollMs: 50, onEvent: ({ data }) => take(data, line),
        })`)})`
    }
    function byEventSource(after: string) {
      return collected(`
        const source = new EventSource('/feed/sse?after=${after}')
        source.onmessage = ({ data, lastEventId }) => {
          const event = JSON.parse(data)
          take(event.id === lastEventId ? event.data : 'not its id', source)
        }`)
    }
    function collected(start: string) {
      return `new Promise((resolve, reject) => {
        const seen = []
        const timer = setTimeout(() => reject(new Error(seen.length + ' came')), 15000)
        const take = (data, line) => {
          if (seen.push(JSON.stringify(data)) < ${values.length}) return
          clearTimeout(timer)
          line.close()
          resolve(seen)
        }
        ${start}
      })`
    }
  })

  test('X in the address → nothing of it happens', async () => {
    const go = (hash: string) =>
      page.evaluate(async (to) => {
        location.hash = to
        await new Promise(requestAnimationFrame)
      }, hash)
    const words = payloads.map(([, text]) => encodeURIComponent(text.slice(0, 500).toWellFormed()))
    const names = ['rate', 'payload', 'poll', 'lanes', 'wire', 'theme', 'type', 'sse.http', '__proto__']
    for (const text of words) await go(`#/?${names.map((name) => `${name}=${text}`).join('&')}`)
    for (const text of words) await go(`#${text}`)
    for (const text of words) await go(`#/learn/${text}`)
    expect(await page.title()).toMatch(/Wirelab/)
  })
})
