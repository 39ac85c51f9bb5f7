// The page: learns about the lab, then shows the screen that the address names, and changes it with the address.
import { html, render } from '/vendor/lit-html.js'
import { backoffMs } from '../src/core/backoff.ts'
import type { OpenPanel } from './account/panel.ts'
import type { Mount, PageContext } from './context.ts'
import { about, explain } from './lab.ts'
import { looks } from './looks.ts'
import { openBench } from './open.ts'
import { place } from './place.ts'
import { complain, say } from './say.ts'
import { mount as lab } from './view.ts'

const $ = <Kind extends HTMLElement = HTMLElement>(selector: string) => document.querySelector<Kind>(selector)!
const alert = $('#trouble')
const here = place()
looks(here, $<HTMLButtonElement>('#scheme'), $<HTMLButtonElement>('#type'))

/**
 * Loaded when it is asked for: who comes for the lab need not wait for the experiments. What did not load has another name the next time,
 * for a browser may keep that for good (HTML, “module map”; Firefox does).
 */
function script<Exports>(path: string): () => Promise<Exports> {
  const { href } = new URL(path, import.meta.url)
  let failures = 0
  return async () => {
    try {
      return (await import(failures === 0 ? href : `${href}?again=${failures}`)) as Exports
    } catch (error) {
      failures++
      throw error
    }
  }
}

const learn = script<{ mount: Mount }>('./learn/main.ts')
const panel = script<{ openPanel: OpenPanel }>('./account/panel.ts')
/** The lab is there from the start. */
const screens: Record<string, () => Promise<{ mount: Mount }>> = {
  learn,
  range: script('./range/main.ts'),
}
// A hand on its way to the link is half a second ahead of its click; what goes wrong is told when the screen is entered.
for (const type of ['pointerenter', 'focus'])
  $('nav [data-screen="learn"]').addEventListener(type, () => void learn().catch(() => undefined), { once: true })

/** Until it comes, or nobody wants it any more; what goes wrong is told meanwhile. */
async function keepTrying<Found>(
  what: () => Promise<Found>,
  wordsOf: (error: unknown) => string,
  isWanted = () => true,
): Promise<Found | undefined> {
  let told = ''
  try {
    for (let attempt = 0; isWanted(); attempt++)
      try {
        return await what()
      } catch (error) {
        if (!isWanted()) break
        told = `${wordsOf(error)} This page keeps trying.`
        complain(alert, told)
        await new Promise((resolve) => setTimeout(resolve, 1000 + backoffMs(attempt)))
      }
    return undefined
  } finally {
    if (told && alert.textContent === told) complain(alert, '') // else it is of something else
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
    const isWanted = () => own === entries
    if (load) render(html`<p class="soft">Loading …</p>`, root)
    complain(alert, '')
    const why = () => 'This screen does not load. Does the lab still run?'
    const loaded = load ? await keepTrying(load, why, isWanted) : { mount: lab }
    if (loaded && isWanted()) leave = loaded.mount(root, slug, context)
  }

  const go = () => void enter().catch(() => complain(alert, 'This screen does not work here. Reload the page.'))
  here.subscribe(go)
  // The way back to the lab leads to it as it was left: with its knobs.
  addEventListener('hashchange', ({ oldURL }) => {
    const { hash } = new URL(oldURL)
    if (hash.startsWith('#/?') && here.path !== '/') $('nav [data-screen=""]').setAttribute('href', hash)
  })
  go()
}

const found = (await keepTrying(about, explain))!
$('#starting').remove()
$('nav [data-screen="range"]').hidden = !found.range
if (found.accounts)
  // Without it all the rest is there.
  void keepTrying(panel, () => 'The panel to log in does not load. Does the lab still run?').then((loaded) =>
    loaded!.openPanel($<HTMLButtonElement>('#account'), found, here),
  )
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
