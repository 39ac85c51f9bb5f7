// TLS as the server speaks it: versions, suites, keys, tickets, certificates of clients, and certificates that change while it runs.
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openAuthority } from '../certs/authority.ts'
import type { Authority } from '../certs/authority.ts'
import { revokeSerial } from '../certs/crl.ts'
import { issue } from '../certs/issue.ts'
import type { Credentials } from '../certs/issue.ts'
import { shake } from '../src/cli/inspect/connection.ts'
import { benchRoom } from '../src/lab/room.ts'
import { suites, versionOf } from '../src/server/secure.ts'
import type { Lab, LabOptions } from '../src/server/start.ts'
import { transportNames } from '../transports/clients.ts'
import { nodePlatform } from '../transports/platform.ts'
import { follow, httpVersions, open, publish, startTestLab } from './lab.ts'

const names = ['localhost', '127.0.0.1', '::1']
let certs: string
let authority: Authority
let cleanUp: (() => unknown)[] = []
beforeEach(async () => {
  certs = await mkdtemp(join(tmpdir(), 'wirelab-test-tls-'))
  authority = await openAuthority(certs, names)
})
afterEach(async () => {
  for (const each of cleanUp.reverse()) await each()
  cleanUp = []
  await rm(certs, { recursive: true })
})
async function start(options: LabOptions = {}): Promise<Lab> {
  const lab = await startTestLab({ certs, ...options })
  cleanUp.push(() => lab.close())
  return lab
}

/** @returns the connection once it is up. @throws as the client says it. */
function dial({ port }: { port: number }, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({
    ...{ host: '127.0.0.1', port, servername: 'localhost', ca: authority.ca, ALPNProtocols: ['http/1.1'], ...options },
  })
  cleanUp.push(() => socket.destroy())
  return new Promise((resolve, reject) => {
    socket.on('error', reject).once('secureConnect', () => resolve(socket))
  })
}
const codeOf = (what: Promise<unknown>) =>
  what.then(
    () => 'none',
    ({ code }: NodeJS.ErrnoException) => code,
  )

/** One request on a connection of its own. @returns its status, or the code of what went wrong. */
function reach({ port }: { port: number }, client?: Credentials, path = '/feed/polling'): Promise<number | string> {
  return new Promise((resolve) => {
    const options = { port, host: '127.0.0.1', servername: 'localhost', ca: authority.ca, agent: false, path }
    request({ ...options, headers: { host: `localhost:${port}` }, ...client })
      .once('response', (response) => resolve(response.resume().statusCode!))
      .once('error', ({ code, message }: NodeJS.ErrnoException) => resolve(code ?? message))
      .end()
  })
}

describe('certificates of clients', () => {
  const client = (more: Partial<Parameters<typeof issue>[0]> = {}) =>
    issue({ kind: 'client', subject: 'alice', issuer: authority.intermediate, ...more })
  async function clients(): Promise<Record<string, Credentials | undefined>> {
    const revoked = await client()
    const serial = new X509Certificate(revoked.cert).serialNumber
    await revokeSerial(join(certs, 'crl.pem'), authority.intermediate, serial)
    return {
      ...{ none: undefined, good: await client(), revoked },
      expired: await client({ notAfter: new Date(Date.now() - 1000) }),
      stranger: await issue({ kind: 'client', subject: 'mallory' }),
      server: authority.leaf, // it may prove a server, and nobody else
    }
  }
  const bad = { revoked: false, expired: false, stranger: false, server: false }
  test.each([
    ['none', { none: true, good: true, revoked: true, expired: true, stranger: true, server: true }],
    ['request', { none: true, good: true, ...bad }],
    ['require', { none: false, good: true, ...bad }],
  ] as const)('%s', async (clientCert, expected) => {
    const all = await clients()
    const lab = await start({ rules: { clientCert } })
    const isIn: Record<string, boolean> = {}
    for (const [name, credentials] of Object.entries(all)) isIn[name] = (await reach(lab, credentials)) === 200
    expect(isIn).toEqual(expected)
  })
  test('over TLS 1.2 alike', async () => {
    const lab = await start({ rules: { clientCert: 'require', version: '1.2' } })
    expect([await reach(lab, await client()), await reach(lab)]).toEqual([200, expect.any(String)])
  })
  test.each(httpVersions)('all four transports carry the feed to who shows one, over HTTP/%s', async (http) => {
    const lab = await start({ rules: { clientCert: 'require' } })
    for (const transport of transportNames) {
      const follower = follow(lab, { transport, http, client: await client() })
      cleanUp.push(() => follower.close())
      await open(follower)
      await publish(lab, 1)
      await follower.until(() => follower.events.length === 1, 'an event')
    }
  })
  test('the doors of a bench ask for them as well', async () => {
    const lab = await start({ rules: { clientCert: 'require' }, lab: benchRoom() })
    const alice = await client()
    const platform = nodePlatform({
      ...{ ca: authority.ca, client: alice, headers: { authorization: `Bearer ${lab.publishKey}` } },
    })
    cleanUp.push(() => platform.close())
    const opened = await platform.fetch(`${lab.url}/lab/bench`, { method: 'POST' })
    const { doors } = (await opened.json()) as { doors: Record<string, { port: number }> }
    for (const door of Object.values(doors))
      expect([await reach(door, alice), await reach(door)]).toEqual([200, expect.any(String)])
  })
  test('one that is revoked while the lab runs is out, and its ticket does not let it in', async () => {
    const lab = await start({ rules: { clientCert: 'require' } })
    const alice = await client()
    const socket = await dial(lab, { ...alice, maxVersion: 'TLSv1.2' })
    const session = socket.getSession()
    expect(await reach(lab, alice)).toBe(200)
    await revokeSerial(join(certs, 'crl.pem'), authority.intermediate, new X509Certificate(alice.cert).serialNumber)
    await lab.renew()
    expect(await reach(lab, alice)).not.toBe(200)
    const again = await dial(lab, { ...alice, maxVersion: 'TLSv1.2', session: session! }).catch(() => undefined)
    expect(again?.isSessionReused() ?? false).toBe(false)
  })
})

