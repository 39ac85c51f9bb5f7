// `wirelab inspect` alone tells why a server is not trusted, and what to do: tried on servers that are broken on purpose.
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createPlain } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { createServer as createHttps } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { createServer } from 'node:tls'
import type { TlsOptions } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openAuthority } from '../certs/authority.ts'
import type { Authority } from '../certs/authority.ts'
import { revokeSerial } from '../certs/crl.ts'
import { issue, withoutChain } from '../certs/issue.ts'
import type { Credentials, Order } from '../certs/issue.ts'
import { lookAt } from '../src/cli/inspect.ts'
import { confirmed } from '../src/cli/inspect/known.ts'
import { textOf } from '../src/cli/inspect/text.ts'
import { run, start } from './command.ts'
import { startTestLab } from './lab.ts'

const folder = mkdtempSync(join(tmpdir(), 'wirelab-test-inspect-'))
const names = ['localhost', '127.0.0.1', '::1']
const DAY_MS = 86_400_000
let authority: Authority
let servers: Server[] = []
beforeAll(async () => void (authority = await openAuthority(join(folder, 'certs'), names)))
writeFileSync(join(folder, 'a-note'), 'a note')
afterEach(() => {
  for (const server of servers) server.close()
  servers = []
})
afterAll(() => rmSync(folder, { recursive: true }))

const make = (more: Partial<Order> = {}) => issue({ kind: 'server', names, issuer: authority.intermediate, ...more })
async function listening(server: Server): Promise<URL> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new URL(`https://localhost:${(server.address() as AddressInfo).port}`)
}
const serve = (credentials: Credentials, more: TlsOptions = {}) =>
  listening(createServer({ ...credentials, ...more }, (socket) => socket.on('error', () => undefined).end()))
/** As a person sees it: what is wrong, and the cure. */
async function seen(url: URL, more: Parameters<typeof lookAt>[1] = {}) {
  const report = await lookAt(url, { ca: authority.ca, ...more })
  return { report, text: textOf(report).join('\n') }
}

