// The page's files. All are read once, at start, from lists of ours: no request ever names a path on the disk.
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { readFile, readdir } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { transformSync } from 'amaro'
import type { Context } from 'hono'
import { transportNames } from '../../transports/clients.ts'
import type { Env } from '../../transports/contract.ts'
import { Refusal, matchesEtag } from '../../transports/request.ts'
import { hostOf } from './guard.ts'

export interface Assets {
  has(path: string): boolean
  /** @throws {Refusal} 404 */
  respond(context: Context<Env>): Response
}

/** One file more than the page has: who starts a lab may have a page of their own. */
export interface ExtraFile {
  url: string
  /** On the disk. */
  path: string
  headers?: Record<string, string>
}

const root = join(import.meta.dirname, '../..')
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  // The browser gets the very files that a student reads, without their types.
  '.ts': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

/** `csp` goes with the page, as it was asked for by this Host. */
export async function loadAssets(csp: (host: string) => string, extra: ExtraFile[] = []): Promise<Assets> {
  const files = new Map<string, { type: string; body: Uint8Array; etag: string }>()
  const extraHeaders = new Map(extra.map(({ url, headers = {} }) => [url, headers]))

  async function add(url: string, path: string) {
    const type = types[extname(path)]
    if (!type) return
    const source = await readFile(path)
    const body = path.endsWith('.ts')
      ? Buffer.from(transformSync(source.toString(), { mode: 'strip-only' }).code)
      : source
    files.set(url, { type, body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` })
  }
  async function addFolder(folder: string) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const isPart = entry.isFile() && !/^\.|\.test\.|\.d\.ts$/.test(entry.name)
      if (isPart) await add(`/${folder}/${entry.name}`, join(root, folder, entry.name))
    }
  }

  await Promise.all(['public', 'src/core'].map(addFolder))
  for (const name of ['contract', 'clients', 'retry', 'asking'])
    await add(`/transports/${name}.ts`, join(root, `transports/${name}.ts`))
  for (const name of transportNames)
    await add(`/transports/${name}/client.ts`, join(root, 'transports', name, 'client.ts'))
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot/package.json'))
  await add('/vendor/uplot.js', join(uplot, 'dist/uPlot.esm.js'))
  await add('/vendor/uplot.css', join(uplot, 'dist/uPlot.min.css'))
  for (const { url, path } of extra) await add(url, path)
  for (const [alias, path] of [
    ['/', '/public/index.html'],
    ['/favicon.ico', '/public/icon.svg'],
  ] as const) {
    const file = files.get(path)
    if (file) files.set(alias, file)
  }

  return {
    has: (path) => files.has(path),
    respond(context) {
      const file = files.get(context.req.path)
      if (!file) throw new Refusal(404, 'not_found', 'no such path; see /, /feed, /metrics, /healthz, /limits')
      context.header('etag', file.etag)
      context.header('cache-control', 'no-cache')
      for (const [name, value] of Object.entries(extraHeaders.get(context.req.path) ?? {})) context.header(name, value)
      if (file.type.startsWith('text/html'))
        context.header('content-security-policy', csp(hostOf(context.env.incoming)))
      if (matchesEtag(context.env.incoming, file.etag)) return context.body(null, 304)
      const headers = { 'content-type': file.type, 'content-length': String(file.body.length) } // the length for HEAD too
      return context.body(file.body as Uint8Array<ArrayBuffer>, 200, headers)
    },
  }
}
