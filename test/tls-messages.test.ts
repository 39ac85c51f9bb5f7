// The page's reader of handshakes against somebody else's: openssl s_client -trace takes the same handshake apart as it makes it.
import { X509Certificate } from 'node:crypto'
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { handshakeOf, stepsOf } from '../public/learn/tls-handshake/steps.ts'
import { readCertificate } from '../public/tls/certificate.ts'
import { readClientHello, readServerHello } from '../public/tls/hello.ts'
import { certificatesIn, messageTypes, messagesIn } from '../public/tls/messages.ts'
import { extensionName, groupName, isGrease, signatureName, suiteName, versionName } from '../public/tls/names.ts'
import { clearMessages, seenIn } from '../public/tls/records.ts'
import { sleep } from './lab.ts'
import { startTapped } from './tapped.ts'
import type { Tapped } from './tapped.ts'

let folder: string
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'wirelab-handshake-'))))
afterAll(() => rm(folder, { recursive: true }))

/** What it says, once it has said all of a handshake. */
async function trace({ port, ca }: Tapped, version: '1.2' | '1.3'): Promise<string> {
  await writeFile(join(folder, 'ca.pem'), ca)
  const args = ['-connect', `127.0.0.1:${port}`, '-servername', 'localhost', '-CAfile', join(folder, 'ca.pem')]
  const how = [`-tls1_${version.at(-1)}`, '-trace', '-alpn', 'h2,http/1.1', '-verify_return_error']
  const client = spawn('openssl', ['s_client', ...args, ...how])
  let said = ''
  for (const stream of [client.stdout, client.stderr])
    stream.on('data', (text: Buffer) => (said += text.toString('latin1')))
  for (let looks = 0; looks < 500 && said.split('NewSessionTicket').length < (version === '1.3' ? 3 : 2); looks++)
    await sleep(20)
  await sleep(100)
  client.kill()
  await new Promise((resolve) => client.once('close', resolve))
  return said
}
/** `Sent` and `Received` records, each with its header and the messages in it. */
function tracedRecords(said: string) {
  return [
    ...said.matchAll(/^(Sent|Received) Record\nHeader:\n.*\n +Content Type = \w+ \((\d+)\)\n +Length = (\d+)/gm),
  ].map(([, way, type, length]) => ({ up: way === 'Sent', type: Number(type), bytes: Number(length) + 5 }))
}
const numbersOf = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, number]) => Number(number))
const part = (said: string, from: string, to: string) => said.slice(said.indexOf(from)).split(to)[0]!