describe('what is wrong, and the cure', () => {
  const until = (ms: number) => ({ notAfter: new Date(Date.now() + ms) })
  const strange = () => issue({ kind: 'authority', subject: 'Somebody’s CA' })
  test.each<[string, string[], RegExp, () => Promise<Credentials>]>([
    [
      'expired',
      ['expired'],
      /CN=localhost expired 3 days ago, on \d{4}-\d\d-\d\d\n +cure: its owner must get a new/,
      () => make({ notBefore: new Date(0), ...until(-3.5 * DAY_MS) }),
    ],
    ['expired an hour ago', ['expired'], /expired 1 hour ago/, () => make(until(-1.5 * 3_600_000))],
    [
      'not yet valid',
      ['not-yet-valid'],
      /is not valid before .*, in 2 days\n +cure: look at the clock/,
      () => make({ notBefore: new Date(Date.now() + 2.5 * DAY_MS) }),
    ],
    [
      'wrong host',
      ['wrong-host'],
      /it is not for localhost; it is for elsewhere\.localhost\n +cure: use one of its names/,
      () => make({ names: ['elsewhere.localhost'] }),
    ],
    [
      'no name but the common name',
      ['wrong-host'],
      /it names no host but in its common name, which browsers do not read/,
      () => make({ names: [], subject: 'localhost' }),
    ],
    [
      'self-signed',
      ['self-signed'],
      /it is self-signed[^\n]*\n +cure: compare its fingerprint/,
      () => issue({ kind: 'server', names }),
    ],
    [
      'unknown root',
      ['missing-intermediate'],
      /its issuer, CN=Somebody’s CA, O=Wirelab, was not sent.*the CA is unknown\n +cure:.*--ca FILE/,
      async () => make({ issuer: await strange() }),
    ],
    [
      'unknown root, sent',
      ['unknown-root'],
      /its root, CN=Somebody’s CA, O=Wirelab, is none that this client trusts/,
      async () => {
        const issuer = await strange()
        const leaf = await make({ issuer })
        return { ...leaf, cert: leaf.cert + issuer.cert }
      },
    ],
    [
      'missing intermediate',
      ['missing-intermediate'],
      /CN=Wirelab local intermediate CA.*was not sent.*an intermediate is missing.*\n +cure: its server must send the whole chain/,
      async () => withoutChain(await make()),
    ],
    [
      'two things at once',
      ['wrong-host', 'expired'],
      /trusted {4}NO: it is not for localhost[^]*and: CN=elsewhere/,
      () => make({ names: ['elsewhere.localhost'], ...until(-DAY_MS) }),
    ],
    [
      'a name that its CA may not sign for',
      ['wrong-host'],
      /it is for example\.com\n/,
      () => make({ names: ['example.com'] }),
    ],
    [
      'a forged name beside a good one',
      ['name-not-permitted'],
      /its CA may not sign for this name \(name constraints\)/,
      () => make({ names: ['localhost', 'example.com'] }),
    ],
  ])('%s', async (_, codes, words, credentials) => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const shown = await credentials()
      const { report, text } = await seen(await serve(shown, { minVersion: version, maxVersion: version }))
      expect(report.reasons.map(({ code }) => code)).toEqual(codes)
      expect(text).toMatch(words)
      // Untrusted, and yet seen whole: the very certificates that were sent; and nothing was asked of such a server.
      expect(report.chain[0]!.sha256).toBe(new X509Certificate(shown.cert).fingerprint256)
      expect(report.chain).toHaveLength(shown.cert.match(/BEGIN/g)!.length)
      expect([report.trusted, report.answer, report.tls.protocol]).toEqual([false, null, version])
      expect(text).toMatch(/^trusted {4}NO: /)
      // OpenSSL reads the common name, so that handshake ends well.
      const isBrokenOff = report.tls.tickets === null
      expect(isBrokenOff).toBe(report.tls.channelBinding === null)
      expect(text).toMatch(
        isBrokenOff ? /\nsession {4}new, broken off before tickets come\n/ : /\nsession {4}new, \d tickets?\n/,
      )
    }
  })
  test('a weak key', async () => {
    const weak = await make({ keyType: 'rsa', rsaBits: 1024 })
    const { report, text } = await seen(await serve(weak, { ciphers: 'DEFAULT@SECLEVEL=0' }))
    expect(report.reasons.map(({ code }) => code)).toEqual(['weak-key'])
    expect(text).toMatch(
      /has an RSA key of 1024 bits; 2048 are the least\n +cure: its owner must make a new key, and get a certificate for it\n/,
    )
  })
  test('revoked, when the list is given', async () => {
    const leaf = await make()
    const url = await serve(leaf)
    expect((await seen(url)).report.trusted).toBe(true)
    const path = join(folder, 'certs', 'crl.pem')
    await revokeSerial(path, authority.intermediate, new X509Certificate(leaf.cert).serialNumber)
    const { report, text } = await seen(url, { crl: readFileSync(path, 'utf8') })
    expect(report.reasons.map(({ code }) => code)).toEqual(['revoked'])
    expect(text).toMatch(
      /was revoked by its issuer on .*\n +cure: do not talk to it: .*; its owner must make a new key/,
    )
    expect(report.answer).toBe(null)
  })
  test.each([
    [
      'has ended',
      -40,
      /revoked {4}unknown: the list of its issuer is good from \d{4}-.* to \d{4}-.*, not now; give its newest/,
    ],
    ['has not begun', 40, /revoked {4}unknown: the list of its issuer is good from/],
    ['is of now', 0, /revoked {4}no: it is not on the list of its issuer/],
  ])('a list of the revoked that %s', async (name, days, words) => {
    const [leaf, revoked] = [await make(), await make()]
    const path = join(folder, `${name}.pem`)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * DAY_MS })
    try {
      await revokeSerial(path, authority.intermediate, new X509Certificate(revoked.cert).serialNumber)
    } finally {
      vi.useRealTimers()
    }
    const crl = readFileSync(path, 'utf8')
    const { report, text } = await seen(await serve(leaf), { crl })
    expect([report.trusted, report.revoked]).toEqual([true, days === 0 ? false : null])
    expect(text).toMatch(words)
    const { reasons } = (await seen(await serve(revoked), { crl })).report
    expect(
      reasons.map(({ code }) => code),
      'who is on it stays on it',
    ).toEqual(['revoked'])
  })
  test('a wrong order, although it is trusted', async () => {
    const leaf = await make()
    const [own, between] = leaf.cert.split(/(?<=END CERTIFICATE-----\n)/)
    const stranger = await issue({ kind: 'authority', subject: 'x' })
    const { report, text } = await seen(await serve({ ...leaf, cert: `${own}${stranger.cert}${between}` }))
    expect(report.trusted).toBe(true)
    expect(text).toMatch(/order {6}wrong: certificate 1, CN=localhost, is issued by .*, but CN=x, O=Wirelab follows it/)
  })
  test('only TLS that is too old', async () => {
    const options: TlsOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
    const { report, text } = await seen(await serve(await make(), options))
    expect(report.reasons.map(({ code }) => code)).toEqual(['old-protocol'])
    expect(text).not.toMatch(/unknown|ALPN|session/)
    expect(text).toMatch(/no TLS 1\.2 or newer.*\n +cure: its server must be set to TLS 1\.2 and 1\.3/)
  })
  test('no TLS at all', async () => {
    const server = createPlain((socket) => socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect((await seen(await listening(server))).report.reasons.map(({ code }) => code)).toEqual(['no-tls'])
  })
  test('a CA file with only what is below the root: not the server is what has to change', async () => {
    const leaf = await make()
    const { report, text } = await seen(await serve(leaf), { ca: leaf.cert })
    expect(report.reasons.map(({ code }) => code)).toEqual(['unknown-root'])
    expect(text).toMatch(/the chain ends at CN=Wirelab local intermediate CA, .* whose issuer, CN=Wirelab local CA, /)
    expect(text).toMatch(/cure: pass the root itself with --ca FILE; what is in that file now is only below it\n/)
  })
  test('nobody there, and no such name', async () => {
    const url = await serve(await make())
    await new Promise((resolve) => servers.pop()!.close(resolve))
    await expect(seen(url)).rejects.toThrow(/localhost:\d+: nobody listens there/)
  })
})

