// FAULTS D, T4, T5: the page's files. No request names a path on the disk; what is not in the list is not there.
import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { codeOf, exchange, get, get2, labForFile, request } from '../raw.ts'

const target = labForFile()
const notThere = [
  ...[
    '/../',
    '/..',
    '/../package.json',
    '/./package.json',
    '/public/../package.json',
    '/%2e%2e/',
    '/%2e%2e/package.json',
  ],
  ...['/..%2fpackage.json', '/%2e%2e%2fpackage.json', '/..%5cpackage.json', '/%252e%252e/package.json'],
  ...['/%c0%ae%c0%ae/package.json', '/%c0%af', '/....//package.json', '/public/..;/package.json'],
  ...[
    '//',
    '//public/index.html',
    '/public//index.html',
    '//evil.example/',
    '/%00',
    '/public/index.html%00',
    '/public/index.html%00.png',
  ],
  ...[
    '/public/',
    '/public',
    '/public/index.html/',
    '/%',
    '/%zz',
    '/%ff',
    '/public/%69ndex.html',
    '/PUBLIC/index.html',
    '/public/index.HTML',
  ],
  ...[
    '/C:/Windows/win.ini',
    '/c:%5cboot.ini',
    '/etc/passwd',
    '//etc/passwd',
    '/file:///etc/passwd',
    '/proc/self/environ',
  ],
  ...[
    '/package.json',
    '/package-lock.json',
    '/tsconfig.json',
    '/.git/HEAD',
    '/.gitignore',
    '/.env',
    '/.npmrc',
    '/public/.env',
  ],
  ...[
    '/certs/ca.pem',
    '/certs/ca-key.pem',
    '/certs/intermediate-key.pem',
    '/certs/server-key.pem',
    '/ca-key.pem',
    '/intermediate-key.pem',
    '/server-key.pem',
    '/certs/authority.ts',
  ],
  ...[
    '/src/server/app.ts',
    '/src/server/start.ts',
    '/transports/sse/server.ts',
    '/transports/broadcast.ts',
    '/transports/platform.ts',
  ],
  ...[
    '/src/core/',
    '/src/core',
    '/src',
    '/transports/',
    '/transports/sse',
    '/vendor',
    '/vendor/',
    '/node_modules/ws/package.json',
  ],
  ...[
    '/vendor/uplot.js.map',
    '/public/index.html.map',
    '/src/core/event.ts.map',
    '/public/index.html~',
    '/public/index.html.bak',
  ],
  ...['/__proto__', '/constructor', '/toString', '/hasOwnProperty', '/feed/__proto__', '/feed/constructor', '/feed/'],
]

describe('D what is not there', () => {
  for (const path of notThere) {
    test(`D ${path} → 404 not_found`, async () => {
      expect(codeOf(await get(target, path))).toBe('404 not_found')
    })
    test(`D ${path} → 404 not_found (h2)`, async () => {
      expect(codeOf(await get2(target, { ':path': path }))).toBe('404 not_found')
    })
  }
  for (const [path, bytes] of [
    ['an absolute disk path', 'GET C:\\Windows HTTP/1.1'],
    ['no leading slash', 'GET public/index.html HTTP/1.1'],
    ['a backslash', 'GET /..\\package.json HTTP/1.1'],
    ['a fragment', 'GET /public/index.html#x HTTP/1.1'],
  ] as const)
    test(`D ${path} → 400 or 404`, async () => {
      const answer = await exchange(target, `${bytes}\r\nHost: ${target.host}\r\n\r\n`)
      expect(['400 bad_request', '404 not_found']).toContain(codeOf(answer))
    })
})

const files: [path: string, type: string][] = [
  ['/', 'text/html; charset=utf-8'],
  ['/public/index.html', 'text/html; charset=utf-8'],
  ['/src/core/event.ts', 'text/javascript; charset=utf-8'],
  ['/transports/contract.ts', 'text/javascript; charset=utf-8'],
  ['/transports/sse/client.ts', 'text/javascript; charset=utf-8'],
  ['/vendor/uplot.js', 'text/javascript; charset=utf-8'],
  ['/vendor/uplot.css', 'text/css; charset=utf-8'],
]

