// FAULTS H1–H11, H13–H16: what is no HTTP, what is somebody else's, and what a proxy before us could misread.
import { connect as connectTcp } from 'node:net'
import { describe, expect, test } from 'vitest'
import { handshake } from '../frames.ts'
import { codeOf, exchange, get, get2, idle, json, labForFile, open, post, request, residentMiB } from '../raw.ts'

const target = labForFile({ linesPerAddress: 1000 })
const good = '{"type":"tick","data":1}'

/** `{host}` is our Host; `close`: the server ends the connection after its answer. */
type Case = [id: string, name: string, bytes: string, answer: string, how?: 'close' | 'no body']
const H = 'Host: {host}\r\n'
const P = `POST /feed HTTP/1.1\r\n${H}Content-Type: application/json\r\nAuthorization: Bearer {key}\r\n`
const chunked = `${P}Transfer-Encoding: chunked\r\n\r\n`
const many = (count: number) => Array.from({ length: count }, (_, index) => `X-${index}: 1\r\n`).join('')

const cases: Case[] = [
  ['H1', 'no Host', 'GET / HTTP/1.1\r\n\r\n', '400 bad_request'],
  ['H1', 'two Hosts', `GET / HTTP/1.1\r\n${H}${H}\r\n`, '400 bad_request'],
  ['H1', 'two Hosts, the second foreign', `GET / HTTP/1.1\r\n${H}Host: evil.example\r\n\r\n`, '400 bad_request'],
  ['H1', 'Host: a/b', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', '400 bad_request'],
  ['H1', 'Host: evil.example', 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n', '421 wrong_host'],
  ['H1', 'Host with a user', 'GET / HTTP/1.1\r\nHost: localhost@evil.example\r\n\r\n', '400 bad_request'],
  ['H1', 'Host with a suffix', 'GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n', '421 wrong_host'],
  ['H1', 'Host with a prefix', 'GET / HTTP/1.1\r\nHost: evillocalhost\r\n\r\n', '421 wrong_host'],
  ['H1', 'Host with a trailing dot', 'GET / HTTP/1.1\r\nHost: localhost.\r\n\r\n', '421 wrong_host'],
  ['H1', 'Host with a bad port', 'GET / HTTP/1.1\r\nHost: localhost:99999999\r\n\r\n', '400 bad_request'],
  ['H1', 'an empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', '400 bad_request'],
  ['H1', 'Host with a space', 'GET / HTTP/1.1\r\nHost: localhost evil\r\n\r\n', '400 bad_request'],
  ['H1', 'Host is another address', 'GET / HTTP/1.1\r\nHost: 127.0.0.2\r\n\r\n', '421 wrong_host'],
  ['H1', 'Host in other case, without a port', 'GET /healthz HTTP/1.1\r\nHost: LOCALHOST\r\n\r\n', '200'],
  ['H1', 'Host [::1]', 'GET /healthz HTTP/1.1\r\nHost: [::1]\r\n\r\n', '200'],
  ['H2', 'an HTTP/0.9 line', 'GET /\r\n\r\n', '400 bad_request', 'close'],
  ['H2', 'HTTP/1.0 without a Host', 'GET /healthz HTTP/1.0\r\n\r\n', '400 bad_request', 'close'],
  ['H2', 'HTTP/1.0', `GET /healthz HTTP/1.0\r\n${H}\r\n`, '200', 'close'],
  ['H2', 'HTTP/2.7', `GET / HTTP/2.7\r\n${H}\r\n`, '400 bad_request', 'close'],
  ['H2', 'HTTP/1.2', `GET / HTTP/1.2\r\n${H}\r\n`, '400 bad_request', 'close'],
  ['H2', 'HTTP/2.0', `GET / HTTP/2.0\r\n${H}\r\n`, '400 bad_request'],
  ['H2', 'HTTP/2.0 on a stream', `GET /feed/sse HTTP/2.0\r\n${H}\r\n`, '400 bad_request'],
  ['H2', 'HTTP/2.0 on a body', `${P.replace('1.1', '2.0')}Content-Length: 65537\r\n\r\n`, '400 bad_request'],
  ['H2', 'http/1.1 in lower case', `GET / http/1.1\r\n${H}\r\n`, '400 bad_request', 'close'],
  ['H2', 'lower-case method', `get / HTTP/1.1\r\n${H}\r\n`, '400 bad_request', 'close'],
  ['H2', 'FOO', `FOO / HTTP/1.1\r\n${H}\r\n`, '400 bad_request', 'close'],
  ['H2', 'no target', `GET HTTP/1.1\r\n${H}\r\n`, '400 bad_request', 'close'],
  ['H2', 'a space in the target', `GET /a b HTTP/1.1\r\n${H}\r\n`, '400 bad_request', 'close'],
  ['H3', 'TRACE', `TRACE / HTTP/1.1\r\n${H}\r\n`, '405 method_not_allowed'],
  ['H3', 'TRACK-like QUERY', `QUERY /feed HTTP/1.1\r\n${H}\r\n`, '405 method_not_allowed'],
  ['H3', 'PUT /', `PUT / HTTP/1.1\r\n${H}Content-Length: 0\r\n\r\n`, '405 method_not_allowed'],
  ['H3', 'DELETE /feed', `DELETE /feed HTTP/1.1\r\n${H}\r\n`, '405 method_not_allowed'],
  ['H3', 'PATCH /feed', `PATCH /feed HTTP/1.1\r\n${H}Content-Length: 0\r\n\r\n`, '405 method_not_allowed'],
  ['H3', 'PUT /feed', `PUT /feed HTTP/1.1\r\n${H}Content-Length: 0\r\n\r\n`, '405 method_not_allowed'],
  ['H3', 'POST /metrics', `POST /metrics HTTP/1.1\r\n${H}Content-Length: 0\r\n\r\n`, '405 method_not_allowed'],
  ['H3', 'DELETE /healthz', `DELETE /healthz HTTP/1.1\r\n${H}\r\n`, '405 method_not_allowed'],
  ['H3', 'PUT /limits', `PUT /limits HTTP/1.1\r\n${H}Content-Length: 0\r\n\r\n`, '405 method_not_allowed'],
  ['H3', 'POST /lab', `POST /lab HTTP/1.1\r\n${H}Content-Length: 0\r\n\r\n`, '405 method_not_allowed'],
  ['H3', 'GET /lab/rate', `GET /lab/rate HTTP/1.1\r\n${H}\r\n`, '405 method_not_allowed'],
  ['H3', 'POST of nothing we have', `POST /nothing HTTP/1.1\r\n${H}Content-Length: 0\r\n\r\n`, '404 not_found'],
  ['H3', 'OPTIONS *', `OPTIONS * HTTP/1.1\r\n${H}\r\n`, '405 method_not_allowed'],
  ['H3', 'OPTIONS /feed', `OPTIONS /feed HTTP/1.1\r\n${H}\r\n`, '405 method_not_allowed'],
  ['H3', 'GET *', `GET * HTTP/1.1\r\n${H}\r\n`, '400 bad_request'],
  ['H4', 'absolute form, another host', `GET http://evil.example/ HTTP/1.1\r\n${H}\r\n`, '400 bad_request'],
  ['H4', 'absolute form, our host', `GET https://{host}/healthz HTTP/1.1\r\n${H}\r\n`, '400 bad_request'],
  ['H4', 'authority form', `GET {host} HTTP/1.1\r\n${H}\r\n`, '400 bad_request'],
  ['H5', 'URL of 20 kB', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${H}\r\n`, '431 bad_request', 'close'],
  ['H5', 'header of 17 kB', `GET / HTTP/1.1\r\n${H}X: ${'a'.repeat(17_000)}\r\n\r\n`, '431 bad_request', 'close'],
  ['H5', '101 headers', `GET / HTTP/1.1\r\n${H}${many(100)}\r\n`, '431 too_many_headers', 'close'],
  ['H5', '1,200 headers', `GET / HTTP/1.1\r\n${H}${many(1200)}\r\n`, '431 too_many_headers', 'close'],
  ['H5', '100 headers', `GET /healthz HTTP/1.1\r\n${H}${many(99)}\r\n`, '200'],
  ['H6', 'X : a', `GET / HTTP/1.1\r\n${H}X : a\r\n\r\n`, '400 bad_request', 'close'],
  ['H6', 'a folded header', `GET / HTTP/1.1\r\n${H}X: a\r\n b\r\n\r\n`, '400 bad_request', 'close'],
  ['H6', 'NUL in a header', `GET / HTTP/1.1\r\n${H}X: a\0b\r\n\r\n`, '400 bad_request', 'close'],
  ['H6', 'NUL in the target', `GET /\0 HTTP/1.1\r\n${H}\r\n`, '400 bad_request', 'close'],
  ['H6', 'a bare CR', `GET / HTTP/1.1\r\n${H}X: a\rb\r\n\r\n`, '400 bad_request', 'close'],
  ['H6', 'bare LFs', 'GET / HTTP/1.1\nHost: {host}\n\n', '400 bad_request', 'close'],
  ['H6', 'a bare LF before a header', `GET / HTTP/1.1\r\n${H}X: a\nY: b\r\n\r\n`, '400 bad_request', 'close'],
  ['H6', 'an 8-bit path', `GET /\u00e9 HTTP/1.1\r\n${H}\r\n`, '400 bad_request', 'close'],
  ['H6', 'a header without a colon', `GET / HTTP/1.1\r\n${H}nonsense\r\n\r\n`, '400 bad_request', 'close'],
  ['H6', 'a header without a name', `GET / HTTP/1.1\r\n${H}: x\r\n\r\n`, '400 bad_request', 'close'],
  ['H6', 'a header name of UTF-8', `GET / HTTP/1.1\r\n${H}\u00e9: x\r\n\r\n`, '400 bad_request', 'close'],
  [
    'H7',
    'CL and TE',
    `${P}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    '400 bad_request',
    'close',
  ],
  [
    'H7',
    'TE and CL',
    `${P}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
    '400 bad_request',
    'close',
  ],
  ['H7', 'two different CL', `${P}Content-Length: 24\r\nContent-Length: 25\r\n\r\n${good}`, '400 bad_request', 'close'],
  ['H7', 'two equal CL', `${P}Content-Length: 24\r\nContent-Length: 24\r\n\r\n${good}`, '400 bad_request', 'close'],
  ['H7', 'CL: 24, 24', `${P}Content-Length: 24, 24\r\n\r\n${good}`, '400 bad_request', 'close'],
  ['H7', 'CL: -1', `${P}Content-Length: -1\r\n\r\n`, '400 bad_request', 'close'],
  ['H7', 'CL: +3', `${P}Content-Length: +3\r\n\r\nabc`, '400 bad_request', 'close'],
  ['H7', 'CL: 0x10', `${P}Content-Length: 0x10\r\n\r\n`, '400 bad_request', 'close'],
  ['H7', 'CL of 30 digits', `${P}Content-Length: ${'9'.repeat(30)}\r\n\r\n`, '400 bad_request', 'close'],
  ['H7', 'TE: xchunked', `${P}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, '400 bad_request', 'close'],
  [
    'H7',
    'TE: chunked, identity',
    `${P}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
    '400 bad_request',
    'close',
  ],
  [
    'H7',
    'TE twice',
    `${P}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    '400 bad_request',
    'close',
  ],
  ['H7', 'chunk size overflow', `${chunked}ffffffffffffffffff\r\n`, '400 bad_request', 'close'],
  ['H7', 'chunk size -1', `${chunked}-1\r\n`, '400 bad_request', 'close'],
  ['H7', 'chunk size of words', `${chunked}hello\r\n`, '400 bad_request', 'close'],
  ['H7', 'LF-only chunks', `${chunked}18\n${good}\n0\n\n`, '400 bad_request', 'close'],
  ['H7', 'a chunk longer than it says', `${chunked}2\r\n${good}\r\n0\r\n\r\n`, '400 bad_request', 'close'],
  ['H7', '20 kB chunk extension', `${chunked}1;${'x'.repeat(20_000)}\r\n`, '413 bad_request', 'close'],
  ['H7', 'honest chunks', `${chunked}c\r\n${good.slice(0, 12)}\r\nc\r\n${good.slice(12)}\r\n0\r\n\r\n`, '201'],
  ['H8', '64 KiB + 1 announced', `${P}Content-Length: 65537\r\n\r\n`, '413 too_large', 'close'],
  ['H8', '10 GiB announced', `${P}Content-Length: 10737418240\r\n\r\n`, '413 too_large', 'close'],
  ['H8', '64 KiB + 1 in a chunk', `${chunked}10001\r\n${' '.repeat(65_537)}`, '413 too_large', 'close'],
  ['H9', 'Expect: 200-ok', `${P}Expect: 200-ok\r\nContent-Length: 24\r\n\r\n`, '417 bad_expectation'],
  [
    'H9',
    'Expect: 100-continue, refused body',
    `${P}Expect: 100-continue\r\nContent-Length: 65537\r\n\r\n`,
    '413 too_large',
    'close',
  ],
  [
    'H9',
    'Expect: 100-continue, no key',
    `POST /feed HTTP/1.1\r\n${H}Expect: 100-continue\r\nContent-Length: 24\r\n\r\n`,
    '401 unauthorized',
  ],
  [
    'H9',
    'Expect: 100-continue, wrong type',
    `POST /feed HTTP/1.1\r\n${H}Authorization: Bearer {key}\r\nExpect: 100-continue\r\nContent-Length: 24\r\n\r\n`,
    '415 unsupported_media_type',
  ],
  [
    'H9',
    'Expect: 100-continue on a wrong path',
    `POST /nothing HTTP/1.1\r\n${H}Expect: 100-continue\r\nContent-Length: 24\r\n\r\n`,
    '404 not_found',
  ],
  ['H10', 'body on GET', `GET /feed/polling HTTP/1.1\r\n${H}Content-Length: 5\r\n\r\nhello`, '200'],
  ['H10', 'HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400 bad_request', 'close'],
  ['H10', 'random bytes', '\x00\x9c\xfe\x01~~~~\r\n\r\n', '400 bad_request', 'close'],
  ['H10', 'a TLS hello inside TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', '400 bad_request', 'close'],
  ['H10', 'blank lines before', `\r\n\r\nGET /healthz HTTP/1.1\r\n${H}\r\n`, '200'],
]
const fill = (bytes: string) => bytes.replaceAll('{host}', target.host).replaceAll('{key}', target.lab.publishKey)

describe('H1–H10 requests as bytes', () => {
  for (const [id, name, bytes, expected, how] of cases)
    test(`${id} ${name} → ${expected}${how ? `, ${how}` : ''}`, async () => {
      const { tail } = target.lab.feed
      const answer = await exchange(target, Buffer.from(fill(bytes), 'latin1'), { closes: how === 'close' })
      expect(answer.status >= 400 ? codeOf(answer) : String(answer.status)).toBe(expected)
      if (how === 'close') expect(answer.headers.connection).toBe('close')
      if (expected.startsWith('405')) expect(answer.headers.allow).toMatch(/^[A-Z]+(, [A-Z]+)*$/)
      if (expected !== '201') expect(target.lab.feed.tail).toBe(tail)
    })

  test('H3 CONNECT → closed without an answer', async () => {
    const line = await open(target)
    line.write(`CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n`)
    await line.ended()
    expect(line.rest).toHaveLength(0)
  })
  test('H9 Expect: 100-continue with a good body → 100, then 201', async () => {
    const line = await open(target)
    line.write(
      request(target, 'POST /feed', [...json(target), 'Expect: 100-continue', `Content-Length: ${good.length}`]),
    )
    expect((await line.answer({ body: false })).status).toBe(100)
    line.write(good)
    expect((await line.answer()).status).toBe(201)
    line.end()
  })
  test('H10 50 pipelined requests → 50 answers in order', async () => {
    const line = await open(target)
    const paths = Array.from({ length: 50 }, (_, index) => `/feed/polling?after=earliest&limit=${index + 1}`)
    await target.lab.feed.publish({ type: 'tick', data: 0 })
    while (Number(target.lab.feed.tail.split('.')[1]) < 50) await target.lab.feed.publish({ type: 'tick', data: 0 })
    line.write(paths.map((path) => request(target, `GET ${path}`)).join(''))
    for (let count = 1; count <= 50; count++) {
      const { events } = JSON.parse((await line.answer()).body) as { events: object[] }
      expect(events).toHaveLength(count)
    }
    line.end()
  })
  test('H7 a smuggled second request is never answered', async () => {
    const line = await open(target)
    const smuggled = request(target, 'GET /limits')
    line.write(fill(`${P}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`))
    expect(codeOf(await line.answer())).toBe('400 bad_request')
    await line.ended()
    expect(line.rest).toHaveLength(0)
  })
  for (const [name, path] of [
    ['polling', '/feed/polling?after=earliest'],
    ['long-polling', '/feed/long-polling?after=now'],
    ['metrics', '/metrics'],
    ['the page', '/'],
    ['an error', '/nothing'],
  ] as const)
    test(`S7 HEAD on ${name} → the head of GET, and the connection goes on`, async () => {
      const line = await open(target)
      line.write(request(target, `HEAD ${path}`))
      const { status } = await line.answer({ body: false })
      expect(status).toBe(name === 'an error' ? 404 : 200)
      line.write(request(target, 'GET /healthz'))
      expect((await line.answer()).status).toBe(200)
      line.end()
      await idle(target)
    })
})

describe('H11 refused upgrades', () => {
  const refused: [name: string, fields: Record<string, string | undefined>, answer: string][] = [
    ['wrong version', { 'Sec-WebSocket-Version': '12' }, '400 bad_handshake'],
    ['foreign Origin', { Origin: 'https://evil.example' }, '403 forbidden'],
    ['Content-Length: 3', { 'Content-Length': '3' }, '400 bad_handshake'],
    ['Content-Length: 0', { 'Content-Length': '0' }, '400 bad_handshake'],
    ['Transfer-Encoding', { 'Transfer-Encoding': 'chunked' }, '400 bad_handshake'],
  ]
  for (const [name, fields, expected] of refused)
    test(`H11 ${name}, then pipelined bytes → ${expected}, close, nothing parsed`, async () => {
      const line = await open(target)
      line.write(handshake(target, fields) + request(target, 'GET /limits') + 'nonsense')
      const answer = await line.answer()
      expect([codeOf(answer), answer.headers.connection]).toEqual([expected, 'close'])
      await line.ended()
      expect(line.rest).toHaveLength(0)
    })
  test('H2 HTTP/1.0 upgrade → 400 bad_request, close', async () => {
    const answer = await exchange(target, handshake(target).replace('HTTP/1.1', 'HTTP/1.0'), { closes: true })
    expect(codeOf(answer)).toBe('400 bad_request')
  })
  for (const protocol of ['h2c', 'TLS/1.0', 'websocket, h2c'])
    test(`H11 Upgrade: ${protocol} on a page → never 101`, async () => {
      const answer = await get(target, '/healthz', [`Upgrade: ${protocol}`, 'Connection: Upgrade, HTTP2-Settings'])
      expect(answer.status).toBe(200)
    })
})

describe('RFC 9112 §9.3 a connection stays open', () => {
  for (const [version, said] of [
    ['1.1', undefined],
    ['1.0', 'keep-alive'],
  ])
    test(`HTTP/${version}: ${said ?? 'without a word'}`, async () => {
      const line = await open(target)
      for (let n = 0; n < 2; n++) {
        line.write(request(target, 'GET /feed/polling', ['Connection: keep-alive']).replace('1.1', version!))
        expect((await line.answer()).headers.connection).toBe(said)
      }
      line.end()
    })
})

describe('H13–H16 what others say of a request', () => {
  for (const header of [
    'X-Forwarded-For: 10.0.0.1',
    'X-Real-IP: 10.0.0.1',
    'Forwarded: for=10.0.0.1;host=evil.example',
  ])
    test(`H13 ${header} → ignored`, async () => {
      expect((await get(target, '/healthz', [header])).status).toBe(200)
    })
  test('H13 X-Forwarded-Host and -Proto → ignored', async () => {
    const { body, headers } = await get(target, '/', ['X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: http'])
    expect(body + JSON.stringify(headers)).not.toContain('evil.example')
  })

  const injection = '%0d%0aSet-Cookie:%20injected=1'
  for (const path of [
    ...['after', 'limit', 'wait', 'lane'].map((name) => `/feed/polling?${name}=${injection}`),
    `/${injection}`,
    `/feed/${injection}`,
    `/transports/${injection}/client.ts`,
    `/lab/lanes?lane=${injection}`,
  ])
    test(`H14 ${path} → in no header`, async () => {
      const { head } = await get(target, path)
      expect(head).not.toMatch(/injected/)
    })
  for (const cookie of [`NAME=${injection}`, '=', ';;;', 'a=%ff'])
    test(`H14 Cookie: ${cookie} → a guest like any other`, async () => {
      const named = cookie.replaceAll('NAME', `__Host-wirelab-${target.lab.port}`)
      const { status, head } = await get(target, '/feed/polling', [`Cookie: ${named}`])
      expect([status, head.includes('injected')]).toEqual([200, false])
    })
  test('H14 Cookie: NAME=a; NAME=b → 400: which of them is meant?', async () => {
    const name = `__Host-wirelab-${target.lab.port}`
    const { status } = await get(target, '/feed/polling', [`Cookie: ${name}=a; ${name}=b`])
    expect(status).toBe(400)
  })

  const foreign = [
    'https://evil.example',
    'null',
    'https://localhost.evil.example',
    'https://evil-localhost',
    'http://{host}',
    'https://localhost',
    'https://localhost:1',
    'https://{host}.',
    'https://{host}/',
    'HTTPS://{host}',
    'https://LOCALHOST:{port}',
    'https://{host} https://{host}',
    'https://user@{host}',
    'https://sse.localhost:{port}',
    '',
    'x',
  ]
  for (const origin of foreign)
    for (const path of ['/feed/polling', '/feed/sse', '/', '/lab'])
      test(`H15 Origin: ${origin} on ${path} → 403, no CORS header`, async () => {
        const value = origin.replace('{host}', target.host).replace('{port}', String(target.lab.port))
        const { headers, ...answer } = await get(target, path, [`Origin: ${value.replace('{host}', target.host)}`])
        expect(codeOf({ headers, ...answer })).toBe('403 forbidden')
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
        expect(headers.vary).toContain('Origin')
      })
  for (const origin of foreign.slice(0, 5))
    test(`H15 Origin: ${origin} → 403 (h2)`, async () => {
      const answer = await get2(target, { ':path': '/feed/sse', origin: origin.replace('{host}', target.host) })
      expect(codeOf(answer)).toBe('403 forbidden')
    })
  for (const method of ['PUT', 'POST', 'GET'])
    test(`H15 preflight for ${method} from elsewhere → 403, no CORS header`, async () => {
      const head = ['Origin: https://evil.example', `Access-Control-Request-Method: ${method}`]
      const answer = await exchange(target, request(target, 'OPTIONS /feed', head))
      expect([codeOf(answer), 'access-control-allow-origin' in answer.headers]).toEqual(['403 forbidden', false])
    })
  test('H15 two Origins → 403', async () => {
    const own = `Origin: https://${target.host}`
    expect(codeOf(await get(target, '/feed/polling', [own, 'Origin: https://evil.example']))).toBe('403 forbidden')
  })
  test('H15 our own Origin → 200, and no CORS header needed', async () => {
    const { status, headers } = await get(target, '/feed/polling', [`Origin: https://${target.host}`])
    expect([status, 'access-control-allow-origin' in headers]).toEqual([200, false])
  })
  test('A9 publishing with a cookie and Sec-Fetch-Site: cross-site → 403', async () => {
    const { headers } = await get(target, '/')
    const cookie = /__Host-wirelab-\d+=[^;]+/.exec(headers['set-cookie']!)![0]
    const head = ['Content-Type: application/json', `Content-Length: ${good.length}`, `Cookie: ${cookie}`]
    const own = `Origin: https://${target.host}`
    const send = (more: string[]) => exchange(target, request(target, 'POST /feed', [...head, ...more], good))
    expect(codeOf(await send([own, 'Sec-Fetch-Site: cross-site']))).toBe('403 forbidden')
    expect(codeOf(await send([]))).toBe('403 forbidden')
    expect((await send([own, 'Sec-Fetch-Site: same-origin'])).status).toBe(201)
  })

  test('H16 plain http:// on the TLS port → closed, not a byte of an answer', async () => {
    const socket = connectTcp(target.lab.port, '127.0.0.1')
    const parts: Buffer[] = []
    socket.on('data', (chunk) => parts.push(chunk)).on('error', () => undefined)
    socket.write(`GET / HTTP/1.1\r\nHost: ${target.host}\r\n\r\n`)
    await new Promise((resolve) => socket.once('close', resolve))
    expect(Buffer.concat(parts).toString()).not.toContain('HTTP')
  })
})

test('I20 a wrong key → 401, and the key is nowhere', async () => {
  const answer = await exchange(target, request(target, 'GET /feed/polling', ['Authorization: Bearer wrong']))
  expect([codeOf(answer), answer.headers['www-authenticate']]).toEqual(['401 unauthorized', 'Bearer realm="wirelab"'])
  expect((await get(target, '/limits')).body).not.toContain(target.lab.publishKey)
  expect((await post(target, good)).status).toBe(201)
})

test.each(['/', '/nothing', '/healthz', '/limits', '/metrics', '/feed/polling'])(
  'I20 %s names no program and no version',
  async (path) => {
    const { head, body } = await get(target, path)
    expect(head).not.toMatch(/^(server|x-powered-by|via):/im)
    for (const version of [process.versions.node, process.versions.openssl]) expect(head + body).not.toContain(version)
  },
)

test('16.3 refusals are counted by their code, in /metrics', async () => {
  const counted = async () => {
    const { body } = await get(target, '/metrics')
    return Number(/^wirelab_refused_total\{code="wrong_host"\} (\d+)$/m.exec(body)?.[1] ?? 0)
  }
  const before = await counted()
  for (let n = 0; n < 3; n++) await exchange(target, 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n')
  expect((await counted()) - before).toBe(3)
})

test('H15 /feed says what its answer depends on', async () => {
  for (const accept of ['text/event-stream', 'application/json']) {
    const head = request(target, 'GET /feed', [`Accept: ${accept}`])
    const { headers } = await exchange(target, head, { body: false })
    expect([headers['content-type']!.split(';')[0], headers.vary]).toEqual([accept, 'Accept, Prefer, Upgrade, Origin'])
  }
})

describe('I12 requests behind an answer that takes its time', () => {
  test.each(['GET /feed/sse', 'GET /feed/long-polling'])(
    '%s, then 200 000 more → put out, memory bounded',
    async (first) => {
      const line = await open(target)
      const before = residentMiB()
      line.write(request(target, first))
      const more = request(target, 'GET /healthz').repeat(1000)
      const ended = new Promise((resolve) => line.socket.once('close', resolve))
      for (let n = 0; n < 200 && !line.socket.destroyed; n++) line.write(more)
      await ended
      expect(residentMiB() - before).toBeLessThan(100) // both ends share this process
      expect(target.lab.metrics.uncaught).toBe(0)
    },
  )
})
