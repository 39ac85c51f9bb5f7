// The command line, as a person meets it: one clear line for a mistake, help for everything, and each command doing its job.
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { certs, publish, sleep, startTestLab } from './lab.ts'

const bin = join(import.meta.dirname, '../src/cli/bin.js')
const folder = mkdtempSync(join(tmpdir(), 'wirelab-cli-'))
const running = new Set<ChildProcessWithoutNullStreams>()
afterEach(() => running.forEach((child) => child.kill('SIGKILL')))
afterAll(() => rmSync(folder, { recursive: true }))

function start(...args: string[]) {
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder })
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
    [['serve', '--limit', 'nonsense=1'], /Known limits/],
    [['serve', '--limit', 'lines=many'], /whole number/],
    [['serve', '--publish-key', 'short'], /16/],
    [['serve', '--nonsense'], /unknown option/],
    [['serve', '--port', '0', '--host', '192.0.2.1'], /192\.0\.2\.1/],
    [['watch', '--over', 'telepathy'], /polling, long-polling, sse, wss/],
    [['watch', '--after', 'yesterday'], /epoch\.offset/],
    [['watch', 'http://localhost'], /https:/],
    [['watch', '--publish', '{}'], /--key/],
    [['watch', '--ca', 'missing.pem'], /missing\.pem/],
    [['inspect', 'ftp://x'], /https:/],
    [['nonsense'], /unknown command/],
  ])('%j', async (args, what) => {
    const { code, out, err } = await run(...args)
    expect(err).toMatch(what)
    expect(err.trim().split('\n')).toHaveLength(1)
    expect(err).not.toMatch(/\bat .*:\d+:\d+/)
    expect([code, out]).toEqual([2, ''])
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

test.each([[], ['serve'], ['bench'], ['watch'], ['certs'], ['inspect']])(
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
    /protocol {3}TLSv1\.3[^]*ALPN {7}h2[^]*trusted {4}yes[^]*1 {2}subject {2}Wirelab local CA/,
  )
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

test('certs shows the authority; --remove takes it away', async () => {
  const place = join(folder, 'mine')
  const shown = await run('certs', '--certs', place)
  expect(shown.out).toMatch(/SHA-256 {6}([0-9A-F]{2}:){31}[0-9A-F]{2}/)
  for (const tool of ['Chrome', 'Firefox', 'curl', 'Node']) expect(shown.out).toContain(tool)
  expect((await run('certs', '--certs', place, '--remove')).out).toMatch(/removed .*ca-key\.pem/)
  expect(existsSync(join(place, 'ca.pem'))).toBe(false)
  expect((await run('certs', '--certs', place, '--remove')).out).toMatch(/nothing to remove/)
})

test('watch refuses a server whose CA it does not know, in one line', async () => {
  const lab = await startTestLab()
  const { child, result } = start('watch', `${lab.url}`)
  while (!result.err.includes('waiting')) await sleep(20)
  child.kill('SIGINT')
  expect(result.err).toMatch(/self-signed certificate in certificate chain|unable to (verify|get)/)
  await lab.close()
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