describe('D what is there', () => {
  for (const [path, type] of files) {
    test(`D ${path} → ${type}, nosniff, an ETag, HSTS`, async () => {
      const { status, headers, body } = await get(target, path)
      expect(status).toBe(200)
      expect(body.length).toBeGreaterThan(0)
      expect(headers).toMatchObject({
        'content-type': type,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
        'strict-transport-security': 'max-age=31536000; includeSubDomains', // T5
        etag: expect.stringMatching(/^"[\w-]{22}"$/) as string,
      })
      const csp = headers['content-security-policy']
      if (type.startsWith('text/html'))
        for (const rule of [
          "default-src 'self'",
          "script-src 'self'",
          "object-src 'none'",
          "base-uri 'none'",
          "frame-ancestors 'none'",
          "require-trusted-types-for 'script'",
        ])
          expect(csp).toContain(rule)
    })
    test(`D HEAD ${path} → the head of GET, no body`, async () => {
      const [whole, head] = [
        await get(target, path),
        await exchange(target, request(target, `HEAD ${path}`), { body: false }),
      ]
      const same = ({ 'set-cookie': _, date: __, ...headers }: Record<string, string>) => headers
      expect([head.status, same(head.headers)]).toEqual([200, same(whole.headers)])
    })
    test(`D ${path} If-None-Match → 304 for its own, 200 for others, and 10 kB of them`, async () => {
      const { etag } = (await get(target, path)).headers
      const status = async (value: string) => (await get(target, path, [`If-None-Match: ${value}`])).status
      expect(await status(etag!)).toBe(304)
      expect(await status(`W/${etag}`)).toBe(304)
      expect(await status(`"a", ${etag}`)).toBe(304)
      expect(await status('"a"')).toBe(200)
      expect(await status(Array.from({ length: 1000 }, (_, index) => `"${index}x"`).join(', '))).toBe(200)
    })
  }
  for (const range of [
    'bytes=0-1',
    'bytes=-0',
    'bytes=5-1',
    'bytes=99999999999999999999-',
    `bytes=${'0-,'.repeat(1000)}`,
    'lines=1-2',
  ])
    test(`D Range: ${range.slice(0, 30)} → 200 and all of it`, async () => {
      const [plain, ranged] = [
        await get(target, '/vendor/uplot.css'),
        await get(target, '/vendor/uplot.css', [`Range: ${range}`]),
      ]
      expect([ranged.status, ranged.body]).toEqual([200, plain.body])
    })
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'])
    test(`D ${method} /public/index.html → 405`, async () => {
      const answer = await exchange(target, request(target, `${method} /public/index.html`, ['Content-Length: 0']))
      expect([codeOf(answer), answer.headers.allow]).toEqual(['405 method_not_allowed', 'GET, HEAD'])
    })
  test('D a query changes nothing', async () => {
    const [plain, queried] = [await get(target, '/vendor/uplot.css'), await get(target, '/vendor/uplot.css?/../../x')]
    expect(queried.body).toBe(plain.body)
  })
})

describe('T4, T5 keys and links', () => {
  test('T4 key files: mode 0600', async () => {
    const directory = dirname(target.lab.authority!.caPath)
    const keys = (await readdir(directory)).filter((name) => name.includes('key'))
    expect(keys.sort()).toEqual(['ca-key.pem', 'intermediate-key.pem', 'server-key.pem'])
    for (const name of keys) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600)
  })
  test('T4 no key in any answer', async () => {
    for (const path of ['/', '/limits', '/healthz', '/metrics', '/lab']) {
      const { head, body } = await get(target, path)
      expect(head + body).not.toMatch(/PRIVATE KEY|BEGIN/)
      expect(head + body).not.toContain(target.lab.publishKey)
    }
  })
  test('T5 the session cookie: __Host-, Secure, HttpOnly, SameSite=Strict, Path=/', async () => {
    const cookie = (await get(target, '/')).headers['set-cookie']
    expect(cookie).toMatch(/^__Host-wirelab-\d+=[\w-]{22}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
  })
  test('T5 no ws:// and no http:// in what a browser loads, but the name of SVG', async () => {
    const folder = join(import.meta.dirname, '../../public')
    const paths = [...files.map(([path]) => path), ...(await readdir(folder)).map((name) => `/public/${name}`)]
    for (const path of paths) {
      const { status, body } = await get(target, path)
      if (status !== 200 || path.startsWith('/vendor/')) continue
      const links = [...body.matchAll(/\b(?:ws|http):\/\/[^\s'"`)]*/g)].map(([link]) => link)
      expect(
        links.filter((link) => link !== 'http://www.w3.org/2000/svg'),
        path,
      ).toEqual([])
    }
  })
})
