// The command line, as a person meets it: one clear line for a mistake, help for everything, and each command doing its job.
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:https'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { openAuthority } from '../certs/authority.ts'
import { transportNames } from '../transports/clients.ts'
import { nodePlatform } from '../transports/platform.ts'
import { certs, publish, sleep, startTestLab } from './lab.ts'

const bin = join(import.meta.dirname, '../src/cli/bin.js')
const folder = mkdtempSync(join(tmpdir(), 'wirelab-cli-'))
// Taken for a folder of certificates by mistake.
writeFileSync(join(folder, 'a-file'), '')
writeFileSync(join(folder, 'a-short-key'), '# keys\nalice:00ff\n')
const running = new Set<ChildProcessWithoutNullStreams>()
afterEach(() => running.forEach((child) => child.kill('SIGKILL')))
afterAll(() => rmSync(folder, { recursive: true }))

/** The command with these arguments; an object before them is added to the environment. */
function start(...given: [NodeJS.ProcessEnv, ...string[]] | string[]) {
  const [env, args] = typeof given[0] === 'object' ? [given[0], given.slice(1)] : [{}, given]
  const child = spawn(process.execPath, [bin, ...(args as string[])], { cwd: folder, env: { ...process.env, ...env } })
  running.add(child)
  const result = { child, out: '', err: '', code: undefined as number | null | undefined }
  child.stdout.on('data', (chunk: Buffer) => (result.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (result.err += chunk.toString()))
  const ended = new Promise<typeof result>((resolve) =>
    child.on('close', (code) => resolve(Object.assign(result, { code }))),
  )
  return { ...result, result, ended }
}
const run = (...args: string[]) => start(...args).ended

describe('a mistake is one line on stderr and exit 2', () => {
  test.each([
    [['serve', '--port', '70000'], /port/],
    [['serve', '--port', 'x'], /port/],
    [['serve', '--http', '3'], /1\.1, 2, both/],
    [['serve', '--rate', '-1'], /rate/],
    [['serve', '--source', 'webcam'], /ticker, host, stdin/],
    [['serve', '--feed', 'redis'], /memory/],
    [['serve', '--cert', 'only.pem'], /--key/],
    [['serve', '--cert', 'no.pem', '--key', 'no.pem'], /no\.pem/],
    [['serve', '--sni', 'lab.localhost=only.pem'], /name=cert\.pem,key\.pem/],
    [['serve', '--sni', 'lab.localhost=no.pem,no.key', '--certs', 'sni'], /cannot read no\.pem/],
    [['serve', '--ciphers', 'ECDHE-ECDSA-AES128-SHA256'], /is none of TLS_AES_256_GCM_SHA384/],
    [['serve', '--ciphers', 'ADH-AES128-GCM-SHA256'], /nobody proves who he is/],
    [['serve', '--ciphers', 'TLS_AES_128_GCM_SHA256', '--tls', '1.2'], /none of them is of TLS 1\.2/],
    [
      ['serve', '--ciphers', 'ECDHE-RSA-AES128-GCM-SHA256'],
      /none of them works with a key of type ecdsa; see --key-type/,
    ],
    [['serve', '--client-cert', 'maybe'], /none, request, require/],
    [['serve', '--psk', 'missing.psk'], /cannot read missing\.psk/],
    [['serve', '--psk', 'a-file'], /there is no key in it/],
    [['serve', '--psk', 'a-short-key'], /line 2: expected identity:hex/],
    [['serve', '--keylog', '.'], /is a directory/],
    [['serve', '--range', '--host', '0.0.0.0'], /--range is for this machine alone: not with --host 0\.0\.0\.0/],
    [['serve', '--range', '--port', '65533'], /--range needs the three ports after the lab’s: --port 65532 at most/],
    [['serve', '--range', '--auth', 'required'], /--range with --auth required needs --accounts/],
    [['serve', '--range', '--cert', 'a.pem', '--key', 'b.pem'], /--range needs the lab’s own authority/],
    [['serve', '--limit', 'nonsense=1'], /Known limits/],
    [['serve', '--limit', 'lines=many'], /whole number/],
    [['serve', '--limit', 'toString=5'], /Known limits/],
    [['serve', '--limit', 'lines=0'], /from 1 to/],
    [['serve', '--limit', 'heartbeatMs=99'], /from 100 to/],
    [['serve', '--limit', 'stallMs=2147483648'], /from 1 to 2147483647/],
    [['serve', '--limit', 'waitSeconds=86401'], /to 86400/],
    [['serve', '--limit', 'hstsSeconds=0'], /from 31536000 to/],
    [['serve', '--limit', 'requestMs=60001'], /from 1 to 60000/],
    [['serve', '--limit', 'lines=1=2'], /whole number/],
    [['serve', '--limit', 'pageEvents=1001'], /pageEventsMax/],
    [['serve', '--publish-key', 'short'], /16/],
    [['serve', '--sign-up', 'open'], /--accounts/],
    [['serve', '--accounts', '--sign-up', 'nobody'], /open, key/],
    [['serve', '--accounts', '--smtp', 'https://mail.example'], /smtps:/],
    [['serve', '--accounts', '--origin', 'http://lab.example'], /https:/],
    [['watch', '--user', 'ann'], /NAME:PASSWORD/],
    [['serve', '--host', ''], /IP address or a host name/],
    [['serve', '--host', 'fe80::1%lo'], /IP address or a host name/],
    [['serve', '--name', 'a b'], /IP address or a host name/],
    [['serve', '--name', 'lab.example:8443'], /without a port/],
    [['serve', '--name', '-lab.example'], /IP address or a host name/],
    [['serve', '--name', '*.example'], /IP address or a host name/],
    [['serve', '--name', '10.0.0.256'], /IP address or a host name/],
    [['serve', '--port', '0', '--certs', 'a-file'], /a-file is not a directory/],
    [['certs', '--certs', 'a-file'], /a-file is not a directory/],
    [['certs', '--certs', 'a-file/in'], /a-file\/in is not a directory/],
    [['certs', '--remove', '--certs', 'a-file'], /a-file is not a directory/],
    [['serve', '--nonsense'], /unknown option/],
    [['serve', '--port', '0', '--host', '192.0.2.1'], /192\.0\.2\.1/],
    [['watch', '--over', 'telepathy'], /polling, long-polling, sse, wss/],
    [['watch', '--after', 'yesterday'], /epoch\.offset/],
    [['watch', 'http://localhost'], /^wirelab: http:\/\/localhost: expected https:/],
    [['watch', 'https://localhost:99999'], /: there is no port 99999/],
    [['watch', '--ca', 'a-file'], /a-file: expected a certificate/],
    [['watch', '--client-cert', 'a-file', '--client-key', 'a-file'], /a-file: expected a certificate/],
    [['watch', '--publish', '{}'], /--key/],
    [['watch', '--ca', 'missing.pem'], /missing\.pem/],
    [['inspect', 'ftp://x'], /https:/],
    [['bench', '--browser', 'netscape'], /none of chromium, firefox/],
    [['bench', '--browser', '--full'], /--full means nothing to --browser/],
    [['bench', '--browser', '--clients', '5'], /--clients means nothing to --browser/],
    [['nonsense'], /unknown command/],
  ])('%j', async (args, what) => {
    const { code, out, err } = await run(...args)
    expect(err).toMatch(what)
    expect(err.trim().split('\n')).toHaveLength(1)
    expect(err).not.toMatch(/\bat .*:\d+:\d+/)
    expect([code, out]).toEqual([2, ''])
  })

  test.each([
    [{ PATH: '/nowhere', FIREFOX: '' }, /^bench: --browser needs firefox-esr.*: (sudo apt-get )?install /],
    [{ FIREFOX: '/nowhere/firefox' }, /^bench: FIREFOX=\/nowhere\/firefox is not an executable file/],
  ])('a browser that is missing, before anything is measured: %j', async (environment, what) => {
    const { code, out, err } = await start(environment, 'bench', '--browser', 'firefox', '--out', 'no-run').ended
    expect(err.trim().split('\n')).toHaveLength(1)
    expect([code, out, err.replace(/^wirelab: /, '')]).toEqual([2, '', expect.stringMatching(what)])
    expect(existsSync(join(folder, 'no-run'))).toBe(false)
  })

  test('a port that is taken', async () => {
    const lab = await startTestLab()
    const { code, err } = await run('serve', '--port', String(lab.port))
    expect([code, err.trim()]).toEqual([
      2,
      `wirelab: port ${lab.port} is taken by another program; stop it, or choose one with --port (0 = any)`,
    ])
    await lab.close()
  })
})

test.each([[], ['serve'], ['bench'], ['watch'], ['certs'], ['inspect'], ['echo']])(
  '%s --help explains itself',
  async (...args) => {
    const { code, out, err } = await run(...args, '--help')
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^Usage: wirelab/)
  },
)

