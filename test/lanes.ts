// What a test reads of the lanes on the lab's screen, and does to them, in whatever browser shows it.
import type { Page } from 'puppeteer-core'
import type { TransportName } from '../transports/clients.ts'
import type { BenchState } from '../src/lab/bench.ts'
import { sleep } from './lab.ts'

/** `page` is asked each time: it may not be there yet. */
export function lanesOf(page: () => Page) {
  const lanes = () =>
    page().$$eval('.lane', (all) => all.map((lane) => (lane as HTMLElement).innerText.replace(/\s+/g, ' ')))
  async function until(check: () => Promise<boolean>, what: string, ms = 10_000) {
    const started = performance.now()
    while (!(await check())) {
      if (performance.now() - started > ms)
        throw new Error(`not within ${ms} ms: ${what}; the lanes say ${(await lanes()).join(' | ')}`)
      await sleep(50)
    }
  }
  /** What the lab says of the page's bench, by the page's own session. */
  const benchNow = () =>
    page().evaluate(async () => {
      const urls = performance.getEntriesByType('resource').map((entry) => entry.name)
      const bench = urls.findLast((url) => /\/lab\/bench\/[\w-]+$/.test(url))!
      return (await (await fetch(bench)).json()) as BenchState
    })
  const states = () => page().$$eval('.lane', (all) => all.map((lane) => (lane as HTMLElement).dataset.state))
  const textOf = (selector: string) => page().$eval(selector, (element) => element.textContent?.trim() ?? '')
  return {
    until,
    states,
    textOf,
    untilOpen: (ms?: number) =>
      until(async () => (await states()).join() === 'open,open,open,open', 'all lanes to be open', ms),
    number: (lane: string, name: string) =>
      page().$eval(`.lane[data-lane="${lane}"] [data-n="${name}"]`, (element) =>
        Number(element.textContent?.replace(/[^\d.]/g, '')),
      ),
    click: (selector: string) => page().$eval(selector, (button) => (button as HTMLButtonElement).click()),
    /** What was done to a lane, and what it did about it, in its own words. */
    story: (lane: string) => textOf(`.lane[data-lane="${lane}"] .story`),
    benchNow,
    doorOf: async (lane: string) => (await benchNow()).doors[lane as TransportName],
    /** What "Samples as CSV" of a lane holds; latency in ms; receipt in ms since epoch, by the page's clock and by the lab's. */
    async samplesOf(lane: string) {
      const csv = await page().$eval(`.lane[data-lane="${lane}"] .save-samples`, async (button) => {
        const make = URL.createObjectURL.bind(URL)
        HTMLAnchorElement.prototype.click = () => undefined // no download
        const blob = await new Promise<Blob>((resolve) => {
          URL.createObjectURL = (saved: Blob) => (resolve(saved), make(saved))
          ;(button as HTMLButtonElement).click()
        })
        URL.createObjectURL = make
        return blob.text()
      })
      const rows = csv.trim().split('\r\n').slice(1)
      return rows.map((row) => {
        const [, id, dueMs, receivedMs, latencyMs] = row.split(',')
        const receivedAt = Number(dueMs) + Number(latencyMs)
        return { id: id!, receivedMs: Number(receivedMs), receivedAt, latencyMs: Number(latencyMs) }
      })
    },
    /** By keyboard: ten steps down is silence, then up again to the wanted place in the list of rates. */
    async setRate(perSecond: 0 | 10) {
      await page().focus('#rate-input')
      await page().keyboard.press(perSecond === 0 ? 'Home' : 'ArrowRight')
      if (perSecond !== 0) for (let step = 0; step < 4; step++) await page().keyboard.press('ArrowRight')
      await until(
        async () => (await textOf('#rate output')).startsWith(perSecond === 0 ? 'no events' : '10 events'),
        'the rate',
      )
      await sleep(500)
    },
  }
}

/** The end of a lane's story when nothing was lost. */
export const endOf = /back after .+ → \d+ events? caught up → 0 lost, 0 repeated$/
