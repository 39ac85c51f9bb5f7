// The screens of the page, as a test opens them, and what every one of them is asked: axe, widths, headings, the Tab key, live regions.
import axe from 'axe-core'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'puppeteer-core'
import { experiments } from '../public/learn/list.ts'

export interface Screen {
  name: string
  /** Behind the lab's origin. */
  path: string
  /** A selector of what is there when the screen is. */
  ready: string
  /** What is done on it before it is looked at. */
  act?(page: Page): Promise<void>
}

const LANES_OPEN = '.lanes:not(:has(.lane:not([data-state=open]))) > .lane'
export const lab: Screen = { name: 'the lab', path: '/#/', ready: LANES_OPEN }
export const wire: Screen = {
  name: 'the lab with a wire open and one event followed',
  path: '/#/?wire=wss',
  ready: '.wire-piece',
  async act(page) {
    await followNext(page)
    // "Hold still": what is looked at must not go while it is.
    await page.$eval('.wire-bar button:last-child', (button) => button.click())
  },
}
/** That nobody opened: one that an experiment opened is looked at in tabs.test.ts. */
export const tab: Screen = {
  name: 'a tab of the six-connection wall',
  path: '/public/learn/six-connections/tab.html',
  ready: 'main',
}
export const list: Screen = { name: 'the list of experiments', path: '/#/learn', ready: '.experiments a' }
export const course: Screen = { name: 'the course', path: '/course', ready: '#course' }
export const range: Screen = { name: 'the range', path: '/#/range', ready: '.attack' }
/** Of a lab of its own. */
export const locked: Screen = { name: 'the lab that needs a key', path: '/#/', ready: '#locked:not([hidden])' }
export const experimentScreens: Screen[] = experiments.map(({ slug, title }) => ({
  name: `the experiment “${title}”`,
  path: `/#/learn/${slug}`,
  ready: `.experiment[data-slug="${slug}"] .run`,
}))

export async function open(page: Page, origin: string, { path, ready, act }: Screen): Promise<void> {
  await page.goto(origin + path)
  await page.waitForSelector(ready)
  await act?.(page)
}

/** Everything that the console says, violations of the policy among it, from the next document on; each after what `before` says then. */
export async function listen(page: Page, before = () => ''): Promise<string[]> {
  const said: string[] = []
  const note = (line: string) => said.push(before() + line)
  page.on('console', (message) => note(`${message.type()} ${message.text()}`))
  page.on('pageerror', (error) => note(String(error)))
  page.on('dialog', (dialog) => (note(`dialog ${dialog.message()}`), void dialog.dismiss()))
  await page.evaluateOnNewDocument(() => {
    addEventListener('securitypolicyviolation', (event) =>
      console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`),
    )
  })
  return said
}

export interface Look {
  width: number
  theme: 'light' | 'dark'
  type: 'normal' | 'large'
}

/**
 * By the address, as anybody sets it. A tab of an experiment has it from the page that opened it, and is given it here; the course goes
 * by the system, which only Chromium lets us set.
 */
export async function wear(page: Page, { width, theme, type }: Look, canSetSystem: boolean): Promise<void> {
  await page.setViewport({ width, height: 900 })
  if (canSetSystem) await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }])
  await page.evaluate(
    async (values) => {
      if (location.pathname.endsWith('.html')) Object.assign(document.documentElement.dataset, values)
      if (location.pathname !== '/') return
      const [path = '/', query] = location.hash.slice(1).split('?')
      location.hash = `${path}?${new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(query)), ...values })}`
      await new Promise(requestAnimationFrame)
    },
    { theme, type },
  )
}

const OPTIONS: RunOptions = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
  rules: { 'target-size': { enabled: true } }, // off by default, although it is of WCAG 2.2 AA
  resultTypes: ['violations'],
}

/** @returns a line for each thing that breaks a rule of WCAG 2.2 A or AA. */
export async function axeOf(page: Page, options: RunOptions = OPTIONS): Promise<string[]> {
  // Through the debugger's door, which the page's Content-Security-Policy does not close.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source)
  return page.evaluate(async (given) => {
    const { run } = (globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe
    const { violations } = await run(given)
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, any, all, none }) => {
        const why = [...any, ...all, ...none][0]?.message ?? ''
        return `${id}: ${target.join(' ')}: ${why}`
      }),
    )
  }, options)
}

/** @returns a line for each thing that breaks a rule in one of the looks, or is then wider than the window. Leaves it in the first look. */
export async function faultsOf(page: Page, looks: readonly Look[], canSetSystem: boolean): Promise<string[]> {
  const found: string[] = []
  for (const look of looks) {
    await wear(page, look, canSetSystem)
    const excess = await excessOf(page)
    const lines = excess > 0 ? [`${excess} px wider than the window`] : []
    lines.push(...(await axeOf(page)))
    found.push(...lines.map((line) => `${look.width} px, ${look.theme}, ${look.type} type: ${line}`))
  }
  await wear(page, looks[0]!, canSetSystem)
  return found
}

/** By how many pixels it is wider than the window. */
export const excessOf = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** The levels of the headings that are seen, in their order. */
export const headingsOf = (page: Page) =>
  page.$$eval('h1, h2, h3, h4, h5, h6', (all) =>
    all.filter((each) => each.checkVisibility()).map(({ tagName }) => Number(tagName[1])),
  )

export const animationsOf = (page: Page) =>
  page.evaluate(() =>
    document
      .getAnimations()
      .filter(({ playState }) => playState === 'running')
      .map(({ effect }) => (effect as KeyframeEffect).target?.className),
  )

export async function followNext(page: Page): Promise<void> {
  await page.$eval('#follow', (button) => (button as HTMLButtonElement).click())
  await page.waitForSelector('.followed tbody tr')
}

/** How often what a screen reader reads out by itself changes in that time; changes of one moment are one. */
export const liveChanges = (page: Page, ms: number) =>
  page.evaluate(async (time) => {
    let changes = 0
    const regions = '[aria-live]:not([aria-live=off]), [role=status], [role=alert], [role=log], output'
    // Over the whole page: a region may come later.
    const observer = new MutationObserver((records) => {
      const elements = records.map(({ target }) => (target instanceof Element ? target : target.parentElement))
      if (elements.some((each) => each?.closest(regions))) changes++
    })
    observer.observe(document.body, { subtree: true, childList: true, characterData: true })
    await new Promise((resolve) => setTimeout(resolve, time))
    observer.disconnect()
    return changes
  }, ms)
