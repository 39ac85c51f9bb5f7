// report.html in a real browser: opened from the disk, wide and narrow, light and dark; everything can be read and nothing is fetched.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'puppeteer-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { page as report } from '../bench/report/page.ts'
import { openAuthority } from '../certs/authority.ts'
import { startBrowser } from './browser.ts'
import { madeUpResults } from './results.ts'

let directory: string
let browser: Browser
let close: () => Promise<void>

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wirelab-test-report-'))
  await openAuthority(directory, ['localhost'])
  await writeFile(join(directory, 'report.html'), report(madeUpResults({ seed: 1 })))
  ;({ browser, close } = await startBrowser('chromium', join(directory, 'ca.pem')))
}, 120_000)
afterAll(async () => {
  await close()
  await rm(directory, { recursive: true })
})

test.for<[number, 'light' | 'dark']>([
  [1280, 'light'],
  [1280, 'dark'],
  [390, 'light'],
  [390, 'dark'],
])('%d px, %s: no text is cut, covered, tiny or in the colour of its ground; no request', async ([width, scheme]) => {
  const page = await browser.newPage()
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  await page.setViewport({ width, height: 900 })
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
  const url = pathToFileURL(join(directory, 'report.html')).href
  await page.goto(url)
  expect(requests).toEqual([url])
  const seen = await page.evaluate(() => {
    const drawings = [...document.querySelectorAll('svg')].filter((svg) => svg.getBoundingClientRect().width > 0)
    const texts = drawings.map((svg) => ({
      frame: svg.getBoundingClientRect(),
      texts: [...svg.querySelectorAll('text')].map((each) => ({
        box: each.getBoundingClientRect(),
        text: each.textContent,
      })),
    }))
    return {
      drawings: drawings.length,
      wider: document.documentElement.scrollWidth - window.innerWidth,
      tiny: texts.flatMap((svg) => svg.texts.filter(({ box }) => box.height < 11)).map(({ text }) => text),
      cut: texts.flatMap(({ frame, texts }) =>
        texts
          .filter(
            ({ box }) => box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1,
          )
          .map(({ text }) => text),
      ),
      covered: texts.flatMap(({ texts }) =>
        texts.flatMap(({ box: a, text }, i) =>
          texts
            .slice(i + 1)
            .filter(
              ({ box: b }) =>
                a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3,
            )
            .map((other) => `${text} and ${other.text}`),
        ),
      ),
      inks: [
        ...new Set(
          drawings.flatMap((svg) => [...svg.querySelectorAll('text')].map((each) => getComputedStyle(each).fill)),
        ),
      ],
      grounds: [...new Set(drawings.map((svg) => getComputedStyle(svg.closest('figure')!).backgroundColor))],
      unknown: drawings
        .flatMap((svg) => [...svg.querySelectorAll('[fill^="var("]')])
        .filter((each) => {
          const name = /var\((--[a-z-]+)\)/.exec(each.getAttribute('fill')!)![1]!
          return getComputedStyle(document.documentElement).getPropertyValue(name) === ''
        }).length,
    }
  })
  await page.close()
  expect(seen).toMatchObject({ wider: 0, tiny: [], cut: [], covered: [], unknown: 0 })
  expect(seen.drawings).toBeGreaterThan(40)
  expect(seen.inks.toSorted()).toEqual(
    scheme === 'light' ? ['rgb(22, 33, 43)', 'rgb(81, 96, 109)'] : ['rgb(165, 179, 191)', 'rgb(232, 237, 241)'],
  )
  expect(seen.grounds).toEqual([scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(23, 33, 42)'])
})