describe.each(['1.3', '1.2'] as const)('TLS %s', (version) => {
  let target: Tapped
  let said: string
  beforeAll(async () => {
    target = await startTapped()
    said = await trace(target, version)
  }, 30_000)
  afterAll(() => target.close())
  const seen = () => seenIn(target.passed.map((each, at) => ({ ...each, at })))
  const mine = () => target.capture.records().sort((a, b) => a.n - b.n)

  test('records: the same types and lengths in the same order, each way', () => {
    const traced = tracedRecords(said)
    expect(traced.length).toBeGreaterThan(8)
    for (const way of [true, false]) {
      const short = seen().map(({ up, type, bytes }) => ({ up, type, bytes }))
      const [ours, theirs] = [short, traced].map((all) => all.filter(({ up }) => up === way))
      expect(ours!.slice(0, theirs!.length)).toEqual(theirs)
    }
  })

  test('ClientHello: versions, suites, extensions, groups, signatures, key shares, name and protocols', () => {
    const body = clearMessages(seen(), true)[0]!.body
    const hello = readClientHello(body)
    const traced = part(said, 'ClientHello, Length=', '\n\n')
    expect(body.length).toBe(Number(/^ClientHello, Length=(\d+)/.exec(traced)![1]))
    const suites = [...traced.matchAll(/\{0x(..), 0x(..)\} (\S+)/g)]
    expect(hello.suites).toEqual(suites.map(([, high, low]) => parseInt(high! + low!, 16)))
    const known = suites.filter(([, high, low]) => !suiteName(parseInt(high! + low!, 16)).startsWith('0x'))
    expect(known.length).toBeGreaterThan(3)
    for (const [, high, low, name] of known) expect(suiteName(parseInt(high! + low!, 16))).toBe(name)
    const extensions = [...traced.matchAll(/extension_type=(\w+)\((\d+)\), length=(\d+)/g)]
    expect([...hello.extensions].map(([type, { length }]) => [type, length])).toEqual(
      extensions.map(([, , type, length]) => [Number(type), Number(length)]),
    )
    for (const [, name, type] of extensions) if (name !== 'UNKNOWN') expect(extensionName(Number(type))).toBe(name)
    const of = (name: string) => part(traced, `extension_type=${name}(`, 'extension_type='.padStart(23))
    expect(hello.groups).toEqual(numbersOf(of('supported_groups').split('\n').slice(1).join('\n'), /\((\d+)\)$/gm))
    const signatures = [...of('signature_algorithms').matchAll(/^ +(\w+) \(0x([0-9a-f]{4})\)$/gm)]
    expect(hello.signatures).toEqual(signatures.map(([, , number]) => parseInt(number!, 16)))
    for (const [, name, number] of signatures)
      if (!signatureName(parseInt(number!, 16)).startsWith('0x'))
        expect(signatureName(parseInt(number!, 16))).toBe(name)
    expect([hello.serverName, hello.alpn]).toEqual(['localhost', ['h2', 'http/1.1']])
    expect(hello.versions.map(versionName)).toEqual([`TLS ${version}`])
    if (version === '1.2') return
    const shares = [...of('key_share').matchAll(/\((\d+)\)\s+key_exchange:\s+\(len=(\d+)\)/g)]
    expect(hello.keyShares).toEqual(shares.map(([, group, bytes]) => ({ group: Number(group), bytes: Number(bytes) })))
    expect(hello.keyShares.map(({ group }) => groupName(group))).toContain('x25519')
  })

  test('ServerHello: version, suite, key share, protocol; extensions by their numbers', () => {
    const { body } = clearMessages(seen(), false).find(({ type }) => type === messageTypes.serverHello)!
    const hello = readServerHello(body)
    const traced = part(said, 'ServerHello, Length=', '\n\n')
    expect(suiteName(hello.suite)).toBe(/cipher_suite \{.*\} (\S+)/.exec(traced)![1])
    expect(versionName(hello.version)).toBe(`TLS ${version}`)
    expect([...hello.extensions.keys()]).toEqual(numbersOf(traced, /extension_type=\w+\((\d+)\)/g))
    expect(hello.alpn).toBe(version === '1.2' ? 'h2' : undefined) // TLS 1.3 seals it
    expect(hello.keyShare).toEqual(version === '1.3' ? { group: 29, bytes: 32 } : undefined)
  })

  test('messages: the same ones with the same lengths, and what was sealed', () => {
    const traced = [...said.matchAll(/^ {4}([A-Z]\w+), Length=(\d+)$/gm)].map(([, name, length]) => [
      name,
      Number(length) + 4,
    ])
    const steps = stepsOf(mine()).filter(({ layer }) => layer === 'handshake')
    const squeezed = (name: string) => name.replaceAll('_', '').toLowerCase()
    expect(steps.map(({ name, bytes }) => [squeezed(name), bytes]).sort()).toEqual(
      traced.map(([name, bytes]) => [String(name).toLowerCase(), bytes]).sort(),
    )
    const sealed = steps.filter(({ isSealed }) => isSealed).map(({ name }) => name)
    expect(new Set(sealed)).toEqual(
      new Set(
        version === '1.2'
          ? ['finished']
          : ['encrypted_extensions', 'certificate', 'certificate_verify', 'finished', 'new_session_ticket'],
      ),
    )
  })

  test('the certificates say what Node reads in them; the chosen protocol is found where it is sealed', () => {
    const plain = Buffer.concat(
      mine().flatMap(({ up, type, plain }) => (up || type !== 'handshake' ? [] : [Buffer.from(plain!, 'base64')])),
    )
    const { body } = messagesIn(plain).find(({ type }) => type === messageTypes.certificate)!
    const chain = certificatesIn(body, version)
    expect(chain).toHaveLength(2)
    for (const der of chain) {
      const [read, node] = [readCertificate(der), new X509Certificate(der)]
      expect(node.subject).toContain(`CN=${read.subject}`)
      expect(node.issuer).toContain(`CN=${read.issuer}`)
      expect(read.notAfter).toBe(new Date(node.validTo).toISOString().slice(0, 10))
      for (const name of read.names) expect(node.subjectAltName).toContain(`DNS:${name}`)
      expect(read.bytes).toBe(node.raw.length)
    }
    expect(readCertificate(chain[0]!).names).toContain('localhost')
    const handshake = handshakeOf(version, false, mine())
    expect(handshake.server.find(([name]) => name === 'protocol (ALPN)')?.[1]).toMatch(/^h2/)
    expect(handshake.chain[0]).toMatch(/^localhost for localhost/)
  })

  test('whatever is cut short or altered: a RangeError, or something else was said; nothing hangs', () => {
    const bodies = [clearMessages(seen(), true)[0]!.body, clearMessages(seen(), false)[0]!.body]
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(255), fc.boolean(), (cut, at, byte, isClient) => {
        const whole = bodies[isClient ? 0 : 1]!
        const body = Uint8Array.from(whole.subarray(0, cut % (whole.length + 1)))
        if (body.length > 0) body[at % body.length] = byte
        try {
          if (isClient) readClientHello(body)
          else readServerHello(body)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
      { numRuns: 3000 },
    )
  })
})

test('records come out the same, however the network has cut them', () => {
  const bytes = Uint8Array.from([22, 3, 1, 0, 2, 9, 9, 23, 3, 3, 0, 3, 1, 2, 3, 21, 3, 3, 0, 0])
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
      const slices = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end))
      const seen = seenIn(slices.map((bytes) => ({ at: 0, up: true, bytes })))
      expect(seen.map(({ type, bytes, fragment }) => [type, bytes, [...fragment]])).toEqual([
        [22, 7, [9, 9]],
        [23, 8, [1, 2, 3]],
        [21, 5, []],
      ])
    }),
  )
})

test('certificates of others, of all kinds: what Node reads in the roots that it trusts', () => {
  for (const pem of rootCertificates) {
    const node = new X509Certificate(pem)
    const read = readCertificate(node.raw)
    const fields = node.subject.split('\n')
    const common = fields.findLast((field) => field.startsWith('CN=')) ?? fields.find((field) => field.startsWith('O='))
    if (common && !/[^ -~]/.test(common))
      expect(common.slice(common.indexOf('=') + 1).replaceAll('\\', '')).toBe(read.subject)
    expect([read.notAfter, read.issuer]).toEqual([new Date(node.validTo).toISOString().slice(0, 10), read.subject])
  }
})

test('values of GREASE are no versions, suites or groups (RFC 8701)', () => {
  for (const value of [0x0a0a, 0x5a5a, 0xfafa])
    expect([isGrease(value), suiteName(value)]).toEqual([true, `GREASE 0x${value.toString(16).padStart(4, '0')}`])
  for (const value of [0x1301, 0x0a1a, 0x0b0b]) expect(isGrease(value)).toBe(false)
})
