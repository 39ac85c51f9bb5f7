// The wire view in a real Chromium: the bytes of a real connection, explained to pointer and keyboard, and their sums.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JSHandle, Page } from 'puppeteer-core'
import type { Bench } from '../public/bench.ts'
import type { WireView, WireViewOptions } from '../public/wire/view.ts'
import { benchRoom } from '../src/lab/room.ts'
import type { Lab } from '../src/server/start.ts'
import { startBrowser } from './browser.ts'
import { publish, sleep, startTestLab } from './lab.ts'

const images = join(import.meta.dirname, 'out')
let lab: Lab
let chromium: Awaited<ReturnType<typeof startBrowser>>
let page: Page
const said: string[] = []

beforeAll(async () => {
  lab = await startTestLab({ lab: benchRoom() })
  chromium = await startBrowser('chromium', lab.authority!.caPath)
  page = await chromium.browser.newPage()
  page.on('console', (message) => said.push(`${message.type()} ${message.text()}`))
  page.on('pageerror', (error) => said.push(String(error)))
  await page.setViewport({ width: 1440, height: 1000 })
  await page.goto(lab.url)
  await mkdir(images, { recursive: true })
}, 60_000)
afterAll(async () => {
  await chromium.close()
  expect(await lab.close()).toEqual({ forced: false })
})

/** A bench of its own, one lane of it in use, and the view alone on the page. */
async function view(lane: 'wss' | 'sse' | 'polling', http: '1.1' | '2' = '1.1') {
  const load = (path: string) => page.evaluateHandle(`import('${path}')`) as Promise<JSHandle<never>>
  const [benches, views] = [await load('/public/open.ts'), await load('/public/wire/view.ts')]
  await page.evaluate(
    async (one: { openBench(): Promise<Bench> }, other: unknown, name: string, version: string) => {
      const { wireView } = other as { wireView(at: HTMLElement, options: WireViewOptions): WireView }
      const bench = await one.openBench()
      await bench.set(name, { http: version as '1.1' })
      document.querySelector('#alone')?.remove()
      // The lab's own screen stays whole, for it goes on drawing; nobody sees it.
      const main = document.querySelector<HTMLElement>('main')!
      main.style.display = ''
      const alone = Object.assign(main.cloneNode(false) as HTMLElement, { id: 'alone' })
      main.style.display = 'none'
      main.after(alone)
      const at = alone.appendChild(document.createElement('div'))
      Object.assign(globalThis, { shown: wireView(at, { read: (after) => bench.wire(name, after), everyMs: 200 }) })
      const { origin } = bench.door(name)
      if (name === 'sse') new EventSource(`${origin}/feed/sse?after=earliest`)
      else if (name === 'wss') {
        const socket = new WebSocket(`${origin.replace('https', 'wss')}/feed/wss?after=earliest`, 'wirelab.v1')
        socket.onopen = () => socket.send(JSON.stringify({ publish: { type: 'said', data: 'Grüße' } }))
      } else await fetch(`${origin}/feed/polling?after=earliest`)
    },
    benches,
    views,
    lane,
    http,
  )
}
const texts = (selector: string) => page.$$eval(selector, (all) => all.map((each) => each.textContent.trim()))
async function until(check: () => Promise<boolean>, what: string) {
  const until = performance.now() + 10_000
  while (!(await check())) {
    if (performance.now() > until)
      throw new Error(`not within 10 s: ${what}; the view has ${(await texts('.wire')).join(' ').slice(0, 2000)}`)
    await sleep(50)
  }
}
const note = async () => (await texts('.wire-note'))[0]!.replace(/\s+/g, ' ')