test('an old Node is told what to do in its first line', async () => {
  writeFileSync(
    join(folder, 'old.mjs'),
    `Object.defineProperty(process.versions, 'node', { value: '20.1.0' })\nawait import(${JSON.stringify(bin)})`,
  )
  const child = spawn(process.execPath, [join(folder, 'old.mjs')])
  let err = ''
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const code = await new Promise((resolve) => child.on('close', resolve))
  expect([code, err.split('\n')[0]]).toEqual([1, expect.stringMatching(/^wirelab: needs Node 24 or newer/)])
})

test('serve makes its certificates, says how to trust them, and serves', async () => {
  const { result } = start('serve', '--port', '0', '--rate', '50', '--certs', 'fresh')
  while (!result.out.includes('Stop ')) await sleep(20)
  expect(result.out).toMatch(/fresh\/ca\.pem {2}\(made just now\)/)
  expect(statSync(join(folder, 'fresh/ca-key.pem')).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'fresh/server-key.pem')).mode & 0o777).toBe(0o600)
  const url = /https:\S+/.exec(result.out)![0]
  const watched = await run('watch', '--ca', 'fresh/ca.pem', '--over', 'wss', '--count', '3', url)
  expect(
    watched.out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type),
  ).toEqual(['tick', 'tick', 'tick'])
  const key = /Key {6}(\S+)/.exec(result.out)![1]!
  const sent = await run('watch', '--ca', 'fresh/ca.pem', '--publish', '{"a":1}', '--key', key, url)
  expect(sent.out).toMatch(/^\{"id":"[a-z0-9]{8}\.\d+"\}\n$/)
  const inspected = await run('inspect', '--ca', 'fresh/ca.pem', url.replace('https', 'wss'))
  expect(inspected.out).toMatch(
    /^trusted {4}yes[^]*protocol {3}TLSv1\.3[^]*ALPN {7}h2[^]*1 {2}subject {3}CN=Wirelab local intermediate CA/,
  )
})

