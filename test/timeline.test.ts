// What a timeline draws, in a real Chromium: its legend has each sign in the colours of the rows that have it, and of no others.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'puppeteer-core'
import type { Timeline } from '../public/learn/timeline.ts'
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
  await page.goto(`${lab.url}/#/learn/one-url`)
  await page.waitForSelector('.learn')
  await page.waitForFunction(() =>
    [...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')].every(({ sheet }) => sheet !== null),
  )
}, 60_000)
afterAll(async () => {
  await chromium.close()
  expect(await lab.close()).toEqual({ forced: false })
})

const given: Timeline = {
  from: 100,
  to: 1000,
  rows: [
    {
      ...{ name: 'one', lane: 'sse' },
      spans: [{ from: 0, to: 500, kind: 'open' }],
      marks: [
        { at: 300, kind: 'event' },
        { at: 400, kind: 'lost' },
      ],
    },
    {
      ...{ name: 'two', lane: 'wss' },
      spans: [
        { from: 0, to: 50, kind: 'open' }, // before what is drawn
        { from: 200, kind: 'held' },
      ],
      marks: [{ at: 600, kind: 'event' }],
    },
    { name: 'three', lane: 'polling', spans: [], marks: [{ at: 2000, kind: 'event' }] },
    { name: 'four', spans: [], marks: [{ at: 700, kind: 'event' }] },
  ],
  legend: { open: 'open', held: 'held', event: 'event', lost: 'lost', request: 'asked' },
}

/** Of each entry of the legend: its words, and whose its signs are with the colour that they have. */
async function keysOf(timeline: Timeline) {
  // As text: what is imported is of the page, not of this test.
  const keys = await page.evaluate(`(async () => {
    const { render } = await import('/vendor/lit-html.js')
    const { timeline } = await import('/public/learn/timeline.ts')
    const root = document.createElement('div')
    document.querySelector('.learn').append(root)
    render(timeline(${JSON.stringify(timeline)}), root)
    const signs = (entry) => [...entry.querySelectorAll('b')].map((sign) => {
      const { backgroundColor, borderTopColor } = getComputedStyle(sign)
      return [sign.dataset.lane, sign.className.startsWith('held') ? borderTopColor : backgroundColor]
    })
    const keys = [...root.querySelectorAll('.keys li')].map((entry) => [entry.textContent.trim(), signs(entry)])
    const names = [...root.querySelectorAll('.row b')].map((name) => [name.textContent, getComputedStyle(name).color])
    root.remove()
    return { keys: Object.fromEntries(keys), names: Object.fromEntries(names) }
  })()`)
  return keys as { keys: Record<string, [lane: string, colour: string][]>; names: Record<string, string> }
}

test('each sign stands there in the colours of the rows that have it, and of no others', async () => {
  const { keys, names } = await keysOf(given)
  const [sse, wss, none] = [names.one, names.two, names.four]
  expect(new Set([sse, wss, none]).size).toBe(3)
  expect(keys.open).toEqual([['sse', sse]])
  expect(keys.held).toEqual([['wss', wss]])
  expect(keys.event).toEqual([
    ['sse', sse],
    ['wss', wss],
    ['', none],
  ])
  for (const words of ['lost', 'asked']) expect(keys[words]!.map(([lane]) => lane)).toEqual([''])
})

test('what no row has yet has one sign, in grey', async () => {
  const rows = given.rows.map((row) => ({ ...row, spans: [], marks: [] }))
  const { keys, names } = await keysOf({ ...given, rows })
  for (const words of ['open', 'held', 'event']) expect(keys[words], words).toEqual([['', names.four]])
})
