// The page: learns about the lab, then shows the screen that the address names, and changes it with the address.
import { html, render } from '/vendor/lit-html.js'
import { backoffMs } from '../src/core/backoff.ts'
import type { OpenPanel } from './account/panel.ts'
import type { Mount, PageContext } from './context.ts'
import { about, explain } from './lab.ts'
import type { About } from './lab.ts'
import { looks } from './looks.ts'
import { openBench } from './open.ts'
import { place } from './place.ts'
import { complain, say } from './say.ts'
import { mount as lab } from './view.ts'

const $ = <Kind extends HTMLElement = HTMLElement>(selector: string) => document.querySelector<Kind>(selector)!
const alert = $('#trouble')
const here = place()
looks(here, $<HTMLButtonElement>('#scheme'), $<HTMLButtonElement>('#type'))

const LEARN = new URL('./learn/main.ts', import.meta.url).href
/** Loaded when they are asked for: who comes for the lab need not wait for the experiments. */
const learn = async () => ((await import(LEARN)) as { mount: Mount }).mount
// A hand on its way to the link is half a second ahead of its click; what goes wrong is told when the screen is entered.
for (const type of ['pointerenter', 'focus'])
  $('nav [data-screen="learn"]').addEventListener(type, () => void learn().catch(() => undefined), { once: true })

const RANGE = new URL('./range/main.ts', import.meta.url).href
/** What is loaded when it is asked for; the lab is there from the start. */
const screens: Record<string, () => Promise<Mount>> = {
  learn,
  range: async () => ((await import(RANGE)) as { mount: Mount }).mount,
}

const PANEL = new URL('./account/panel.ts', import.meta.url).href

async function ask(): Promise<About> {
  for (let attempt = 0; ; attempt++)
    try {
      return await about()
    } catch (error) {
      complain(alert, `${explain(error)} This page keeps trying.`)
      await new Promise((resolve) => setTimeout(resolve, 1000 + backoffMs(attempt)))
    }
}

function route(context: PageContext) {
  const root = $('#screen')
  let leave: (() => void) | undefined
  let shown: string | undefined
  let entries = 0

  async function enter() {
    const [, screen = '', slug] = here.path.split('/')
    const load = Object.hasOwn(screens, screen) ? screens[screen] : undefined
    const wanted = load ? here.path : '/' // what is no screen is the lab, which says so
    if (shown === wanted) return // only a knob was turned
    shown = wanted
    for (const link of document.querySelectorAll('nav a'))
      if ((link as HTMLElement).dataset.screen === (load ? screen : '')) link.setAttribute('aria-current', 'page')
      else link.removeAttribute('aria-current')
    leave?.()
    leave = undefined
    const own = ++entries // there and back while it loads: only the last one enters
    if (load) render(html`<p class="soft">Loading …</p>`, root)
    const mount = load ? await load() : lab
    if (own === entries) leave = mount(root, slug, context)
  }

  const go = () =>
    void enter().then(
      () => complain(alert, ''),
      () => complain(alert, 'This screen did not load. Does the lab still run? Reload the page.'),
    )
  here.subscribe(go)
  // The way back to the lab leads to it as it was left: with its knobs.
  addEventListener('hashchange', ({ oldURL }) => {
    const { hash } = new URL(oldURL)
    if (hash.startsWith('#/?') && here.path !== '/') $('nav [data-screen=""]').setAttribute('href', hash)
  })
  go()
}

const found = await ask()
complain(alert, '')
$('#starting').remove()
$('nav [data-screen="range"]').hidden = !found.range
if (found.accounts) {
  const { openPanel } = (await import(PANEL)) as { openPanel: OpenPanel }
  openPanel($<HTMLButtonElement>('#account'), found, here)
}
if (found.auth === 'required' && !found.account) {
  // A browser's EventSource and WebSocket can send no key, so every lane would only ever say "401".
  $('#locked .command').textContent =
    `curl -N --cacert certs/ca.pem -H "Authorization: Bearer $WIRELAB_KEY" ${location.origin}/feed/sse`
  if (found.accounts) $('#locked').textContent = 'Reading this lab needs an account: log in, or sign up, at the top.'
  $('#locked').hidden = false
  for (const link of document.querySelectorAll<HTMLElement>('nav [data-screen]')) link.hidden = true // nothing is behind them
} else {
  $('#screen').hidden = false
  route({ about: found, place: here, openBench, say })
}
