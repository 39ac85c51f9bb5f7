// Nobody is authenticated: what `anonymous` of `--broken` teaches, what a relay in between reads there and not elsewhere, and the look of inspect.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import type { TlsOptions } from 'node:tls'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { issue } from '../certs/issue.ts'
import { anonymous } from '../src/broken/anonymous.ts'
import { names } from '../src/broken/kinds.ts'
import { lookAt } from '../src/cli/inspect.ts'
import { brokenLab } from './broken/lab.ts'
import { startRelay } from './broken/relay.ts'
import { curlSees } from './broken/sights.ts'
import { publish } from './lab.ts'

const its = brokenLab()

const urlOf = () => its.broken.servers.find(({ name }) => name === 'anonymous')!.url
const portOf = (url: string) => Number(new URL(url).port)
/** As a client of OpenSSL offers what no client offers by itself; curl must be told besides that it is to verify nobody. */
const offering = ['-tls1_2', '-cipher', anonymous.ciphers]
const insisting = ['--insecure', '--tls-max', '1.2', '--ciphers', anonymous.ciphers]
const trusting = () => ['--cacert', join(its.certs, 'ca.pem')]

describe('encrypted, but with whom?', () => {
  const alike = (seen: unknown) => ({ https: seen, sse: seen, wss: seen })
  test('who insists is in, by HTTPS, SSE and WSS; not at the lab', async () => {
    expect(await curlSees(urlOf(), insisting)).toEqual(alike('in'))
    expect(await curlSees(its.lab.url, insisting)).toEqual(alike(expect.stringMatching(/^35 /)))
  })
  test('there is no certificate in the handshake; Node, which insists, goes for want of it', async () => {
    const socket = connect({ port: portOf(urlOf()), servername: 'localhost', ca: its.lab.authority!.ca, ...anonymous })
    let cipher: string | undefined
    socket.once('keylog', () => (cipher = socket.getCipher().name))
    const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [NodeJS.ErrnoException]
    expect([error.code, cipher]).toEqual(['UNABLE_TO_GET_ISSUER_CERT', 'ADH-AES256-GCM-SHA384'])
  })
})

describe('somebody in between', () => {
  /** To the server at `url`, through whoever is in between. */
  const ask = (url: string, through: number, how: string[]) => {
    const by = ['--connect-to', `localhost:${portOf(url)}:localhost:${through}`]
    const args = ['--silent', '--show-error', '--max-time', '30', ...by, ...how, `${url}/feed/polling?after=earliest`]
    return promisify(execFile)('curl', args).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
    )
  }
  test('reads the feed of an anonymous connection, and neither end notices', async () => {
    await publish(its.lab, 2)
    const relay = await startRelay(portOf(urlOf()), anonymous, offering)
    const { code, stdout, stderr } = await ask(urlOf(), relay.port, insisting)
    await relay.close()
    expect([code, stderr]).toEqual([0, ''])
    const { events } = JSON.parse(stdout) as { events: object[] }
    expect(events).toHaveLength(2)
    expect(relay.read(), 'the question').toMatch(/^GET \/feed\/polling\?after=earliest HTTP\/1\.1\r\n/)
    expect(relay.read(), 'and the answer').toContain(`\r\n\r\n${stdout}`)
    expect(its.lab.metrics.uncaught).toBe(0)
  })
  test.each<[string, number, RegExp, () => Promise<TlsOptions>]>([
    ['as nobody', 35, /handshake failure/, () => Promise.resolve(anonymous)],
    ['with a certificate of its own', 60, /self-signed/, () => issue({ kind: 'server', names })],
  ])('poses %s as a server that has a certificate: not a byte', async (_, exit, words, pose) => {
    const relay = await startRelay(its.lab.port, await pose())
    const { code, stdout, stderr } = await ask(its.lab.url, relay.port, trusting())
    await relay.close()
    expect([code, stdout, stderr]).toEqual([exit, '', expect.stringMatching(words)])
    expect(relay.read()).toBe('')
  })
  test('reads who would take anybody, on the way to a server that has a certificate too', async () => {
    const relay = await startRelay(its.lab.port, anonymous)
    const { code, stdout, stderr } = await ask(its.lab.url, relay.port, insisting)
    await relay.close()
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^\{"cursor":/)
    expect(relay.read()).toContain(`\r\n\r\n${stdout}`)
  })
})

describe('the second look of inspect', () => {
  async function seen(options: TlsOptions, hangsUpAfter = Infinity) {
    const saw = { connections: 0, bytes: 0 }
    const server = createServer(options, (socket) => {
      socket.on('error', () => undefined).on('data', ({ length }: Buffer) => (saw.bytes += length))
    })
    server.on('connection', () => {
      if (++saw.connections === hangsUpAfter) server.close()
    })
    server.on('tlsClientError', () => undefined)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = new URL(`https://localhost:${(server.address() as AddressInfo).port}`)
    const report = await lookAt(url, { ca: its.lab.authority!.ca })
    if (server.listening) await new Promise((resolve) => server.close(resolve))
    return { report, saw }
  }
  const leaf = () => issue({ kind: 'server', names, issuer: its.lab.authority!.intermediate })
  const other = { ciphers: 'ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0', maxVersion: 'TLSv1.2' } as const
  test('over elliptic curves as well; it ends with the handshake, and sends nothing after it', async () => {
    const { report, saw } = await seen(anonymous)
    expect(report.reasons.map(({ code }) => code)).toEqual(['anonymous'])
    expect([report.tls.cipher, report.chain]).toEqual([expect.stringMatching(/^TLS_ECDH_anon_WITH_AES_/), []])
    expect(report.tls.group).toMatch(/^x25519$|^secp/)
    expect(saw).toEqual({ connections: 2, bytes: 0 })
  })
  test('finds nobody: what was said at first stands', async () => {
    const { report, saw } = await seen({ ...(await leaf()), ...other })
    expect([report.reasons.map(({ code }) => code), report.tls.cipher]).toEqual([['no-common-suite'], null])
    expect(saw).toEqual({ connections: 2, bytes: 0 })
    expect((await seen({ ...(await leaf()), ...other }, 1)).report.reasons[0]!.code).toBe('no-common-suite')
  })
  test('is not made of a server that shows a certificate', async () => {
    const { report, saw } = await seen(await issue({ kind: 'server', names }))
    expect(report.reasons.map(({ code }) => code)).toEqual(['self-signed'])
    expect(saw.connections).toBe(1)
  })
})