test('serve --accounts makes its files for their owner only, and warns of nothing; watch --user publishes and follows', async () => {
  const { result } = start('serve', '--port', '0', '--rate', '50', '--certs', certs, '--accounts', 'people.db')
  while (!result.out.includes('Stop ')) await sleep(20)
  expect(result.out).toMatch(/^Accounts people\.db$/m)
  expect(result.err).toBe('')
  for (const name of ['people.db', 'people.db.key']) expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600)
  const url = /https:\S+/.exec(result.out)![0]
  const ca = join(certs, 'ca.pem')
  const platform = nodePlatform({ ca: readFileSync(ca, 'utf8') })
  const post = (path: string, body: object) =>
    platform.fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  expect((await post('/users', { name: 'ann', password: 'correct horse' })).status).toBe(201)
  const user = ['--user', 'ann:correct horse', '--ca', ca]
  expect((await run('watch', ...user, '--publish', '1', url)).out).toMatch(/^\{"id":/)
  const watched = await run('watch', ...user, '--over', 'wss', '--count', '1', url)
  expect(watched.out.trim().split('\n')).toHaveLength(1)
  for (const over of transportNames) {
    const { code, out, err } = await run('watch', '--over', over, '--user', 'ann:wrong', '--ca', ca, url)
    expect([code, out, err]).toEqual([1, '', `wirelab: ${over}: HTTP 401: the name or the password is wrong\n`])
  }
  expect(result.err.match(/login refused: "ann"/g), 'one failure each').toHaveLength(transportNames.length)
  expect((await post('/resets', { name: 'ann' })).status).toBe(202)
  while (!result.out.includes('Reset ')) await sleep(20)
  expect(result.out).toMatch(
    /^Reset {4}https:\/\/localhost:\d+\/#\/account\?token=\S+ {3}for ann, 15 minutes; hand it on$/m,
  )
  expect(statSync(join(folder, 'people.db.outbox')).mode & 0o777).toBe(0o600)
  expect(result.err).not.toMatch(/token=|correct horse/)
  await platform.close()
}, 90_000)

