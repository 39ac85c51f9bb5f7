// `wirelab echo`: what is sent comes back, over TLS, to who can verify it and to nobody else.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createPlain } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import { afterAll, afterEach, expect, test } from 'vitest'
import { openAuthority } from '../certs/authority.ts'
import { run, start } from './command.ts'
import { sleep } from './lab.ts'

const folder = mkdtempSync(join(tmpdir(), 'wirelab-test-echo-'))
writeFileSync(join(folder, 'a-note'), 'a note')
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
    err: expect.stringMatching(/^wirelab: https:\/\/localhost:\d+ cannot be trusted: .*certificate.*; pass --ca .*; npx wirelab inspect https:\/\/localhost:\d+ says more\n$/) as string, // prettier-ignore
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

test('a port that is taken: the flag that chose it', async () => {
  const port = (await server()).split(':')[1]!
  const { code, err } = await run(folder, 'echo', '--listen', port)
  expect([code, err]).toEqual([2, `wirelab: port ${port} is taken by another program; stop it, or choose one with --listen (0 = any)\n`]) // prettier-ignore
})

test.each<[string, RegExp, () => Promise<Server>]>([
  [
    'plain HTTP',
    /TLS: .*; what listens there does not speak TLS .*port\?/,
    async () =>
      createPlain(
        (socket) =>
          void socket
            .on('error', () => undefined)
            .resume()
            .end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      ),
  ],
  [
    'only TLS that is too old',
    /answered, and refused the handshake: TLS: tlsv1 alert protocol version; it has no version of TLS that is safe;/,
    async () => {
      const { leaf } = await openAuthority(join(folder, 'certs'), ['localhost', '127.0.0.1', '::1'])
      return createServer({ ...leaf, maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' })
    },
  ],
])('%s is said in words, not in those of OpenSSL', async (_, why, make) => {
  const other = await make()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const place = `localhost:${(other.address() as AddressInfo).port}`
  const { child, ended } = start(folder, ['echo', '--connect', place])
  child.stdin.on('error', () => undefined).end('hello')
  const { code, out, err } = await ended
  expect(err).toMatch(
    new RegExp(
      `^wirelab: (https://)?${place}:? ${why.source} npx wirelab inspect https://${place} says (more|why, and what to do)\\n$`,
    ),
  )
  expect([code, out]).toEqual([1, ''])
  await new Promise((resolve) => other.close(resolve))
})

test.each([
  [['echo'], /either --listen PORT or --connect HOST:PORT/],
  [['echo', '--listen', '1', '--connect', 'localhost:1'], /either --listen/],
  [['echo', '--connect', 'localhost'], /expected HOST:PORT/],
  [['echo', '--listen', '70000'], /whole number from 0 to 65535/],
  [['echo', '--connect', 'localhost:70000'], /a port up to 65535/],
  [['echo', '--connect', 'localhost:1', '--ca', 'a-note'], /a-note: expected a certificate/],
])('%j is one line and exit 2', async (args, why) => {
  const { code, out, err } = await run(folder, ...args)
  expect([code, out, err.trim().split('\n').length]).toEqual([2, '', 1])
  expect(err).toMatch(why)
})
