// `wirelab echo`: what is sent comes back, over TLS, to who can verify it and to nobody else.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, afterEach, expect, test } from 'vitest'
import { run, start } from './command.ts'
import { sleep } from './lab.ts'

const folder = mkdtempSync(join(tmpdir(), 'wirelab-test-echo-'))
afterAll(() => rmSync(folder, { recursive: true }))
let running: ReturnType<typeof start>[] = []
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL')
  await Promise.all(running.map(({ ended }) => ended))
  running = []
})

async function server(): Promise<string> {
  const started = start(folder, ['echo', '--listen', '0'])
  running.push(started)
  while (!started.seen.out.includes('\n') && started.child.exitCode === null) await sleep(20)
  return /localhost:\d+/.exec(started.seen.out)![0]
}

test('what is sent comes back, large and small, and both ends end', async () => {
  const place = await server()
  const { child, ended } = start(folder, ['echo', '--connect', place])
  const text = `hello\nzażółć\n${'x'.repeat(500_000)}\n`
  child.stdin.end(text)
  expect(await ended).toMatchObject({ code: 0, err: '', out: text })
})

test('a client that does not know the CA sends nothing', async () => {
  const place = await server()
  const elsewhere = mkdtempSync(join(tmpdir(), 'wirelab-test-echo-'))
  const { child, ended } = start(elsewhere, ['echo', '--connect', place])
  child.stdin.on('error', () => undefined)
  child.stdin.end('a secret')
  expect(await ended).toMatchObject({
    ...{ code: 1, out: '' },
    err: expect.stringMatching(/^wirelab: localhost:\d+: .*certificate.*; wirelab inspect https:\/\/localhost:\d+ says more\n$/) as string, // prettier-ignore
  })
  rmSync(elsewhere, { recursive: true })
})

test('one client that breaks does not end the server', async () => {
  const place = await server()
  const socket = connect({ port: Number(place.split(':')[1]), host: '127.0.0.1' })
  await new Promise((resolve) => socket.once('error', resolve)) // it does not trust the CA
  const { child, ended } = start(folder, ['echo', '--connect', place])
  child.stdin.end('still there')
  expect((await ended).out).toBe('still there')
})

test.each([
  [['echo'], /either --listen PORT or --connect HOST:PORT/],
  [['echo', '--listen', '1', '--connect', 'localhost:1'], /either --listen/],
  [['echo', '--connect', 'localhost'], /expected HOST:PORT/],
  [['echo', '--listen', '70000'], /whole number from 0 to 65535/],
])('%j is one line and exit 2', async (args, why) => {
  const { code, out, err } = await run(folder, ...args)
  expect([code, out, err.trim().split('\n').length]).toEqual([2, '', 1])
  expect(err).toMatch(why)
})