test('serve --accounts says once why a file cannot be used', async () => {
  const { code, err } = await run('serve', '--port', '0', '--certs', certs, '--accounts', 'missing/people.db')
  expect([code, err]).toEqual([1, expect.stringMatching(/^wirelab: accounts: missing\/people\.db and its key cannot be used \(ENOENT: no such file[^()]*\)\n$/)]) // prettier-ignore
})

test('serve --range says where the range is; its target is closed to guests; it stops with the lab', async () => {
  const { result, child, ended } = start('serve', '--port', '0', '--certs', certs, '--range')
  while (!result.out.includes('Stop ')) await sleep(20)
  const [, page, target] = /^Range {4}(\S+) {3}attacks (\S+)$/m.exec(result.out)!
  expect(page).toMatch(/^https:\/\/localhost:\d+\/#\/range$/)
  const platform = nodePlatform({ ca: readFileSync(join(certs, 'ca.pem'), 'utf8') })
  expect((await platform.fetch(`${target}/feed/polling`)).status).toBe(401)
  await platform.close()
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 0, err: '' })
})

test('serve --source stdin: each line is an event, and a line too long is said, not dropped', async () => {
  const { child, result } = start('serve', '--port', '0', '--source', 'stdin', '--certs', certs)
  while (!result.out.includes('Stop ')) await sleep(20)
  const url = /https:\S+/.exec(result.out)![0]
  child.stdin.write(`first\nzażółć\n${'x'.repeat(20_000)}\nlast\n`)
  const watched = await run(
    'watch',
    '--ca',
    join(certs, 'ca.pem'),
    '--over',
    'polling',
    '--after',
    'earliest',
    '--count',
    '3',
    url,
  )
  const texts = watched.out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { data: { text: string } }).data.text)
  expect(texts).toEqual(['first', 'zażółć', 'last'])
  expect(result.err).toMatch(/stdin line 3: data is 20\d+ bytes/)
})

test('SIGHUP swaps the certificate of a lab that runs; where it cannot, the one before stays', async () => {
  mkdirSync(join(folder, 'hup'))
  writeFileSync(join(folder, 'hup/keys.log'), '', { mode: 0o644 }) // it stays, and nobody else may read it any more
  const { child, result } = start('serve', '--port', '0', '--certs', 'hup', '--keylog', 'hup/keys.log')
  while (!result.out.includes('Stop ')) await sleep(20)
  const url = /https:\S+/.exec(result.out)![0]
  const shown = async () => /SHA-256 {3}(\S+)/.exec((await run('inspect', '--ca', 'hup/ca.pem', url)).out)![1]
  const swapped = async (said: RegExp) => {
    child.kill('SIGHUP')
    while (!said.test(result.err) && result.code === undefined) await sleep(20)
  }
  const before = await shown()
  rmSync(join(folder, 'hup/server.pem'))
  await swapped(/^certificates: read again, for new connections\n$/)
  const after = await shown()
  expect(after).not.toBe(before)
  rmSync(join(folder, 'hup/server.pem'))
  mkdirSync(join(folder, 'hup/server.pem'))
  await swapped(/those before stay: /)
  expect(await shown()).toBe(after)
  expect(readFileSync(join(folder, 'hup/keys.log'), 'utf8')).toMatch(/^(\w+ [0-9a-f]{64} [0-9a-f]{64,96}\n)+$/)
  expect(statSync(join(folder, 'hup/keys.log')).mode & 0o777).toBe(0o600)
})

