// The pages of the range: one shell for all, with a script of src/range/pages and what it has to know; and those scripts, read once.
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { transformSync } from 'amaro'
import type { Hono } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../../transports/contract.ts'
import { Refusal } from '../../transports/request.ts'

const FOLDER = join(import.meta.dirname, 'pages')
const TYPES: Record<string, string> = { ts: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' }

export interface ShellOptions {
  title: string
  /** Whose page it is, and what happens on it: a sentence. */
  about: string
  /** Without its ending; in src/range/pages. */
  script: string
  /** Where the scripts are: a path. */
  files: string
  /** For the script, as `data-…` of its body. */
  data: Record<string, string>
}

export function shell({ title, about, script, files, data }: ShellOptions) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${files}/page.css" />
        <script type="module" src="${files}/${script}.ts" data-known="${JSON.stringify(data)}"></script>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p>${about}</p>
          <ol id="told"></ol>
          <p id="private"></p>
          <div id="board"></div>
        </main>
      </body>
    </html>`
}

export interface PageFile {
  type: string
  body: string
}

/** By name. The browser gets the very files of this folder, without their types. */
export async function readPages(): Promise<ReadonlyMap<string, PageFile>> {
  const names = (await readdir(FOLDER)).filter((name) => /^[a-z-]+\.(ts|css)$/.test(name))
  const files = names.map(async (name) => {
    const text = await readFile(join(FOLDER, name), 'utf8')
    const body = name.endsWith('.ts') ? transformSync(text, { mode: 'strip-only' }).code : text
    return [name, { type: TYPES[name.slice(name.lastIndexOf('.') + 1)]!, body }] as const
  })
  return new Map(await Promise.all(files))
}

export function serveFiles(app: Hono<Env>, path: string, files: ReadonlyMap<string, PageFile>): void {
  app.get(`${path}/:name`, (context) => {
    const file = files.get(context.req.param('name'))
    if (!file) throw new Refusal(404, 'not_found', 'there is no such file')
    return context.body(file.body, 200, { 'content-type': file.type, 'cache-control': 'no-store' })
  })
}