describe('certificates that change while it runs', () => {
  const shown = async (lab: Lab, servername = 'localhost') =>
    (await dial(lab, { servername })).getPeerX509Certificate()!.fingerprint256

  test('new connections see the new one; a stream that is open goes on', async () => {
    const lab = await start()
    const follower = follow(lab, { transport: 'wss' })
    cleanUp.push(() => follower.close())
    await open(follower)
    const before = await shown(lab)
    await rm(join(certs, 'server.pem'))
    await lab.renew()
    expect(await shown(lab)).not.toBe(before)
    await publish(lab, 2)
    await follower.until(() => follower.events.length === 2, 'two events')
    expect(follower.states).not.toContain('closed')
    expect(lab.wire.open).toBeGreaterThan(0)
  })
  test('one that cannot be used changes nothing', async () => {
    const own = await issue({ kind: 'server', names, issuer: authority.intermediate })
    let next: Credentials = own
    const lab = await start({ credentials: async () => next })
    const before = await shown(lab)
    next = { cert: own.cert, key: authority.leaf.key }
    await expect(lab.renew()).rejects.toThrow()
    expect(await shown(lab)).toBe(before)
  })
  test('SNI: each name has its own, after a change too; any other name has the first', async () => {
    const make = (name: string) => issue({ kind: 'server', names: [name], issuer: authority.intermediate })
    let [one, two] = [await make('one.localhost'), await make('two.localhost')]
    const named = async () => [
      { name: 'one.localhost', ...one },
      { name: 'two.localhost', ...two },
    ]
    const lab = await start({ named })
    const print = ({ cert }: Credentials) => new X509Certificate(cert).fingerprint256
    expect([await shown(lab, 'one.localhost'), await shown(lab, 'two.localhost')]).toEqual([print(one), print(two)])
    expect(await shown(lab)).toBe(print(authority.leaf))
    ;[one, two] = [await make('one.localhost'), two]
    await lab.renew()
    expect([await shown(lab, 'one.localhost'), await shown(lab, 'two.localhost')]).toEqual([print(one), print(two)])
    // And the lab answers to the name.
    const socket = await dial(lab, { servername: 'one.localhost' })
    socket.write(`GET /healthz HTTP/1.1\r\nHost: one.localhost:${lab.port}\r\n\r\n`)
    expect(await new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(String(chunk))))).toMatch(/^HTTP\/1\.1 200/) // prettier-ignore
  })
})

