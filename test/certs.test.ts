// The local authority: what it makes, when it makes it anew, and that nobody else can read its keys.
import { spawnSync } from 'node:child_process'
import { X509Certificate, createPrivateKey } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import 'reflect-metadata' // what x509 needs before it loads
import * as x509 from '@peculiar/x509'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openAuthority, removeAuthority } from '../certs/authority.ts'
import { readLists, revokeSerial } from '../certs/crl.ts'
import { alone } from '../certs/files.ts'
import { issue, withoutChain } from '../certs/issue.ts'
import type { Credentials } from '../certs/issue.ts'
import { nodePlatform } from '../transports/platform.ts'
import { benchRoom } from '../src/lab/room.ts'
import { sleep, startTestLab } from './lab.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wirelab-certs-'))
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true })
})

const names = ['localhost', '127.0.0.1', '::1']
const daysLater = (days: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 86_400_000 })

test('root, intermediate and leaf: P-256, the names, keys readable by their owner only', async () => {
  const { ca, intermediate, leaf, wrote, replaced } = await openAuthority(folder, names)
  expect([wrote, replaced]).toEqual([['ca', 'intermediate', 'leaf'], undefined])
  const [root, between] = [new X509Certificate(ca), new X509Certificate(intermediate.cert)]
  const certificate = new X509Certificate(leaf.cert)
  expect([root.ca, between.ca, certificate.ca]).toEqual([true, true, false])
  expect([between.verify(root.publicKey), certificate.verify(between.publicKey)]).toEqual([true, true])
  const pathLength = (pem: string) =>
    new x509.X509Certificate(pem).getExtension(x509.BasicConstraintsExtension)!.pathLength
  expect([pathLength(ca), pathLength(intermediate.cert)]).toEqual([1, 0])
  expect(leaf.cert.endsWith(intermediate.cert)).toBe(true) // the server sends both, and not the root
  expect(leaf.cert.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
  expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
  expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1')
  for (const key of ['ca-key.pem', 'intermediate-key.pem', 'server-key.pem'])
    expect(statSync(join(folder, key)).mode & 0o777).toBe(0o600)
})

test('what is there is used again; the leaf is renewed before it ends, the CA before that', async () => {
  const first = await openAuthority(folder, names)
  expect((await openAuthority(folder, names)).wrote).toEqual([])
  daysLater(61)
  const second = await openAuthority(folder, names)
  expect([second.wrote, second.ca === first.ca]).toEqual([['leaf'], true])
  daysLater(61 + 640)
  const third = await openAuthority(folder, names)
  expect([third.wrote, third.replaced]).toEqual([
    ['ca', 'intermediate', 'leaf'],
    'the one before would have ended soon',
  ])
})

test('another name that the CA may sign for makes another leaf; another type of key, too', async () => {
  const first = await openAuthority(folder, names)
  const { leaf, wrote } = await openAuthority(folder, [...names, 'lab.localhost'])
  expect(wrote).toEqual(['leaf'])
  expect(new X509Certificate(leaf.cert).checkHost('lab.localhost')).toBe('lab.localhost')
  const rsa = await openAuthority(folder, names, 'rsa')
  expect([rsa.wrote, rsa.ca === first.ca]).toEqual([['leaf'], true])
  expect(new X509Certificate(rsa.leaf.cert).publicKey.asymmetricKeyType).toBe('rsa')
  expect((await openAuthority(folder, names)).wrote).toEqual([]) // who does not ask takes what is there
})

describe('the CA is another one, and it is said why', () => {
  test('for a name that it may not sign for; what it could sign for stays', async () => {
    await openAuthority(folder, [...names, 'one.example'])
    const { wrote, replaced, leaf } = await openAuthority(folder, [...names, 'two.example', '10.0.0.1'])
    expect([wrote, replaced]).toEqual([['ca', 'intermediate', 'leaf'], 'the one before may not sign for two.example'])
    expect(new X509Certificate(leaf.cert).checkIP('10.0.0.1')).toBe('10.0.0.1')
    expect((await openAuthority(folder, [...names, 'a.one.example'])).replaced).toBeUndefined()
  })
  test('where an older one signed servers by itself, for any name', async () => {
    const older = await issue({ kind: 'authority', subject: 'Wirelab local CA', pathLength: 0, days: 700 })
    const leaf = await issue({ kind: 'server', names, issuer: older })
    for (const [name, text] of [
      ['ca.pem', older.cert],
      ['ca-key.pem', older.key],
      ['server.pem', leaf.cert],
      ['server-key.pem', leaf.key],
    ] as const)
      writeFileSync(join(folder, name), text)
    const { wrote, replaced } = await openAuthority(folder, names)
    expect(wrote).toEqual(['ca', 'intermediate', 'leaf'])
    expect(replaced).toBe('the one before had no intermediate, and could have signed for any site')
  })
})

describe('what the authority signs is held to the names of its root', () => {
  /** What OpenSSL says of a certificate for these names. */
  async function verified(...given: string[]) {
    const { ca, intermediate: issuer } = await openAuthority(folder, names)
    const { cert } = await issue({ kind: 'server', names: given, issuer })
    for (const [name, text] of [
      ['ca.pem', ca],
      ['between.pem', issuer.cert],
      ['leaf.pem', cert],
    ] as const)
      // prettier-ignore
      writeFileSync(join(folder, name), text)
    const path = (name: string) => join(folder, name)
    const args = ['verify', '-CAfile', path('ca.pem'), '-untrusted', path('between.pem'), path('leaf.pem')]
    const { stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' })
    return stdout + stderr
  }
  test.each([[['localhost', '127.0.0.1', '::1']], [['a.b.localhost', '127.9.9.9']]])('%j is good', async (given) => {
    expect(await verified(...given)).toMatch(/: OK/)
  })
  test.each([['example.com'], ['localhost.example'], ['10.0.0.1'], ['::2']])('%s is not', async (given) => {
    expect(await verified(given)).toMatch(/permitted subtree violation/)
  })
})

describe('what is wrong on purpose is refused by Node for what it is', () => {
  test.each<[string, string, (issuer: Credentials) => Promise<Credentials>]>([
    [
      'expired',
      'CERT_HAS_EXPIRED',
      (issuer) => issue({ kind: 'server', names, issuer, notAfter: new Date(Date.now() - 1000) }),
    ],
    [
      'not yet valid',
      'CERT_NOT_YET_VALID',
      (issuer) => issue({ kind: 'server', names, issuer, notBefore: new Date(Date.now() + 60_000) }),
    ],
    [
      'wrong host',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      (issuer) => issue({ kind: 'server', names: ['elsewhere.localhost'], issuer }),
    ],
    ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT', () => issue({ kind: 'server', names })],
    [
      'unknown root',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      async () => issue({ kind: 'server', names, issuer: await issue({ kind: 'authority', subject: 'x' }) }),
    ],
    [
      'missing intermediate',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      async (issuer) => withoutChain(await issue({ kind: 'server', names, issuer })),
    ],
    ['a client’s', 'INVALID_PURPOSE', (issuer) => issue({ kind: 'client', names: ['localhost'], issuer })],
  ])('%s: %s', async (_, code, make) => {
    const { ca, intermediate } = await openAuthority(folder, names)
    const server = createServer({ ...(await make(intermediate)) }, (socket) => socket.end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const error = await new Promise<NodeJS.ErrnoException>((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca })
      socket.once('error', resolve).once('secureConnect', () => reject(new Error('it was trusted')))
    })
    server.close()
    expect(error.code).toBe(code)
  })
})

test('the lists of the revoked are there from the start, and are made anew before they end', async () => {
  const { crls, intermediate } = await openAuthority(folder, names)
  expect(crls.map((pem) => readLists(pem)[0]!.entries)).toEqual([[], []])
  const path = join(folder, 'crl.pem')
  await revokeSerial(path, intermediate, '0abc')
  daysLater(15)
  expect(readFileSync(path, 'utf8')).toBe((await openAuthority(folder, names)).crls.join(''))
  daysLater(21)
  const { crls: renewed } = await openAuthority(folder, names)
  const [first] = readLists(renewed[0]!)
  expect(first!.entries.map(({ serialNumber }) => serialNumber)).toEqual(['0abc'])
  expect(first!.nextUpdate!.getTime()).toBeGreaterThan(Date.now() + 29 * 86_400_000)
})

describe('files that do not belong together are made anew', () => {
  /** What a second start makes of a folder into which `spoil` put something else. */
  async function after(spoil: (other: string) => void) {
    const other = join(folder, 'other')
    const [first] = [await openAuthority(folder, names), await openAuthority(other, names)]
    spoil(other)
    const second = await openAuthority(folder, names)
    const { leaf, intermediate, ca, wrote } = second
    expect(new X509Certificate(leaf.cert).checkPrivateKey(createPrivateKey(leaf.key))).toBe(true)
    expect(new X509Certificate(leaf.cert).verify(new X509Certificate(intermediate.cert).publicKey)).toBe(true)
    expect(new X509Certificate(intermediate.cert).verify(new X509Certificate(ca).publicKey)).toBe(true)
    expect((await openAuthority(folder, names)).wrote).toEqual([])
    return { wrote, sameCa: ca === first.ca }
  }

  test('the key of another leaf', async () => {
    const spoil = (other: string) => copyFileSync(join(other, 'server-key.pem'), join(folder, 'server-key.pem'))
    expect(await after(spoil)).toEqual({ wrote: ['leaf'], sameCa: true })
  })
  test('the key of another CA', async () => {
    const spoil = (other: string) => copyFileSync(join(other, 'ca-key.pem'), join(folder, 'ca-key.pem'))
    expect(await after(spoil)).toEqual({ wrote: ['ca', 'intermediate', 'leaf'], sameCa: false })
  })
  test('the key of another intermediate', async () => {
    const name = 'intermediate-key.pem'
    const spoil = (other: string) => copyFileSync(join(other, name), join(folder, name))
    expect(await after(spoil)).toEqual({ wrote: ['intermediate', 'leaf'], sameCa: true })
  })
  test.each(['server.pem', 'server-key.pem'])('an empty %s', async (name) => {
    expect(await after(() => writeFileSync(join(folder, name), ''))).toEqual({ wrote: ['leaf'], sameCa: true })
  })
})

test('what a crash left behind neither opens a key to others nor holds up the start', async () => {
  writeFileSync(join(folder, 'ca-key.pem.new'), 'half a key')
  chmodSync(join(folder, 'ca-key.pem.new'), 0o666)
  mkdirSync(join(folder, '.lock'))
  const before = new Date(Date.now() - 4500)
  utimesSync(join(folder, '.lock'), before, before)
  await openAuthority(folder, names)
  expect(statSync(join(folder, 'ca-key.pem')).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(folder, 'ca-key.pem'), 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY/)
})

test('two labs that start at once agree on one CA', async () => {
  const both = await Promise.all([openAuthority(folder, names), openAuthority(folder, names)])
  expect(both[0].ca).toBe(both[1].ca)
  expect(both[0].leaf.cert).toBe(both[1].leaf.cert)
})

test('removing waits for who is at the files, and makes no folder', async () => {
  await openAuthority(folder, names)
  const removing = await alone(folder, async () => {
    const begun = removeAuthority(folder)
    await Promise.race([begun, sleep(300)])
    expect(readdirSync(folder)).toContain('ca.pem')
    return { begun }
  })
  expect(await removing.begun).toContain(join(folder, 'ca.pem'))
  expect(readdirSync(folder)).toEqual([])
  expect(await removeAuthority(join(folder, 'none'))).toEqual([])
  expect(readdirSync(folder)).toEqual([])
})

test('one’s own certificate is served instead, at the doors of a bench too', async () => {
  const { ca, leaf } = await openAuthority(folder, names)
  const lab = await startTestLab({ credentials: leaf, lab: benchRoom() })
  const platform = nodePlatform({ ca, headers: { authorization: `Bearer ${lab.publishKey}` } })
  const answer = await platform.fetch(`${lab.url}/lab/bench`, { method: 'POST' })
  const { doors } = (await answer.json()) as { doors: Record<string, { port: number }> }
  for (const { port } of Object.values(doors))
    expect((await platform.fetch(`https://localhost:${port}/feed/polling`)).status).toBe(200)
  await platform.close()
  await lab.close()
})

test('a client without the CA refuses before it sends anything', async () => {
  const lab = await startTestLab()
  const platform = nodePlatform()
  const error = await platform.fetch(lab.url).catch((reason: Error) => reason)
  expect((error as Error & { cause: { code: string } }).cause.code).toMatch(/UNABLE_TO_(VERIFY|GET_ISSUER_CERT)/)
  expect(lab.wire.total().plain.up).toBe(0)
  await platform.close()
  await lab.close()
})
