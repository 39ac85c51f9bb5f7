// docs/course.md as a page of its own, made once, at start: one h1, ids as GitHub makes them, nothing that needs a script.
import { posix } from 'node:path'
import { Marked, Renderer } from 'marked'
import type { Tokens } from 'marked'
import { getHeadingList, gfmHeadingId } from 'marked-gfm-heading-id'

/** In the file a link to the lab is whole, so that it works wherever the file is read; on the page it is to this very lab. */
const USUAL = 'localhost:8443'
const LAB = `https://${USUAL}/`
/** The only HTML that the file may have: answers that fold, and comments. */
const FOLDS = /^(<details>\s*<summary>[^<>]*<\/summary>|<\/details>)$/
const COMMENT = /^(<!--[\s\S]*?-->\s*)+$/

/** In the file stands the light one; a page in the dark shows the other. */
const LIGHT = /-light(?=\.png$)/

/** @returns where the lab is to have the pictures of the course, in both colours. */
export function picturesOf(markdown: string): string[] {
  const named = [...markdown.matchAll(/!\[[^\]]*\]\((images\/[\w-]+\.png)\)/g)].map(([, file]) => `/docs/${file}`)
  return [...new Set(named.flatMap((path) => [path, path.replace(LIGHT, '-dark')]))]
}

/** @param served the file that the lab has at a path; other files of the repository are named, not linked. */
export function coursePage(
  markdown: string,
  served: (path: string) => Uint8Array | undefined,
  { hasRange = false } = {},
): string {
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
        if (served(path)) return `<a href="${escape(path)}">${words}</a>`
        return `${words} (<code>${escape(path.slice(1))}</code>)`
      },
      image({ href, text }) {
        const path = posix.join('/docs', href)
        const file = served(path)
        return file ? picture(path, text, file) : escape(text)
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
  return page(title, sections, body, hasRange)
}

function picture(path: string, text: string, file: Uint8Array): string {
  const [width, height] = sizeOf(file)
  const dark = path.replace(LIGHT, '-dark')
  // Of a screen in a column of text the small type cannot be read: it opens as large as it is.
  return (
    `<a href="${path}"><picture><source srcset="${dark}" media="screen and (prefers-color-scheme: dark)">` +
    `<img src="${path}" alt="${escape(text)}" width="${width}" height="${height}" loading="lazy"></picture></a>`
  )
}

/** Of a PNG, in pixels: they stand first in its first chunk (PNG, §11.2.1). */
function sizeOf(png: Uint8Array): [width: number, height: number] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  return [view.getUint32(16), view.getUint32(20)]
}

/** As the page is for who came to this Host: its commands lead to where it is read, and start a lab there. */
export function atHost(page: string, host: string): string {
  if (host === USUAL) return page
  const port = /:(\d+)$/.exec(host)?.[1]
  return page
    .replace(/<code class="language-sh">[^<]*/g, (code) =>
      code.replace(/^((?:<code[^>]*>)?npx wirelab watch\b(?!.*https:).*)$/gm, `$1 ${LAB.slice(0, -1)}`),
    )
    .replaceAll(/\bnpm start --(?! --port)/g, port === undefined ? '$&' : `$& --port ${port}`)
    .replaceAll(USUAL, escape(host))
}

/** As on the lab's page (public/index.html): which of the screens there are. */
const screens = (hasRange: boolean) =>
  [
    '<a href="/#/">Lab</a>',
    '<a href="/#/learn">Learn</a>',
    '<a href="/course" aria-current="page">Course</a>',
    ...(hasRange ? ['<a href="/#/range">Range</a>'] : []),
  ].join('\n')

function page(title: string, sections: { id: string; text: string }[], body: string, hasRange: boolean): string {
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
<link rel="stylesheet" href="/public/course-print.css" media="print">
<script type="module" src="/public/course.ts" blocking="render"></script>
</head>
<body id="answers">
<a class="skip" href="#course">To the text</a>
<header>
<p><img src="/public/icon.svg" alt="" width="26" height="26"> Wirelab</p>
<nav aria-label="Screens">
${screens(hasRange)}
</nav>
</header>
<nav class="contents" aria-label="Contents">
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
