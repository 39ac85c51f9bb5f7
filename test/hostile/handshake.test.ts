// FAULTS W, T: the opening handshake of WSS, and TLS below all of it.
import { describe, expect, test } from 'vitest'
import { KEY, handshake, openWss, wss } from '../frames.ts'
import { codeOf, exchange, get, get2, idle, labForFile, open, post } from '../raw.ts'
import type { Answer } from '../raw.ts'
import { clientHello, hello } from './hello.ts'

const target = labForFile({ linesPerSession: 2, linesPerAddress: 4, lines: 5 })
const origin = () => `https://${target.host}`

describe('W1–W6 handshakes', () => {
  type Fields = Record<string, string | undefined>
  const refused: [id: string, name: string, fields: () => Fields, answer: string][] = [
    ['W1', 'version 8', () => ({ 'Sec-WebSocket-Version': '8' }), '400 bad_handshake'],
    ['W1', 'version 12', () => ({ 'Sec-WebSocket-Version': '12' }), '400 bad_handshake'],
    ['W1', 'version banana', () => ({ 'Sec-WebSocket-Version': 'banana' }), '400 bad_handshake'],
    ['W1', 'version 13, 8', () => ({ 'Sec-WebSocket-Version': '13, 8' }), '400 bad_handshake'],
    ['W1', 'no version', () => ({ 'Sec-WebSocket-Version': undefined }), '400 bad_handshake'],
    ['W1', 'no key', () => ({ 'Sec-WebSocket-Key': undefined }), '400 bad_handshake'],
    ['W1', 'key of 120 characters', () => ({ 'Sec-WebSocket-Key': 'a'.repeat(120) }), '400 bad_handshake'],
    ['W1', 'key of 13 bytes', () => ({ 'Sec-WebSocket-Key': 'YWJjZGVmZ2hpamtsbQ==' }), '400 bad_handshake'],
    ['W1', 'key that is no base64', () => ({ 'Sec-WebSocket-Key': '!@#$%^&*()_+{}|:"<>?~`==' }), '400 bad_handshake'],
    ['W1', 'two keys', () => ({ 'Sec-WebSocket-Key': `${KEY}\r\nSec-WebSocket-Key: ${KEY}` }), '400 bad_handshake'],
    ['W1', 'Upgrade: h2c', () => ({ Upgrade: 'h2c' }), '400 bad_handshake'],
    ['W1', 'Upgrade: websocket, websocket', () => ({ Upgrade: 'websocket, websocket' }), '400 bad_handshake'],
    ['W1', 'Upgrade twice', () => ({ Upgrade: 'websocket\r\nUpgrade: websocket' }), '400 bad_handshake'],
    ['W1', 'Upgrade: websockets', () => ({ Upgrade: 'websockets' }), '400 bad_handshake'],
    ['W1', 'no Connection: Upgrade', () => ({ Connection: 'keep-alive' }), '426 upgrade_required'],
    ['W1', 'no Upgrade', () => ({ Upgrade: undefined }), '426 upgrade_required'],
    ['W2', 'Origin evil', () => ({ Origin: 'https://evil.example' }), '403 forbidden'],
    ['W2', 'Origin null', () => ({ Origin: 'null' }), '403 forbidden'],
    ['W2', 'Origin http:// same host', () => ({ Origin: `http://${target.host}` }), '403 forbidden'],
    ['W2', 'Origin wss:// same host', () => ({ Origin: `wss://${target.host}` }), '403 forbidden'],
    ['W2', 'Origin at another port', () => ({ Origin: 'https://localhost:1' }), '403 forbidden'],
    ['W2', 'Origin with a suffix', () => ({ Origin: `${origin()}.evil.example` }), '403 forbidden'],
    ['W2', 'Origin with a trailing dot', () => ({ Origin: `https://localhost.:${target.lab.port}` }), '403 forbidden'],
    ['W2', 'Origin in upper case', () => ({ Origin: origin().toUpperCase() }), '403 forbidden'],
    ['W2', 'two Origins', () => ({ Origin: `${origin()}\r\nOrigin: https://evil.example` }), '403 forbidden'],
    [
      'W2',
      'two Origins, ours last',
      () => ({ Origin: `https://evil.example\r\nOrigin: ${origin()}` }),
      '403 forbidden',
    ],
    ['W2', 'an empty Origin', () => ({ Origin: '' }), '403 forbidden'],
    ['W2', 'a cookie, no Origin', () => ({ Cookie: 'a=b' }), '403 forbidden'],
    ['W2', 'a wrong key', () => ({ Authorization: 'Bearer wrong' }), '401 unauthorized'],
    ['W3', 'no subprotocol', () => ({ 'Sec-WebSocket-Protocol': undefined }), '400 bad_subprotocol'],
    ['W3', 'an unknown one', () => ({ 'Sec-WebSocket-Protocol': 'wirelab.v2' }), '400 bad_subprotocol'],
    ['W3', 'ours in other case', () => ({ 'Sec-WebSocket-Protocol': 'Wirelab.V1' }), '400 bad_subprotocol'],
    ['W3', 'ours twice', () => ({ 'Sec-WebSocket-Protocol': 'wirelab.v1,wirelab.v1' }), '400 bad_subprotocol'],
    ['W3', 'a,a beside ours', () => ({ 'Sec-WebSocket-Protocol': 'a,a, wirelab.v1' }), '400 bad_subprotocol'],
    ['W3', 'a b,(c) beside ours', () => ({ 'Sec-WebSocket-Protocol': 'wirelab.v1, a b,(c)' }), '400 bad_subprotocol'],
    ['W3', 'an empty name beside ours', () => ({ 'Sec-WebSocket-Protocol': 'wirelab.v1,' }), '400 bad_subprotocol'],
    ['W3', '2,000 names', () => ({ 'Sec-WebSocket-Protocol': names(2000) }), '400 bad_subprotocol'],
    [
      'W3',
      'a name of 10 kB beside ours',
      () => ({ 'Sec-WebSocket-Protocol': `${'a'.repeat(10_000)}, wirelab.v1` }),
      '400 bad_subprotocol',
    ],
    ['W3', 'a name of 17 kB', () => ({ 'Sec-WebSocket-Protocol': 'a'.repeat(17_000) }), '431 bad_request'],
    ['W6', 'extension garbage', () => ({ 'Sec-WebSocket-Extensions': ';;;=' }), '101'],
    ['W6', 'permessage-deflate', () => ({ 'Sec-WebSocket-Extensions': 'permessage-deflate' }), '101'],
    [
      'W6',
      'client_max_window_bits=6',
      () => ({ 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits=6' }),
      '101',
    ],
    ['W3', 'ours not first', () => ({ 'Sec-WebSocket-Protocol': 'a, b ,wirelab.v1' }), '101'],
    [
      'W3',
      'ours in a second header',
      () => ({ 'Sec-WebSocket-Protocol': 'a\r\nSec-WebSocket-Protocol: wirelab.v1' }),
      '101',
    ],
    ['W2', 'our own Origin', () => ({ Origin: origin() }), '101'],
    ['W2', 'no Origin, the right key', () => ({ Authorization: `Bearer ${target.lab.publishKey}` }), '101'],
    ['W1', 'Upgrade in other case', () => ({ Upgrade: 'WebSocket', Connection: 'keep-alive, upgrade' }), '101'],
  ]
  for (const [id, name, fields, expected] of refused)
    test(`${id} ${name} → ${expected}`, async () => {
      const line = await open(target)
      line.write(handshake(target, fields()))
      const answer = await line.answer()
      if (expected === '101') expectOpen(answer)
      else {
        expect(codeOf(answer)).toBe(expected)
        if (name.includes('version')) expect(answer.headers['sec-websocket-version']).toBe('13')
        if (!expected.startsWith('426')) await line.ended()
      }
      line.end()
    })
  const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`).join(',')
  function expectOpen({ status, headers }: Answer) {
    expect(status).toBe(101)
    expect(headers['sec-websocket-protocol']).toBe('wirelab.v1')
    expect(headers['sec-websocket-accept']).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=') // RFC 6455 §1.3
    expect(headers).not.toHaveProperty('sec-websocket-extensions')
  }

  test('W3 2,000 names are refused in < 5 ms', async () => {
    const fields = { 'Sec-WebSocket-Protocol': `${names(2000)},${' '.repeat(3000)}x` }
    const times: number[] = []
    for (let run = 0; run < 9; run++) {
      const line = await open(target)
      const before = performance.now()
      line.write(handshake(target, fields))
      await line.answer()
      times.push(performance.now() - before)
      line.end()
    }
    expect(Math.min(...times)).toBeLessThan(5)
  })

  for (const [method, expected] of [
    ['POST', '405 method_not_allowed'],
    ['HEAD', '405'],
    ['PUT', '405 method_not_allowed'],
  ] as const)
    test(`W1 ${method} with Upgrade → 405`, async () => {
      const body = method !== 'HEAD'
      const answer = await exchange(target, handshake(target).replace('GET', method), { body, closes: true })
      expect(body ? codeOf(answer) : String(answer.status)).toBe(expected)
    })
  for (const [path, expected] of [
    ['/feed/ws', '404 not_found'],
    ['/feed/wss/', '404 not_found'],
    ['/feed/wss/../x', '404 not_found'],
    ['/x/../feed/wss', '404 not_found'],
    ['/feed/%77ss', '404 not_found'],
    ['/feed/%2e%2e/feed/wss', '404 not_found'],
    ['//feed/wss', '404 not_found'],
    ['/FEED/WSS', '404 not_found'],
    ['/feed/wss?after=x', '400 bad_cursor'],
    ['/feed/wss?after=now&after=now', '400 bad_cursor'],
  ] as const)
    test(`W5 ${path} → ${expected}`, async () => {
      expect(codeOf(await exchange(target, handshake(target, {}, path), { closes: true }))).toBe(expected)
    })
  for (const path of ['/feed/sse', '/feed/polling', '/healthz', '/'])
    test(`W5 an upgrade on ${path} → an ordinary answer, no 101`, async () => {
      const answer = await exchange(target, handshake(target, {}, path), { body: false })
      expect(answer.status).toBe(200)
    })

  const connect = {
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':path': '/feed/wss',
    'sec-websocket-version': '13',
  }
  for (const [id, name, headers, expected] of [
    ['W1', 'version 8', { 'sec-websocket-version': '8', 'sec-websocket-protocol': 'wirelab.v1' }, '400 bad_handshake'],
    ['W2', 'Origin evil', { origin: 'https://evil.example', 'sec-websocket-protocol': 'wirelab.v1' }, '403 forbidden'],
    ['W2', 'a cookie, no Origin', { cookie: 'a=b', 'sec-websocket-protocol': 'wirelab.v1' }, '403 forbidden'],
    ['W3', 'no subprotocol', {}, '400 bad_subprotocol'],
    ['W3', 'a,a', { 'sec-websocket-protocol': 'a,a' }, '400 bad_subprotocol'],
    ['W5', 'path', { ':path': '/feed/ws', 'sec-websocket-protocol': 'wirelab.v1' }, '404 not_found'],
    ['W1', 'GET without CONNECT', { ':method': 'GET', ':protocol': undefined }, '426 upgrade_required'],
    ['W1', ':protocol of something else', { ':protocol': 'connect-udp' }, '405 method_not_allowed'],
  ] as const)
    test(`${id} ${name} → ${expected} (h2)`, async () => {
      const all = Object.entries({ ...connect, ...headers }).filter(([, value]) => value !== undefined)
      expect(codeOf(await get2(target, Object.fromEntries(all)))).toBe(expected)
    })
})

describe('W8 how many lines', () => {
  test('W8 one more of a session → 429 + Retry-After before 101; free again when one closes', async () => {
    const { headers } = await get(target, '/')
    const cookie = /__Host-wirelab-\d+=[^;]+/.exec(headers['set-cookie']!)![0]
    await atMost(2, { Cookie: cookie, Origin: origin() }, '429 too_many_lines')
  })
  test('W8 one more of an address → 429 + Retry-After before 101; free again when one closes', () =>
    atMost(4, {}, '429 too_many_lines'))

  test('W8, H13 forged addresses are one address → 429 for one more', async () => {
    await idle(target)
    const forged = (n: number) => ({
      'X-Forwarded-For': `10.0.0.${n}`,
      'X-Real-IP': `10.0.0.${n}`,
      Forwarded: `for=10.0.0.${n}`,
    })
    const lines = []
    for (let n = 1; n <= 4; n++) lines.push(await opened(forged(n)))
    expect(codeOf(await exchange(target, handshake(target, forged(5)), { closes: true }))).toBe('429 too_many_lines')
    for (const line of lines) line.end()
    await idle(target)
  })

  test('W8 one more of all → 503 + Retry-After before 101', async () => {
    const { limits } = target.lab
    limits.lines = 2
    await atMost(2, {}, '503 too_many_lines').finally(() => (limits.lines = 5))
  })

  async function atMost(count: number, fields: Record<string, string>, expected: string) {
    await idle(target)
    const lines = []
    for (let number = 0; number < count; number++) lines.push(await opened(fields))
    const answer = await exchange(target, handshake(target, fields), { closes: true })
    expect([codeOf(answer), answer.headers['retry-after']]).toEqual([expected, '5'])
    lines[0]!.end()
    await vacancy()
    lines.push(await opened(fields))
    for (const line of lines) line.end()
    await idle(target)
  }
  async function opened(fields: Record<string, string>) {
    const line = await open(target)
    line.write(handshake(target, fields))
    expect((await line.answer()).status).toBe(101)
    return line
  }
  const vacancy = () => new Promise((resolve) => setTimeout(resolve, 50))
})

describe('T TLS', () => {
  // By hand: the OpenSSL of this side would not say most of these words.
  const hellos: [name: string, version: number, suites: number[], answer: string][] = [
    ['SSLv3', 0x0300, [0xc02b], 'alert 40'],
    ['TLS 1.0', 0x0301, [0xc02b, 0xc009], 'alert 70'],
    ['TLS 1.1', 0x0302, [0xc02b, 0xc009], 'alert 70'],
    ['no suite', 0x0303, [], 'alert 50'],
    ['RC4', 0x0303, [0x0004, 0x0005, 0xc007, 0xc011], 'alert 40'],
    ['3DES', 0x0303, [0x000a, 0xc008, 0xc012], 'alert 40'],
    ['EXPORT', 0x0303, [0x0003, 0x0006, 0x0008, 0x0014], 'alert 40'],
    ['NULL', 0x0303, [0x0000, 0x0001, 0x0002, 0x003b, 0xc006], 'alert 40'],
    ['anonymous', 0x0303, [0x0018, 0x0034, 0x006d, 0xc018], 'alert 40'],
    ['RSA key exchange', 0x0303, [0x002f, 0x0035, 0x009c, 0x009d], 'alert 40'],
    ['CBC', 0x0303, [0xc009, 0xc00a, 0xc023, 0xc024], 'alert 40'],
    ['GREASE', 0x0303, [0x0a0a, 0x1a1a, 0xfafa], 'alert 40'],
    ['TLS 1.2 with AES-GCM', 0x0303, [0x0a0a, 0xc02b], 'hello'],
  ]
  for (const [name, version, suites, expected] of hellos)
    test(`T1 ${name} → ${expected}`, async () => {
      expect(await hello(target, clientHello(version, suites))).toBe(expected)
    })
  test('T1 a hello of 16 kB of suites → alert or hello, never silence', async () => {
    expect(await hello(target, clientHello(0x0303, Array<number>(7000).fill(0x0a0a)))).toBe('alert 40')
  })
  test('T1 a hello in 1-byte records → the connection ends', async () => {
    const whole = clientHello(0x0303, [0xc02b]).subarray(5)
    const pieces = Array.from(whole, (byte) => Buffer.of(0x16, 3, 1, 0, 1, byte))
    expect(await hello(target, Buffer.concat(pieces))).toMatch(/^(hello|alert \d+|end)$/)
  })
  test('T1 Heartbleed-like heartbeat before the hello → alert or end, nothing leaked', async () => {
    expect(await hello(target, Buffer.of(0x18, 3, 2, 0, 3, 1, 0x40, 0))).toMatch(/^(alert 10|alert 70|end)$/)
  })

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    test(`T1 ${version} → spoken`, async () => {
      const line = await open(target, { minVersion: version, maxVersion: version })
      expect(line.socket.getProtocol()).toBe(version)
      line.end()
    })
  for (const protocol of ['spdy/3', 'http/1.0', 'h3'])
    test(`H10 ALPN ${protocol} → alert`, async () => {
      const failure = await open(target, { ALPNProtocols: [protocol] }).catch((error: unknown) => error)
      expect((failure as NodeJS.ErrnoException).code).toMatch(/NO_APPLICATION_PROTOCOL/)
    })
  for (const servername of ['a..b', 'x'.repeat(250), 'evil.example', '*'])
    test(`T1 SNI ${servername.slice(0, 20)} → our certificate, which that client refuses`, async () => {
      const failure = await open(target, { servername }).catch((error: unknown) => error)
      expect((failure as NodeJS.ErrnoException).code).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    })
  test('T3 a client without our CA → refuses', async () => {
    const failure = await open(target, { ca: [] }).catch((error: unknown) => error)
    expect((failure as NodeJS.ErrnoException).code).toMatch(/SELF_SIGNED|UNABLE_TO/)
  })
  test('T1 renegotiation → refused', async () => {
    const line = await open(target, { maxVersion: 'TLSv1.2' })
    const renegotiated = await new Promise((resolve) => {
      line.socket.renegotiate({}, (error) => resolve(!error))
      setTimeout(resolve, 300, false) // the server's warning alert is all that comes; OpenSSL goes on waiting
    })
    expect(renegotiated).toBe(false)
    line.end()
  })
})

test('W the good handshake, and an event through it', async () => {
  const { line } = await openWss(target)
  const socket = wss(line, {} as Answer)
  await socket.message()
  await post(target, '{"type":"tick","data":"through"}')
  expect(await socket.message()).toMatchObject({ data: 'through' })
  line.end()
})