test('a CA that must be another one is said at the start', async () => {
  const begun = async (...more: string[]) => {
    const { child, result, ended } = start('serve', '--port', '0', '--certs', 'anew', ...more)
    while (!result.out.includes('Stop ')) await sleep(20)
    child.kill('SIGTERM')
    await ended
    return result.out
  }
  expect(await begun()).toMatch(/ca\.pem {2}\(made just now\)/)
  expect(await begun('--name', 'lab.example')).toMatch(
    /ca\.pem {2}\(made anew: the one before may not sign for lab\.example\. It must be trusted anew\.\)/,
  )
  expect(await begun()).toMatch(/ca\.pem\n/)
})

test('certs shows the authority; --remove takes it away', async () => {
  const place = join(folder, 'mine')
  const shown = await run('certs', '--certs', place)
  expect(shown.out).toMatch(/SHA-256 {6}([0-9A-F]{2}:){31}[0-9A-F]{2}/)
  for (const tool of ['Chrome', 'Firefox', 'curl', 'Node']) expect(shown.out).toContain(tool)
  expect((await run('certs', '--certs', place, '--remove')).out).toMatch(/removed .*ca-key\.pem/)
  expect(existsSync(join(place, 'ca.pem'))).toBe(false)
  expect((await run('certs', '--certs', place, '--remove')).out).toMatch(/nothing to remove/)
})

describe('a server whose CA is not known is final, in one line that names --ca', () => {
  test.each([...transportNames.flatMap((over) => ['1.1', '2'].map((http) => [over, http] as const))])(
    'watch --over %s --http %s',
    async (over, http) => {
      const lab = await startTestLab()
      const { code, out, err } = await run('watch', '--over', over, '--http', http, lab.url)
      expect(err).toMatch(
        /^wirelab: .*(self-signed certificate in certificate chain|unable to (verify|get)).*--ca.*\n$/,
      )
      expect([code, out]).toEqual([1, ''])
      expect(lab.wire.total().plain.up).toBe(0)
      await lab.close()
    },
  )

  test('watch --publish', async () => {
    const lab = await startTestLab()
    const { code, err } = await run('watch', '--publish', '1', '--key', lab.publishKey, lab.url)
    expect(err).toMatch(/^wirelab: .*certificate.*--ca.*\n$/)
    expect(code).toBe(1)
    await lab.close()
  })
})

test('--ca is trusted beside what Node trusts already (NODE_EXTRA_CA_CERTS), not instead of it', async () => {
  const lab = await startTestLab()
  const { caPath } = await openAuthority(join(folder, 'other'), ['localhost'])
  const env = { NODE_EXTRA_CA_CERTS: join(certs, 'ca.pem') }
  const inspected = await start(env, 'inspect', '--ca', caPath, lab.url).ended
  expect([inspected.code, inspected.err]).toEqual([0, ''])
  await publish(lab, 1)
  for (const over of ['wss', 'sse']) {
    const watch = ['watch', '--ca', caPath, '--over', over, '--after', 'earliest', '--count', '1', lab.url]
    expect((await start(env, ...watch).ended).code).toBe(0)
  }
  await lab.close()
})

