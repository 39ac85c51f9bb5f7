// The range in a browser, as a person uses it: its switches and its button on the lab's page, and what the card then says.
import { expect } from 'vitest'
import type { Page, Target } from 'puppeteer-core'
import type { StartedBrowser } from '../bench/browser/start.ts'
import { attacks } from '../src/range/attacks.ts'
import { defences } from '../src/range/defences.ts'
import type { DefenceName } from '../src/range/attack.ts'
import type { Lab } from '../src/server/start.ts'

export interface Shown {
  outcome: 'succeeded' | 'held' | 'failed'
  text: string
}

const card = (slug: string) => `.attack[data-slug="${slug}"]`
/** A browser that has little of the machine, and passwords that are checked. */
const PATIENCE_MS = 60_000

/** The lab's page, on the range. */
export async function openRange({ browser }: StartedBrowser, lab: Lab): Promise<Page> {
  const page = await browser.newPage()
  await page.setViewport({ width: 1440, height: 900 })
  await page.goto(`${lab.url}/#/range`)
  await page.waitForSelector('.attack')
  await page.waitForSelector('nav [data-screen="range"]', { visible: true }) // in a lab without a range it is hidden
  return page
}

/** Turns the switches of this attack, by a click each, until just these are off. */
export async function leaveOff(page: Page, slug: string, off: readonly DefenceName[]): Promise<void> {
  const { defences: own } = attacks.find((each) => each.slug === slug)!
  for (const name of own) {
    const box = `${card(slug)} #${slug}-${name}`
    const wanted = !off.includes(name)
    if ((await page.$eval(box, (each) => (each as HTMLInputElement).checked)) !== wanted) await page.click(box)
    await page.waitForFunction(
      (selector, on) => document.querySelector<HTMLInputElement>(selector)?.checked === on,
      { timeout: PATIENCE_MS },
      box,
      wanted,
    )
  }
}

/** Presses the button of this attack. @returns what its card says when it is over. */
export async function attackBy(
  page: Page,
  slug: string,
  press: (button: string) => Promise<void> = (button) => page.click(button),
): Promise<Shown> {
  const numberOf = (selector: string) =>
    page.$eval(selector, (each) => Number(each.querySelector('.outcome')?.getAttribute('data-run') ?? 0))
  const before = await numberOf(card(slug))
  const isTheirs = (target: Target) => target !== page.target() && /^https?:/.test(target.url())
  await press(`${card(slug)} .go`)
  if (attacks.find((each) => each.slug === slug)!.from !== 'socket') {
    await page.browser().waitForTarget(isTheirs, { timeout: PATIENCE_MS })
    await page.bringToFront() // as a person comes back; a screen that nobody sees asks for nothing
  }
  const shown = await page.waitForFunction(
    (selector, last) => {
      const outcome = document.querySelector(`${selector} .outcome`)
      if (!outcome || Number(outcome.getAttribute('data-run')) <= last) return null
      const what = outcome.getAttribute('data-outcome')!
      return what === 'under-way' ? null : { outcome: what, text: outcome.textContent.replace(/\s+/g, ' ') }
    },
    { timeout: PATIENCE_MS, polling: 200 },
    card(slug),
    before,
  )
  const found = (await shown.jsonValue()) as Shown
  for (const other of await page.browser().pages()) if (other !== page) await other.close()
  return found
}

export interface Position {
  title: string
  off: DefenceName[]
  succeeds: boolean
}

/** Without any of its defences it succeeds; with just one of them it is held back; and with all of them. */
export function positionsOf(slug: string): Position[] {
  const own = attacks.find((each) => each.slug === slug)!.defences
  const titleOf = (name: DefenceName) => defences.find((each) => each.name === name)!.title
  expect(own.length, `defences of ${slug}`).toBeGreaterThan(0)
  return [
    { title: 'all its defences off → it succeeds', off: [...own], succeeds: true },
    ...own.map((name) => ({
      title: `only “${titleOf(name)}” on → held back`,
      off: own.filter((each) => each !== name),
      succeeds: false,
    })),
    ...(own.length > 1 ? [{ title: 'all on → held back', off: [], succeeds: false }] : []),
  ]
}