describe('of a server that is trusted', () => {
  test.each(['https', 'wss'])('%s: the session, its resumption, the binding, the times, the answer', async (scheme) => {
    const lab = await startTestLab()
    const path = scheme === 'wss' ? '/feed/wss' : '/healthz'
    const url = new URL(`${lab.url.replace('https', scheme)}${path}`)
    const { report, text } = await seen(url, { ca: lab.authority!.ca })
    expect(report).toMatchObject({ trusted: true, reasons: [], order: null })
    expect(report.tls).toMatchObject({
      ...{ protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', alpn: 'h2', sni: 'localhost' },
      ...{
        resumed: true,
        asksForCertificate: false,
        channelBinding: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      },
    })
    expect(report.tls.tickets).toBeGreaterThan(0)
    expect(report.tls.group).not.toBe(null)
    expect(report.chain.map(({ subject, isAuthority }) => [subject, isAuthority])).toEqual([
      ['CN=localhost', false],
      ['CN=Wirelab local intermediate CA, O=Wirelab', true],
    ])
    expect(report.chain[0]).toMatchObject({ key: 'EC, prime256v1', names: expect.stringContaining('DNS:localhost') as string }) // prettier-ignore
    expect(report.answer).toEqual(scheme === 'wss' ? { kind: 'Upgrade', status: 101 } : { kind: 'HTTP', status: 200 })
    for (const ms of Object.values(report.timing)) expect(ms).toBeGreaterThanOrEqual(0)
    expect(text).toMatch(
      new RegExp(
        `^trusted {4}yes: [^]*\nALPN {7}h2, of h2 and http/1\\.1\n[^]*\nanswer {5}${scheme === 'wss' ? 'Upgrade: 101' : 'HTTP: 200'}, by HTTP/1\\.1 on the second connection\n\n0 {2}subject {3}CN=localhost`,
      ),
    )
    await lab.close()
  })
  test('a suite that is none of ours, and a group that has no name', async () => {
    const how: TlsOptions = { maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES256-SHA256', dhparam: 'auto' }
    const { report } = await seen(await serve(await make({ keyType: 'rsa' }), how))
    expect(report.tls).toMatchObject({ cipher: 'TLS_DHE_RSA_WITH_AES_256_CBC_SHA256', group: 'DH, 2048 bits' })
  })
  test('the binding is of the connection: both ends have the same, and another has another', async () => {
    const bindings: string[] = []
    const server = createServer({ ...(await make()) }, (socket) => {
      bindings.push(socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)).toString('hex'))
      socket.on('error', () => undefined).end()
    })
    const { report } = await seen(await listening(server))
    expect(report.tls.channelBinding).toBe(bindings[0])
    expect(new Set(bindings).size).toBe(2)
  })
  test('a certificate of ours is asked for, and is to be had with --cert', async () => {
    const client = await issue({ kind: 'client', subject: 'alice', issuer: authority.intermediate })
    const url = await listening(
      createHttps({ ...(await make()), requestCert: true, ca: authority.ca }, (_, response) => response.end()),
    )
    const without = await seen(url)
    expect(without.report.reasons.map(({ code }) => code)).toEqual(['client-certificate'])
    expect(without.text).toMatch(/cure: pass yours: --cert FILE --key FILE[^]*it asks for a certificate of ours/)
    expect((await seen(url, { client })).report).toMatchObject({ trusted: true, answer: { status: 200 } })
  })
  test('names below localhost are this machine, so that a wrong host can be asked by its right name', async () => {
    const url = await serve(await make({ names: ['elsewhere.localhost'] }))
    url.hostname = 'elsewhere.localhost'
    expect((await seen(url)).report).toMatchObject({ trusted: true, tls: { sni: 'elsewhere.localhost' } })
  })
  test('an answer that opens no WebSocket is said to be none, and where the lab has one', async () => {
    const lab = await startTestLab()
    for (const [path, status] of [
      ['/', 200],
      ['/nope', 404],
    ] as const) {
      const { report, text } = await seen(new URL(lab.url.replace('https', 'wss') + path), { ca: lab.authority!.ca })
      expect([report.trusted, report.answer?.status]).toEqual([true, status])
      expect(text).toMatch(
        /\n {11}no WebSocket: only 101 opens one; is the path right\? In the lab it is \/feed\/wss\n/,
      )
    }
    await lab.close()
  })
  test('an address has no SNI', async () => {
    const url = await serve(await make())
    url.hostname = '127.0.0.1'
    expect((await seen(url)).report).toMatchObject({ trusted: true, tls: { sni: null } })
  })
  test('old suites, which we do not open, are seen all the same', async () => {
    const options: TlsOptions = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' }
    const { report } = await seen(await serve(await issue({ kind: 'server', names }), options))
    expect(report.reasons.map(({ code }) => code)).toEqual(['self-signed'])
    expect(report).toMatchObject({ tls: { protocol: 'TLSv1.2' }, chain: [{ subject: 'CN=localhost' }] })
  })
})

