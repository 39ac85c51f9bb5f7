// A walk through a screen with the Tab key: which controls it does not reach, which do not show that they have the focus, or hide it.
import type { Page } from 'puppeteer-core'

interface Stop {
  element: HTMLElement
  unfocused: string
  focused?: string
  isHidden?: boolean
}
type Walk = typeof globalThis & { stops: Stop[]; isCovered(element: HTMLElement): boolean }

/** Browsers make stops of their own beside ours: boxes that scroll. */
const BESIDE = 40

/** @returns a line for each fault. */
export async function walk(page: Page): Promise<string[]> {
  const count = await page.evaluate(begin)
  let left = count
  for (let presses = 0; left > 0 && presses < count + BESIDE; presses++) {
    await page.keyboard.press('Tab')
    if (presses + 1 < count) continue // before that there must be some left
    left = await page.evaluate(() => (globalThis as Walk).stops.filter(({ focused }) => focused === undefined).length)
  }
  await page.evaluate(() => new Promise(requestAnimationFrame))
  await page.evaluate(lookAgain)
  return page.evaluate(end)
}

function begin(): number {
  const seen = new Set<string>()
  /** Of radio buttons Tab reaches one; the arrows reach the others. */
  const isOne = (element: HTMLElement) => {
    if (!(element instanceof HTMLInputElement && element.type === 'radio')) return true
    const group = `input[type=radio][name="${element.name}"]`
    const checked = document.querySelector(`${group}:checked`)
    if (checked) return checked === element
    return !seen.has(group) && seen.add(group)
  }
  const lookOf = (element: HTMLElement) => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor } =
      getComputedStyle(element)
    const outline = outlineStyle === 'none' ? '' : `${outlineStyle} ${outlineWidth} ${outlineColor}`
    return [outline, boxShadow, borderColor, backgroundColor].join('; ')
  }
  const all = document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary, [tabindex]')
  // Tab goes on from where the focus is: from before everything.
  document.body.tabIndex = -1
  document.body.focus()
  document.body.removeAttribute('tabindex')
  const stops: Stop[] = [...all]
    .filter((each) => each.tabIndex >= 0 && !each.matches(':disabled') && each.checkVisibility() && isOne(each))
    .map((element) => ({ element, unfocused: lookOf(element) }))
  const isCovered = (element: HTMLElement) => {
    const { left, right, top, bottom } = element.getBoundingClientRect()
    const between = (a: number, b: number, share: number) => a + (b - a) * share
    return ![0.1, 0.5, 0.9].some((across) =>
      [0.1, 0.5, 0.9].some((down) => {
        const at = document.elementFromPoint(between(left, right, across), between(top, bottom, down))
        return at !== null && (element.contains(at) || at.contains(element))
      }),
    )
  }
  Object.assign(globalThis, { stops, isCovered })
  addEventListener('focusin', ({ target }) => {
    const stop = (globalThis as Walk).stops.find(({ element }) => element === target)
    if (!stop) return
    stop.focused = lookOf(stop.element)
    requestAnimationFrame(() => (stop.isHidden = document.activeElement === target && isCovered(stop.element)))
  })
  return stops.length
}

/** The keys come faster than a busy browser scrolls: who was covered has its time now. */
async function lookAgain() {
  const { stops, isCovered } = globalThis as Walk
  for (const stop of stops.filter(({ isHidden }) => isHidden)) {
    stop.element.blur()
    stop.element.focus()
    for (let frames = 0; frames < 30 && stop.isHidden; frames++) {
      await new Promise(requestAnimationFrame)
      stop.isHidden = isCovered(stop.element)
    }
  }
}

function end(): string[] {
  const say = ({ element: { tagName, id, className, textContent } }: Stop) =>
    `${tagName.toLowerCase()}#${id}.${className} “${textContent.trim().slice(0, 30)}”`
  return (globalThis as Walk).stops.flatMap((stop) => {
    if (stop.focused === undefined) return [`not reached: ${say(stop)}`]
    if (stop.focused === stop.unfocused) return [`the focus is not seen: ${say(stop)}`]
    return stop.isHidden ? [`has the focus and is covered: ${say(stop)}`] : []
  })
}
