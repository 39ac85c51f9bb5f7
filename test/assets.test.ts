// The page's files over the wire: compressed for who takes it, one ETag for each representation, small enough to start with.
import { request } from 'node:https'
import type { IncomingHttpHeaders } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Lab } from '../src/server/start.ts'
import { startTestLab } from './lab.ts'

let lab: Lab
beforeAll(async () => {
  lab = await startTestLab()
})
afterAll(async () => {
  expect(await lab.close()).toEqual({ forced: false })
})

/** The bytes as they came: nothing is decompressed on the way. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
    request(lab.url + path, { method, headers, ca: lab.authority!.ca }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
      .on('error', reject)
      .end()
  })
}

const MAIN = '/public/main.ts'

test.each([
  ['br', 'gzip, deflate, br, zstd'],
  ['gzip', 'gzip, deflate'],
  ['gzip', 'br;q=0, *;q=0.5'],
  ['gzip', 'br;q=0.2, gzip;q=0.8'],
  [undefined, 'identity'],
  [undefined, ''],
  [undefined, 'br;q=0, gzip;q=0'],
])('%s for Accept-Encoding: %s', async (encoding, accepted) => {
  const plain = (await ask(MAIN)).body
  const { headers, body } = await ask(MAIN, { 'accept-encoding': accepted })
  expect(headers['content-encoding']).toBe(encoding)
  expect(headers['content-length']).toBe(String(body.length))
  expect(headers.vary).toBe('Accept-Encoding, Origin')
  const decoded = encoding === 'br' ? brotliDecompressSync(body) : encoding === 'gzip' ? gunzipSync(body) : body
  expect(decoded.equals(plain)).toBe(true)
  if (encoding) expect(body.length).toBeLessThan(plain.length)
})

test('each representation has an ETag of its own, and only that one is 304', async () => {
  const tags = await Promise.all(
    ['br', 'gzip', 'identity'].map(async (encoding) => {
      const headers = { 'accept-encoding': encoding }
      const etag = (await ask(MAIN, headers)).headers.etag!
      const again = await ask(MAIN, { ...headers, 'if-none-match': etag })
      expect([again.status, again.body.length, again.headers.vary]).toEqual([304, 0, 'Accept-Encoding, Origin'])
      return etag
    }),
  )
  expect(new Set(tags).size).toBe(3)
  expect((await ask(MAIN, { 'accept-encoding': 'br', 'if-none-match': tags[1]! })).status).toBe(200)
})

test('HEAD says what GET would, without the bytes', async () => {
  const headers = { 'accept-encoding': 'br' }
  const [head, got] = [await ask(MAIN, headers, 'HEAD'), await ask(MAIN, headers)]
  expect(head.body.length).toBe(0)
  for (const name of ['content-encoding', 'content-length', 'etag', 'content-type', 'vary'])
    expect(head.headers[name]).toBe(got.headers[name])
})

test('the first load is under 200 kB compressed: the page and all it imports at once', async () => {
  const loaded = new Map<string, number>()
  async function load(path: string) {
    if (loaded.has(path)) return
    loaded.set(path, 0)
    const { status, body } = await ask(path, { 'accept-encoding': 'br' })
    expect([path, status]).toEqual([path, 200])
    loaded.set(path, body.length)
    const source = (await ask(path)).body.toString()
    const found = path.endsWith('.html')
      ? [...source.matchAll(/(?:src|href)="(\/(?:public|vendor)\/[^"]+)"/g)]
      : /\.(ts|js)$/.test(path)
        ? [...source.matchAll(/^(?:import .*|\} )from ['"]([./][^'"]+)['"]/gm)]
        : []
    for (const [, target] of found) await load(new URL(target!, `https://lab${path}`).pathname)
  }
  await load('/public/index.html')
  expect([...loaded.keys()]).toContain('/vendor/uplot.js')
  expect([...loaded.values()].reduce((a, b) => a + b)).toBeLessThan(200_000)
})

test('the files of a folder in the page’s folder are served, tests and types are not', async () => {
  expect((await ask('/vendor/lit-html.js')).headers['content-type']).toBe('text/javascript; charset=utf-8')
  expect((await ask('/public/vendor.d.ts')).status).toBe(404)
})