test('what others wrote cannot steer the terminal: the same JSON on stdout, escapes on stderr', async () => {
  const lab = await startTestLab()
  const data = { 'a\u009b31m': 'b\u202ec\u2066d\u2028e\u007f' }
  await lab.feed.publish({ type: 'note', data })
  const watched = await run(...['watch', '--ca', join(certs, 'ca.pem'), '--after', 'earliest', '--count', '1', lab.url])
  expect(watched.out).toMatch(/^[\x20-\x7e]+\n$/)
  expect((JSON.parse(watched.out) as { data: unknown }).data).toEqual(data)
  await lab.close()

  const hostile = createServer(lab.authority!.leaf, (_, response) =>
    response.writeHead(400).end('\x1b]0;x\x07\u009b\u202e'),
  )
  await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve))
  const url = `https://localhost:${(hostile.address() as AddressInfo).port}`
  const refused = await run('watch', '--ca', join(certs, 'ca.pem'), '--over', 'polling', url)
  expect([refused.code, refused.err]).toEqual([1, 'wirelab: polling: HTTP 400: \\u001b]0;x\\u0007\\u009b\\u202e\n'])
  hostile.closeAllConnections()
  await new Promise((resolve) => hostile.close(resolve))
})

test('before npm ci there is one line that says so', async () => {
  const fresh = join(folder, 'fresh-clone')
  mkdirSync(fresh)
  writeFileSync(join(fresh, 'package.json'), '{"type":"module"}')
  writeFileSync(join(fresh, 'main.ts'), `import 'commander'`)
  for (const name of ['bin.js', 'old-node.js']) copyFileSync(join(bin, '..', name), join(fresh, name))
  const child = spawn(process.execPath, [join(fresh, 'bin.js')])
  let err = ''
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const code = await new Promise((resolve) => child.on('close', resolve))
  expect([code, err]).toEqual([1, expect.stringMatching(/^wirelab: .*run npm ci first\n$/)])
})

test('the key to publish may come from the environment, of the server too', async () => {
  const { result } = start({ WIRELAB_KEY: 'a-key-of-16-bytes' }, 'serve', '--port', '0', '--certs', certs)
  while (!result.out.includes('Stop ')) await sleep(20)
  expect(result.out).not.toContain('a-key-of-16-bytes')
  const url = /https:\S+/.exec(result.out)![0]
  const sent = await run('watch', '--ca', join(certs, 'ca.pem'), '--publish', '1', '--key', 'a-key-of-16-bytes', url)
  expect([sent.code, sent.err]).toEqual([0, ''])
})

test('--name is certified in lower case, --host ::1 is answered to', async () => {
  const { result } = start('serve', '--port', '0', '--certs', 'named', '--name', 'LAB.Example', '--host', '::1')
  while (!result.out.includes('Stop ')) await sleep(20)
  expect(result.out).toMatch(/https:\/\/\[::1\]:\d+/)
  expect((await run('certs', '--certs', 'named')).out).toMatch(/names .*DNS:lab\.example/)
})

test('watch comes back after the line was lost', async () => {
  const lab = await startTestLab({ limits: { retryMs: 20 } })
  const { child, result } = start('watch', '--ca', join(certs, 'ca.pem'), '--over', 'sse', lab.url)
  while (!result.err.includes('open')) await sleep(20)
  await publish(lab, 1)
  lab.wire.destroyAll()
  await sleep(50)
  await publish(lab, 1)
  while (result.out.trim().split('\n').length < 2) await sleep(20)
  child.kill('SIGINT')
  await lab.close()
})

