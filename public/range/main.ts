// The range's screen: switches of defences at the target, attacks to be made, and what came of them.
import { html, render } from '/vendor/lit-html.js'
import type { Mount } from '../context.ts'
import { explain } from '../lab.ts'
import { outcomeOf } from './outcome.ts'
import { attack, look, turn } from './range.ts'
import type { Range } from './range.ts'
import { view } from './view.ts'

const EVERY_MS = 1000

export const mount: Mount = (root, _slug, { about, say }) => {
  const title = document.title
  document.title = 'Range · Wirelab'
  dress()
  let range: Range | undefined
  /** What the lab said no to, by attack; and at the top, by the empty name, that it does not answer. */
  let troubles: Record<string, string> = {}
  let timer: ReturnType<typeof setTimeout> | undefined
  let gone = false

  function draw() {
    if (!gone) render(view({ range, troubles, act }), root)
  }
  function take(next: Range) {
    for (const { slug, title, run } of next.attacks) {
      const before = range?.attacks.find((each) => each.slug === slug)?.run
      if (range && run?.over && !(before?.over && before.number === run.number)) say(title, outcomeOf(run))
    }
    range = next
    draw()
  }
  async function ask(about: string, what: () => Promise<Range>) {
    try {
      const next = await what()
      troubles = about === '' ? { ...troubles, '': '' } : {}
      take(next)
    } catch (error) {
      troubles = { ...troubles, [about]: explain(error) }
      draw()
    }
  }
  /** What the victim's tab tells comes by the lab. Nobody looks at this screen while that tab is before it. */
  async function watch() {
    if (!document.hidden) await ask('', look)
    clearTimeout(timer)
    if (!gone) timer = setTimeout(() => void watch(), EVERY_MS)
  }
  const back = () => void (document.hidden || watch())

  const act = {
    turn: (slug: string, changes: Record<string, boolean>) => ask(slug, () => turn(changes)),
    attack: (slug: string) => void ask(slug, () => attack(slug)),
  }

  if (about.range) {
    draw()
    void watch()
    document.addEventListener('visibilitychange', back)
  } else render(closed(), root)
  return () => {
    gone = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', back)
    document.title = title
    render('', root)
  }
}

const closed = () =>
  html`<article class="range">
    <h2 tabindex="-1">Attack and defence range</h2>
    <p>This lab runs without its range. Start it with <code>npm start -- --range</code>, on your own machine.</p>
  </article>`

function dress() {
  for (const name of ['range', 'outcome']) {
    const href = `/public/range/${name}.css`
    if (document.querySelector(`link[href="${href}"]`)) continue
    document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href }))
  }
}