test('WebSocket: the handshake, frames with their bits, what the mask hides, in letters and in hex', async () => {
  await publish(lab, 3)
  await view('wss')
  await until(
    async () => (await texts('.wire-says[data-unmasked]')).some((text) => text.includes('"publish"')),
    'the masked frame',
  )
  await until(
    async () => (await texts('.wire-exchange h3')).some((text) => text.includes('TLS handshake')),
    'the handshake',
  )
  expect((await texts('.wire-bits th')).slice(0, 7)).toEqual([
    'FIN',
    'RSV1',
    'RSV2',
    'RSV3',
    'opcode',
    'MASK',
    'length',
  ])
  const all = (await texts('.wire-bytes')).join('\n')
  expect(all).toContain('HTTP/1.1 101 Switching Protocols')
  expect(all).toContain('{"id":')

  // A pointer on it tells what it is; the others wait meanwhile.
  await page.hover('.wire-piece[data-kind="headers"]')
  expect(await note()).toMatch(/^\d+ bytes? /)
  // The keyboard does the same: one stop, then arrows.
  await page.mouse.move(0, 0)
  await page.focus('.wire-piece[tabindex="0"]')
  const seen = new Set<string>()
  for (let n = 0; n < 12; n++) {
    seen.add(await note())
    await page.keyboard.press('ArrowRight')
  }
  expect(seen.size).toBeGreaterThan(5)
  // What is told is no stop of its own: from the buttons before it Tab leads to the bytes, where the arrows work.
  expect(
    await page.$$eval(
      '.wire-told, .wire-told *',
      (all) => all.filter((each) => (each as HTMLElement).tabIndex >= 0).length,
    ),
  ).toBe(0)
  await page.focus('.wire-bar button:last-child')
  await page.keyboard.press('Tab')
  const before = await note()
  expect(await page.$eval(':focus', ({ className }) => className)).toBe('wire-piece')
  await page.keyboard.press('ArrowRight')
  expect(await note()).not.toBe(before)
  // And what it is at is told again when a pointer has come and gone.
  const told = await note()
  await page.hover('.wire-piece[data-kind="headers"]')
  await page.mouse.move(0, 0)
  expect(await note()).toBe(told)
  expect(await page.$$eval('.wire-piece[tabindex="0"]', (pieces) => pieces.length)).toBe(1)
  // As the browser tells it to a screen reader: what the arrows move in has a role and a name.
  const bytes = (await page.$('.wire-exchanges'))!
  const area = await page.accessibility.snapshot({ root: bytes, interestingOnly: false })
  expect([area!.role, area!.name]).toEqual(['group', expect.stringMatching(/^The bytes, .*arrow keys/)])
  await page.screenshot({ path: join(images, 'wire-wss.png') })

  const [hex] = await page.$$('.wire-bar button')
  await hex!.click()
  expect((await texts('.wire-bytes')).join(' ')).toMatch(/48 54 54 50 2f 31 2e 31/) // HTTP/1.1
  await page.screenshot({ path: join(images, 'wire-hex.png') })
})

test.each([
  ['sse', '1.1', 'id:'],
  ['sse', '2', 'id:'],
  ['polling', '1.1', 'GET /feed/polling'],
] as const)('%s over HTTP/%s: the kinds add up to all that passed', async (lane, http, text) => {
  await publish(lab, 3)
  await view(lane, http)
  await until(async () => (await texts('.wire-bytes')).join(' ').includes(text), text)
  await until(async () => (await texts('.wire-bytes')).join(' ').includes('"type":"tick"'), 'events')
  for (const type of await page.$$eval('.wire-piece', (all) => all.map((each) => each.getAttribute('aria-label')!)))
    expect(type).toMatch(/^(Payload|Framing|Headers|TLS), [\d,]+ bytes?: /)
  const sums = (await texts('.wire-legend b')).map((each) => Number(each.replace(/\D/g, '')))
  expect(Math.min(...sums)).toBeGreaterThan(0)
  await page.screenshot({ path: join(images, `wire-${lane}-${http}.png`) })
})

test('narrow, dark and large: nothing leaves its box', async () => {
  await view('wss')
  await until(async () => (await texts('.wire-bits th')).length > 0, 'the bits of a frame')
  for (const [width, theme, type] of [
    [390, 'dark', 'normal'],
    [700, 'light', 'large'],
    [860, 'light', 'large'],
    [1440, 'dark', 'large'],
  ] as const) {
    await page.setViewport({ width, height: 1000 })
    await page.evaluate(
      (...set) => Object.assign(document.documentElement.dataset, { theme: set[0], type: set[1] }),
      theme,
      type,
    )
    for (const box of ['.wire', '.wire-told'])
      expect(
        await page.$eval(box, (view) => view.scrollWidth - view.clientWidth),
        `${box}, ${width} px`,
      ).toBeLessThanOrEqual(0)
    await page.screenshot({ path: join(images, `wire-${width}-${theme}.png`) })
  }
})

test('it says nothing in the console, and asks nothing against the policy', () => {
  expect(said).toEqual([])
})