describe('versions and suites', () => {
  test('by default 1.2 and 1.3, and nothing older', async () => {
    const lab = await start()
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
      expect((await dial(lab, { minVersion: version, maxVersion: version })).getProtocol()).toBe(version)
    const old = dial(lab, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })
    expect(await codeOf(old)).toMatch(/PROTOCOL_VERSION/)
  })
  test.each(['1.2', '1.3'] as const)('only TLS %s', async (version) => {
    const lab = await start({ rules: { version } })
    expect((await dial(lab)).getProtocol()).toBe(`TLSv${version}`)
    const other = version === '1.2' ? 'TLSv1.3' : 'TLSv1.2'
    expect(await codeOf(dial(lab, { minVersion: other, maxVersion: other }))).toMatch(/PROTOCOL_VERSION/)
  })
  test.each([
    ...['ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA', 'AES128-GCM-SHA256', 'DHE-RSA-AES128-GCM-SHA256'],
    ...['AECDH-AES128-SHA', 'ADH-AES128-GCM-SHA256', 'ECDHE-ECDSA-NULL-SHA', 'PSK-AES128-GCM-SHA256'],
  ])('%s is none of ours: no forward secrecy, no AEAD, or nobody who proves who he is', async (ciphers) => {
    const lab = await start()
    const given = { ciphers: `${ciphers}:@SECLEVEL=0`, maxVersion: 'TLSv1.2' } as const
    expect(await codeOf(dial(lab, given))).toMatch(/HANDSHAKE_FAILURE|NO_CIPHERS/)
  })
  test.each(suites.map((suite) => [suite]))('only %s', async (suite) => {
    const lab = await start({ keyType: suite.includes('RSA') ? 'rsa' : 'ecdsa', rules: { ciphers: [suite] } })
    const socket = await dial(lab)
    expect([socket.getCipher().name, socket.getProtocol()]).toEqual([suite, `TLSv${versionOf(suite)}`])
  })
  test('the group resists a quantum computer where the runtime knows it', async () => {
    const lab = await start()
    const { presented, close } = await shake(
      { host: 'localhost', port: lab.port, path: '/', subprotocol: undefined },
      { ca: authority.ca, protocols: ['http/1.1'] },
    )
    close()
    expect(presented.group).toBe(
      Number(process.versions.openssl.split('.', 2).join('')) >= 35 ? 'X25519MLKEM768' : 'x25519',
    )
  })
})

describe('pre-shared keys', () => {
  const psk = new Map([['alice', Buffer.alloc(32, 7)]])
  const asking = (identity: string, key: Buffer, version: 'TLSv1.2' | 'TLSv1.3'): ConnectionOptions => ({
    ...{
      minVersion: version,
      maxVersion: version,
      ciphers: 'TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:ECDHE-PSK-CHACHA20-POLY1305',
    },
    pskCallback: () => ({ identity, psk: new Uint8Array(key) }),
    checkServerIdentity: () => undefined, // there is no certificate to look at: the key is what proves it
  })
  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    '%s: who has the key is in, and no certificate is sent',
    async (version) => {
      const lab = await start({ rules: { psk } })
      const socket = await dial(lab, asking('alice', psk.get('alice')!, version))
      expect([socket.getProtocol(), socket.getPeerX509Certificate()]).toEqual([version, undefined])
      socket.write(`GET /healthz HTTP/1.1\r\nHost: localhost:${lab.port}\r\n\r\n`)
      expect(await new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(String(chunk))))).toMatch(/^HTTP\/1\.1 200/) // prettier-ignore
    },
  )
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('%s: a wrong key is out', async (version) => {
    const lab = await start({ rules: { psk } })
    expect(await codeOf(dial(lab, asking('alice', Buffer.alloc(32, 8), version)))).not.toBe('none')
  })
  test('who has none gets the certificate', async () => {
    const lab = await start({ rules: { psk } })
    expect(await reach(lab)).toBe(200)
  })
})

describe('tickets', () => {
  async function resumes(lab: Lab, version: 'TLSv1.2' | 'TLSv1.3'): Promise<boolean> {
    const given = { minVersion: version, maxVersion: version } as const
    const first = await dial(lab, given)
    let session: Buffer | undefined = version === 'TLSv1.2' ? first.getSession() : undefined
    first.on('session', (next: Buffer) => (session = next))
    first.write(`GET /healthz HTTP/1.1\r\nHost: localhost:${lab.port}\r\n\r\n`)
    await new Promise((resolve) => first.once('data', resolve))
    return session ? (await dial(lab, { ...given, session })).isSessionReused() : false
  }
  test.each([true, false])('%s', async (tickets) => {
    const lab = await start({ rules: { tickets } })
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) expect(await resumes(lab, version)).toBe(tickets)
  })
})

test('the secrets of all connections, as lines of the NSS key log', async () => {
  const lines: string[] = []
  const lab = await start({ onSecret: (line) => void lines.push(String(line)) })
  const own: string[] = []
  const socket = connect({ host: '127.0.0.1', port: lab.port, servername: 'localhost', ca: authority.ca })
  socket.on('keylog', (line: Buffer) => own.push(String(line)))
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
  expect(own.length).toBeGreaterThan(3)
  await vi.waitFor(() => expect(lines).toEqual(expect.arrayContaining(own)))
  socket.destroy()
})
