// docs/course.md as a page of its own, made once, at start: no script, one h1, ids as GitHub makes them.
import { posix } from 'node:path'
import { Marked, Renderer } from 'marked'
import type { Tokens } from 'marked'
import { getHeadingList, gfmHeadingId } from 'marked-gfm-heading-id'

/** In the file a link to the lab is whole, so that it works wherever the file is read; on the page it is to this very lab. */
const LAB = 'https://localhost:8443/'
/** The only HTML that the file may have: answers that fold, and comments. */
const FOLDS = /^(<details>\s*<summary>[^<>]*<\/summary>|<\/details>)$/
const COMMENT = /^(<!--[\s\S]*?-->\s*)+$/

/** @param isServed whether the lab has a file at a path; other files of the repository are named, not linked. */
export function coursePage(markdown: string, isServed: (path: string) => boolean): string {
  const marked = new Marked(gfmHeadingId(), {
    renderer: {
      html({ text }) {
        const html = text.trim()
        if (COMMENT.test(html)) return ''
        return FOLDS.test(html) ? `${html}\n` : escape(text)
      },
      link({ href, tokens }) {
        const words = this.parser.parseInline(tokens)
        const to = href.startsWith(LAB) ? `/${href.slice(LAB.length)}` : href
        if (/^(https:|\/|#)/.test(to)) return `<a href="${escape(to)}">${words}</a>`
        const path = posix.join('/docs', to)
        if (isServed(path)) return `<a href="${escape(path)}">${words}</a>`
        return `${words} (<code>${escape(path.slice(1))}</code>)`
      },
      // Wider than a small screen: it scrolls, and so the keyboard must reach it.
      table(token: Tokens.Table) {
        return `<div class="wide" role="group" aria-label="Table" tabindex="0">${Renderer.prototype.table.call(this, token)}</div>\n`
      },
    },
  })
  const body = marked.parse(markdown, { async: false })
  const sections = getHeadingList().filter(({ level }) => level === 2)
  const title = getHeadingList().find(({ level }) => level === 1)?.text ?? ''
  return page(title, sections, body)
}

function page(title: string, sections: { id: string; text: string }[], body: string): string {
  const contents = sections.map(({ id, text }) => `<li><a href="#${id}">${text}</a></li>`).join('\n')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Wirelab: ${title}</title>
<link rel="icon" href="/public/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/public/course.css">
</head>
<body id="answers">
<a class="skip" href="#course">To the text</a>
<nav aria-label="Contents">
<p><a href="/">← The lab</a></p>
<ul>
${contents}
</ul>
<p class="fold"><a href="#answers">Open all answers</a> · <a href="#course">Fold them</a></p>
</nav>
<main id="course">
${body}</main>
</body>
</html>
`
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escape = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character]!)
