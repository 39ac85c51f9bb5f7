// The learning part of the page: the list of experiments, or one of them.
import { html, render } from '/vendor/lit-html.js'
import type { Mount } from '../context.ts'
import { explain } from '../lab.ts'
import { experiments, sessions } from './list.ts'
import type { Entry } from './list.ts'

/** Shows the experiment of that slug in `root`, the list when there is none. @returns what takes it away and closes all it opened. */
export const mount: Mount = (root, slug = '', page) => {
  const title = document.title
  let gone = false
  let unmount: (() => void) | undefined
  dress()
  const entry = experiments.find((each) => each.slug === slug)
  document.title = `${entry?.title ?? 'Experiments'} · Wirelab`
  if (!entry) {
    render(list(slug), root)
    arrive(root)
  } else {
    render(soon(entry), root)
    entry.load().then(
      ({ screen }) => {
        if (gone) return
        render('', root)
        unmount = screen(root, entry, page)
        arrive(root)
      },
      (error: unknown) => gone || render(html`<p class="alert" role="alert">${explain(error)}</p>`, root),
    )
  }
  return () => {
    gone = true
    document.title = title
    unmount?.()
    render('', root)
  }
}

/** What it will be, while it loads. */
const soon = ({ title, question }: Entry) =>
  html`<article class="learn experiment">
    <p class="where"><a href="#/learn">Experiments</a> · loading …</p>
    <h2 tabindex="-1">${title}</h2>
    <p class="lead">${question}</p>
  </article>`

let arrivals = 0

/** From the second screen on: at its top, and with the focus there, where the link that led here has gone. */
function arrive(root: HTMLElement) {
  if (++arrivals === 1) return
  scrollTo(0, 0)
  if (document.activeElement === document.body) root.querySelector<HTMLElement>('h2')?.focus()
}

function list(slug: string) {
  return html`<div class="learn sessions">
    <h2 tabindex="-1">Experiments</h2>
    <p class="lead">Each asks you for a guess, then measures it here, on real connections, in at most 20 seconds.</p>
    ${slug && html`<p class="alert" role="alert">There is no experiment “${slug}”. These are the ones there are:</p>`}
    ${Object.entries(sessions).map(
      ([session, title]) =>
        html`<section aria-labelledby=${`session-${session}`}>
          <h3 id=${`session-${session}`}>Session ${session}: ${title}</h3>
          <ul class="experiments">
            ${experiments.filter((each) => each.session === Number(session)).map(item)}
          </ul>
        </section>`,
    )}
  </div>`
}

/** Numbered over all sessions, as each of them says on its own screen. */
const item = (entry: Entry) => {
  const { slug, title, question } = entry
  const place = experiments.indexOf(entry) + 1
  return html`<li>
    <b>${place}. <a href=${`#/learn/${slug}`}>${title}</a></b>
    <span>${question}</span>
  </li>`
}

const SHEETS = ['learn', 'experiment', 'talk', 'numbers', 'keys', 'timeline', 'pictures', 'exhibits']

/** The style of this part comes with it, not with the first load. */
function dress() {
  for (const name of SHEETS) {
    const href = `/public/learn/${name}.css`
    if (document.querySelector(`link[href="${href}"]`)) continue
    const link = document.createElement('link')
    link.rel = 'stylesheet'
    link.href = href
    document.head.append(link)
  }
}