test('watch gives up a lab that was never there, and says so in one line', { timeout: 60_000 }, async () => {
  const plain = createTcpServer((socket) => {
    socket.on('error', () => undefined) // it is hung up on
    socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n')
  })
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
  const noTls = `https://localhost:${(plain.address() as AddressInfo).port}`
  const closed = createTcpServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const nobody = `https://localhost:${(closed.address() as AddressInfo).port}`
  await new Promise((resolve) => closed.close(resolve))
  await Promise.all(
    transportNames.flatMap((over) =>
      [
        [nobody, /.*ECONNREFUSED.*; is the lab running, and is this its port\?/],
        [
          noTls,
          /.*; what listens there (does not speak TLS as the lab does|hung up); is this .*port\?( npx wirelab inspect \S+ says more)?/,
        ],
      ].map(async ([url, cure]) => {
        const { code, out, err } = await run('watch', '--over', over, url as string)
        expect(err).toMatch(new RegExp(`^wirelab: ${url} was not reached in 5 tries: ${(cure as RegExp).source}\\n$`))
        expect(err).not.toContain('fetch failed')
        expect([code, out]).toEqual([1, ''])
      }),
    ),
  )
  const { code, err } = await run('watch', '--publish', '1', '--key', 'a-key-of-16-bytes', nobody)
  expect([code, err]).toEqual([1, expect.stringMatching(/^wirelab: .*ECONNREFUSED.*is the lab running.*\n$/)])
  await new Promise((resolve) => plain.close(resolve))
})

test.each(transportNames)('watch --over %s of a port of another protocol ends at once', async (over) => {
  const { code, out, err } = await run('watch', '--over', over, 'https://localhost:1')
  expect(err).toBe(
    'wirelab: https://localhost:1 has a port that belongs to another protocol, so that browsers and Node ask nothing there; is this the lab’s port?\n',
  )
  expect([code, out]).toEqual([1, ''])
})

test.each(transportNames)(
  'watch --over %s of a server that wants to be left alone says why, and when it comes back',
  async (over) => {
    const { leaf } = await openAuthority(certs, ['localhost'])
    let asked = 0
    const busy = createServer(leaf, (_, response) => {
      asked++
      response
        .writeHead(429, { 'retry-after': '30' })
        .end('{"error":{"code":"too_many_tries","message":"too many tries"}}')
    })
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve))
    const url = `https://localhost:${(busy.address() as AddressInfo).port}`
    const { child, result, ended } = start('watch', '--ca', join(certs, 'ca.pem'), '--over', over, url)
    while (!result.err.includes('\n') && result.code === undefined) await sleep(20)
    expect(result.err).toMatch(new RegExp(`^${over} waiting: HTTP 429: too many tries; again in 30\\.\\d s\n$`))
    expect(asked, 'once').toBe(1)
    child.kill('SIGINT')
    expect((await ended).code).toBe(0)
    busy.closeAllConnections()
    await new Promise((resolve) => busy.close(resolve))
  },
)

test('watch does not give up a server that answers, though it has no time now', { timeout: 60_000 }, async () => {
  const lab = await startTestLab()
  const busy = createServer(lab.authority!.leaf, (_, response) => response.writeHead(503).end())
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve))
  const url = `https://localhost:${(busy.address() as AddressInfo).port}`
  const { child, result, ended } = start('watch', '--ca', join(certs, 'ca.pem'), '--over', 'polling', url)
  while (result.err.trim().split('\n').length < 6) await sleep(20)
  for (const line of result.err.trim().split('\n'))
    expect(line).toMatch(/^polling waiting: HTTP 503; again in \d+\.\d s$/)
  child.kill('SIGINT')
  expect((await ended).code).toBe(0)
  busy.closeAllConnections()
  await new Promise((resolve) => busy.close(resolve))
  await lab.close()
})

test('what is written to a pipe has no colour, on a CI machine neither', async () => {
  const lab = await startTestLab()
  const env = { CI: 'true', TERM: 'xterm-256color', COLORTERM: 'truecolor' }
  const { child, ended, result } = start(env, 'watch', '--ca', join(certs, 'ca.pem'), '--over', 'sse', lab.url)
  while (!result.err.includes('open')) await sleep(20)
  child.kill('SIGINT')
  const { err } = await ended
  expect(err).not.toContain('\u001b')
  await lab.close()
})
