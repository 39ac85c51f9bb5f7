// The page's files. All are read once, at start, from lists of ours: no request ever names a path on the disk.
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { readFile, readdir } from 'node:fs/promises'
import { dirname, extname, join, posix } from 'node:path'
import { transformSync } from 'amaro'
import type { Context } from 'hono'
import { LRUCache } from 'lru-cache'
import { transportNames } from '../../transports/clients.ts'
import type { Env } from '../../transports/contract.ts'
import { Refusal, matchesEtag } from '../../transports/request.ts'
import { atHost, coursePage, picturesOf } from './course.ts'
import { hostOf } from './shape.ts'
import { encodingFor, pack } from './packed.ts'
import { withPreloads } from './preloads.ts'
import type { Encoding, Packed } from './packed.ts'

export interface Assets {
  has(path: string): boolean
  /** @throws {Refusal} 404 */
  respond(context: Context<Env>): Promise<Response>
}

interface Asset {
  type: string
  body: Uint8Array
  /** Made when somebody asks: who serves the feed alone, as the bench does, need not wait for it at each start. */
  packed?: Promise<Packed>
  /** Of the bytes without an encoding; another encoding is another representation, and has an ETag of its own. */
  hash: string
}

/** One file more than the page has: who starts a lab may have a page of their own. */
export interface ExtraFile {
  url: string
  /** On the disk. */
  path: string
  headers?: Record<string, string>
}

const REPOSITORY = join(import.meta.dirname, '../..')
const COURSE = '/course'
const [PAGE, SCRIPT] = ['/public/index.html', '/public/main.ts']
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  // The browser gets the very files that a student reads, without their types.
  '.ts': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

/** `csp` goes with the page, as it was asked for by this Host; `root` is where the page's folders are; a lab without a range leads to none. */
export async function loadAssets(
  csp: (host: string) => string,
  extra: ExtraFile[] = [],
  { root = REPOSITORY, hasRange = false } = {},
): Promise<Assets> {
  const files = new Map<string, Asset>()
  const extraHeaders = new Map(extra.map(({ url, headers = {} }) => [url, headers]))

  async function add(url: string, path: string) {
    const type = types[extname(path)]
    if (!type) return
    const source = await readFile(path)
    const content = path.endsWith('.ts') ? transformSync(source.toString(), { mode: 'strip-only' }).code : source
    files.set(url, assetOf(type, content))
  }
  async function addFolder(folder: string) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      if (/^\.|\.test\.|\.d\.ts$/.test(entry.name)) continue
      const path = posix.join(folder, entry.name)
      if (entry.isDirectory()) await addFolder(path)
      else if (entry.isFile()) await add(`/${path}`, join(root, path))
    }
  }

  await Promise.all(['public', 'src/core'].map(addFolder))
  for (const name of ['contract', 'clients', 'retry', 'asking'])
    await add(`/transports/${name}.ts`, join(root, `transports/${name}.ts`))
  for (const name of transportNames)
    await add(`/transports/${name}/client.ts`, join(root, 'transports', name, 'client.ts'))
  const { resolve } = createRequire(import.meta.url)
  const uplot = dirname(resolve('uplot/package.json'))
  await add('/vendor/uplot.js', join(uplot, 'dist/uPlot.esm.js'))
  await add('/vendor/uplot.css', join(uplot, 'dist/uPlot.min.css'))
  await add('/vendor/lit-html.js', join(dirname(resolve('lit-html')), '../lit-html.js')) // beside its build for Node
  for (const { url, path } of extra) await add(url, path)
  const page = files.get(PAGE)
  if (page)
    files.set(
      PAGE,
      assetOf(
        page.type,
        withPreloads(page.body, SCRIPT, (path) => files.get(path)?.body),
      ),
    )
  for (const [alias, path] of [
    ['/', PAGE],
    ['/favicon.ico', '/public/icon.svg'],
  ] as const) {
    const file = files.get(path)
    if (file) files.set(alias, file)
  }

  const markdown = await readFile(join(root, 'docs/course.md'), 'utf8')
  for (const path of picturesOf(markdown)) await add(path, join(root, path))
  const course = coursePage(markdown, (path) => files.get(path)?.body, { hasRange })
  files.set(COURSE, assetOf(types['.html']!, course))
  /** By Host: its commands lead to where it is read. */
  const courses = new LRUCache<string, Asset>({
    max: 16,
    memoMethod: (host) => assetOf(types['.html']!, atHost(course, host)),
  })

  return {
    has: (path) => files.has(path),
    async respond(context) {
      const { path } = context.req
      const host = hostOf(context.env.incoming)
      const file = path === COURSE ? courses.memo(host) : files.get(path)
      if (!file) throw new Refusal(404, 'not_found', 'no such path; see /, /feed, /metrics, /healthz, /limits')
      const { type, body: whole, hash } = file
      file.packed ??= type === types['.png'] ? Promise.resolve({ identity: whole }) : pack(whole) // a PNG is packed already
      const packed = await file.packed
      const encoding = encodingFor(context.req.header('accept-encoding') ?? '', packed)
      const etag = etagOf(hash, encoding)
      context.header('etag', etag)
      context.header('cache-control', 'no-cache')
      context.header('vary', 'Accept-Encoding, Origin')
      // A window of another site keeps no hold of the page, nor the page of it (HTML §7.1.3).
      if (type.startsWith('text/html')) context.header('cross-origin-opener-policy', 'same-origin')
      for (const [name, value] of Object.entries(extraHeaders.get(path) ?? {})) context.header(name, value)
      if (type.startsWith('text/html')) context.header('content-security-policy', csp(host))
      if (matchesEtag(context.env.incoming, etag)) return context.body(null, 304)
      const body = packed[encoding]!
      if (encoding !== 'identity') context.header('content-encoding', encoding)
      // The length for HEAD too.
      return context.body(body as Uint8Array<ArrayBuffer>, 200, {
        'content-type': type,
        'content-length': String(body.length),
      })
    },
  }
}

function assetOf(type: string, content: string | Uint8Array): Asset {
  const body = Buffer.from(content)
  return { type, body, hash: createHash('sha256').update(body).digest('base64url').slice(0, 22) }
}

const etagOf = (hash: string, encoding: Encoding) => (encoding === 'identity' ? `"${hash}"` : `"${hash}-${encoding}"`)