describe('the command', () => {
  const ca = () => ['--ca', join(folder, 'certs', 'ca.pem')]
  const known = join(folder, 'known', 'hosts')
  test('--json is the report; exit 1 when it is not trusted', async () => {
    const trusted = await run(folder, 'inspect', '--json', ...ca(), (await serve(await make())).href)
    expect([trusted.code, trusted.err]).toEqual([0, ''])
    expect(JSON.parse(trusted.out)).toMatchObject({ trusted: true, reasons: [] })
    const refused = await run(
      folder,
      'inspect',
      '--json',
      ...ca(),
      (await serve(await issue({ kind: 'server', names }))).href,
    )
    expect(refused.code).toBe(1)
    expect(JSON.parse(refused.out)).toMatchObject({ trusted: false, reasons: [{ code: 'self-signed' }] })
  })
  test('--json is one object when nobody answers too: the error; exit 1, and the line for people', async () => {
    const url = await listening(createPlain())
    await new Promise((resolve) => servers.pop()!.close(resolve))
    const { code, out, err } = await run(folder, 'inspect', '--json', ...ca(), url.href)
    expect([code, err]).toEqual([1, expect.stringMatching(/^wirelab: localhost:\d+: nobody listens there.*\n$/)])
    const message = err.trim().replace(/^wirelab: /, '')
    expect(JSON.parse(out)).toEqual({ url: url.href, error: { code: 'ECONNREFUSED', message } })
  })
  test('what a certificate says cannot steer the terminal', async () => {
    const url = await serve(await issue({ kind: 'server', subject: '\u001b]0;x\u0007\u202e', names }))
    expect((await run(folder, 'inspect', ...ca(), url.href)).out).not.toMatch(/[\u001b\u0007\u202e]/)
  })
  test('--trust-on-first-use: asked for once, remembered, and loud when it changes', async () => {
    const flags = ['inspect', '--trust-on-first-use', '--known-hosts', known, ...ca()]
    let credentials = await issue({ kind: 'server', names })
    const url = await serve(credentials)
    const unasked = await run(folder, ...flags, url.href)
    expect([unasked.code, unasked.err]).toEqual([
      1,
      expect.stringMatching(/is not vouched for; without a terminal only --yes/),
    ])
    const first = await run(folder, ...flags, '--yes', url.href)
    expect([first.code, first.err]).toEqual([0, expect.stringMatching(/is vouched for from now on/)])
    expect(readFileSync(known, 'utf8')).toMatch(
      new RegExp(`^localhost:${url.port} ${new X509Certificate(credentials.cert).fingerprint256} \\d{4}-[^ ]*\n$`),
    )
    expect(first.out).toMatch(/^trusted {4}yes, by you: .* vouched for on \d{4}-/)
    const again = await run(folder, ...flags, url.href)
    expect([again.code, again.err]).toEqual([0, expect.stringMatching(/that was vouched for/)])
    expect(again.out).toMatch(
      /^trusted {4}yes, by you: .* vouched for on \d{4}-.*\n +by nobody else: it is self-signed/,
    )
    expect(again.out).not.toMatch(/NO|cure/)
    expect(JSON.parse((await run(folder, ...flags, '--json', url.href)).out)).toMatchObject({
      ...{ trusted: true, vouchedFor: expect.stringMatching(/^\d{4}-/) as string },
      reasons: [{ code: 'self-signed' }],
    })
    credentials = await issue({ kind: 'server', names })
    ;(servers[0] as ReturnType<typeof createServer>).setSecureContext({ ...credentials })
    const changed = await run(folder, ...flags, '--yes', url.href)
    expect([changed.code, changed.err]).toEqual([
      1,
      expect.stringMatching(/^THE CERTIFICATE HAS CHANGED[^]*delete the line/),
    ])
    expect(changed.out).toMatch(
      /^trusted {4}NO: it is not the certificate that was vouched for on [^]*cure: ask its owner; /,
    )
    expect(await run(folder, 'inspect', ...ca(), url.href)).toMatchObject({ code: 1, err: '' })
  })
  test('--trust-on-first-use does not make good what is wrong beside the issuer', async () => {
    const url = await serve(await issue({ kind: 'server', names, notAfter: new Date(Date.now() - DAY_MS) }))
    const flags = ['inspect', '--trust-on-first-use', '--yes', '--known-hosts', join(folder, 'none'), ...ca()]
    const { code, err } = await run(folder, ...flags, url.href)
    expect([code, err]).toEqual([1, expect.stringMatching(/Nobody can vouch for that/)])
  })
  test('known hosts that cannot be read are not taken for none', async () => {
    const path = join(folder, 'spoilt-hosts')
    writeFileSync(path, '\ngarbage\n')
    const url = await serve(await issue({ kind: 'server', names }))
    const flags = ['inspect', '--trust-on-first-use', '--yes', '--known-hosts', path, ...ca()]
    const { code, err } = await run(folder, ...flags, url.href)
    expect([code, err]).toEqual([
      2,
      `wirelab: ${path}: line 2 is not HOST:PORT FINGERPRINT DATE; mend it, or delete it\n`,
    ])
    expect(readFileSync(path, 'utf8')).toBe('\ngarbage\n')
  })
  test.each([
    [['yes'], true, 1],
    [['y', '', 'YES '], true, 3],
    [['y', 'no', 'yes'], false, 2],
    [['y'], false, 2],
  ])('at the terminal, %j: %s; what is neither yes nor no is asked again', async (typed, isMeant, asked) => {
    const [input, output] = [Object.assign(new PassThrough(), { isTTY: true }), new PassThrough()]
    input.end(typed.map((line) => `${line}\n`).join(''))
    expect(await confirmed('Is it?', { input, output })).toBe(isMeant)
    const said = String(output.read())
    expect([said.match(/Is it\? \[yes\/no\]/g), said.match(/yes/g)]).toEqual([
      ['Is it? [yes/no]'],
      expect.objectContaining({ length: asked }),
    ])
  })
  test.each([
    [['inspect', 'ftp://x'], /https:/],
    [['inspect', 'https://localhost', '--cert', 'x'], /go together/],
    [['inspect', 'http://localhost'], /^wirelab: http:\/\/localhost: expected https:/],
    [['inspect', 'https://localhost:99999'], /: there is no port 99999; the highest is 65535/],
    [['inspect', 'https://localhost', '--crl', 'missing.pem'], /cannot read missing\.pem/],
    [['inspect', 'https://localhost', '--crl', 'a-note'], /a-note: not a CRL in PEM/],
    [['inspect', 'https://localhost', '--crl', 'certs/ca.pem'], /certs\/ca\.pem: not a CRL in PEM/],
    [['inspect', 'https://localhost', '--ca', 'a-note'], /a-note: expected a certificate in PEM/],
    [['inspect', 'https://localhost', '--cert', 'a-note', '--key', 'a-note'], /a-note: expected a certificate in PEM/],
    [['inspect', 'https://localhost', '--cert', 'certs/ca.pem', '--key', 'a-note'], /a-note: not a private key in PEM/],
    [['inspect', 'https://localhost', '--cert', 'certs/ca.pem', '--key', 'certs/server-key.pem'], /server-key\.pem is not the key of certs\/ca\.pem/], // prettier-ignore
  ])('%j is one line and exit 2', async (args, why) => {
    const { code, out, err } = await run(folder, ...args)
    expect([code, out, err.trim().split('\n').length]).toEqual([2, '', 1])
    expect(err).toMatch(why)
  })
})

test('a server that says nothing is not waited for for ever', { timeout: 20_000 }, async () => {
  const url = await listening(createPlain(() => undefined))
  const { ended } = start(folder, ['inspect', url.href])
  expect(await ended).toMatchObject({ code: 1, err: expect.stringMatching(/did not answer within 10 s/) as string })
})
