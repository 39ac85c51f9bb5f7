// The local authority: what it makes, when it makes it anew, and that nobody else can read its keys.
import { X509Certificate, createPrivateKey } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openAuthority } from '../certs/authority.ts'
import { nodePlatform } from '../transports/platform.ts'
import { benchRoom } from '../src/lab/room.ts'
import { startTestLab } from './lab.ts'

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

test('a CA and a leaf: P-256, the names, keys readable by their owner only', async () => {
  const { ca, leaf, wrote } = await openAuthority(folder, names)
  expect(wrote).toEqual(['ca', 'leaf'])
  const [issuer, certificate] = [new X509Certificate(ca), new X509Certificate(leaf.cert)]
  expect(issuer.ca).toBe(true)
  expect(certificate.ca).toBe(false)
  expect(certificate.verify(issuer.publicKey)).toBe(true)
  expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
  expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1')
  for (const key of ['ca-key.pem', 'server-key.pem']) expect(statSync(join(folder, key)).mode & 0o777).toBe(0o600)
})

test('what is there is used again; the leaf is renewed before it ends, the CA before that', async () => {
  const first = await openAuthority(folder, names)
  expect((await openAuthority(folder, names)).wrote).toEqual([])
  daysLater(61)
  const second = await openAuthority(folder, names)
  expect([second.wrote, second.ca === first.ca]).toEqual([['leaf'], true])
  daysLater(61 + 640)
  expect((await openAuthority(folder, names)).wrote).toEqual(['ca', 'leaf'])
})

test('another name makes another leaf; a key that others could read is closed', async () => {
  await openAuthority(folder, names)
  writeFileSync(join(folder, 'note.txt'), 'not ours')
  const { leaf, wrote } = await openAuthority(folder, [...names, 'lab.example'])
  expect(wrote).toEqual(['leaf'])
  expect(new X509Certificate(leaf.cert).checkHost('lab.example')).toBe('lab.example')
})

describe('files that do not belong together are made anew', () => {
  /** What a second start makes of a folder into which `spoil` put something else. */
  async function after(spoil: (other: string) => void) {
    const other = join(folder, 'other')
    const [first] = [await openAuthority(folder, names), await openAuthority(other, names)]
    spoil(other)
    const second = await openAuthority(folder, names)
    const { leaf, ca, wrote } = second
    expect(new X509Certificate(leaf.cert).checkPrivateKey(createPrivateKey(leaf.key))).toBe(true)
    expect(new X509Certificate(leaf.cert).verify(new X509Certificate(ca).publicKey)).toBe(true)
    expect((await openAuthority(folder, names)).wrote).toEqual([])
    return { wrote, sameCa: ca === first.ca }
  }

  test('the key of another leaf', async () => {
    const spoil = (other: string) => copyFileSync(join(other, 'server-key.pem'), join(folder, 'server-key.pem'))
    expect(await after(spoil)).toEqual({ wrote: ['leaf'], sameCa: true })
  })
  test('the key of another CA', async () => {
    const spoil = (other: string) => copyFileSync(join(other, 'ca-key.pem'), join(folder, 'ca-key.pem'))
    expect(await after(spoil)).toEqual({ wrote: ['ca', 'leaf'], sameCa: false })
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
  expect((error as Error & { cause: { code: string } }).cause.code).toMatch(
    /SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY/,
  )
  expect(lab.wire.total().plain.up).toBe(0)
  await platform.close()
  await lab.close()
})
