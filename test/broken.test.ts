// Servers that are broken on purpose: what Node and curl see of each, what `wirelab inspect` says about it, and how they are started.
import { copyFileSync, readFileSync } from 'node:fs'
import { request } from 'node:https'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readLists } from '../certs/crl.ts'
import { kindNames, kindOf } from '../src/broken/kinds.ts'
import type { KindName } from '../src/broken/kinds.ts'
import { startBroken } from '../src/broken/start.ts'
import { isLoopback } from '../src/server/shape.ts'
import { transportNames } from '../transports/clients.ts'
import { brokenLab } from './broken/lab.ts'
import { curlSees, nodeSees } from './broken/sights.ts'
import { run, start } from './command.ts'
import { follow, open, publish, sleep } from './lab.ts'

const its = brokenLab()
const at = (name: string) => join(its.certs, name)
const urlOf = (name: KindName) => its.broken.servers.find((each) => each.name === name)!.url
/** By HTTPS, SSE and WSS. */
const alike = (seen: string) => ({ https: seen, sse: seen, wss: seen })

test('one of each kind, on a port of its own', () => {
  expect(its.broken.servers.map(({ name }) => name)).toEqual(kindNames)
  expect(kindNames).toHaveLength(10)
  expect(new Set(its.broken.servers.map(({ url }) => url)).size).toBe(10)
  // Node brings its own OpenSSL, which can.
  expect(its.broken.servers.map(({ note }) => note)).toEqual(kindNames.map(() => undefined))
})

/** By Node's code, and by curl's exit code: 60 is a certificate that is not believed, 35 a handshake that failed. */
const seen: Record<KindName, { node: string | RegExp; curl: RegExp; why: RegExp; cure: RegExp }> = {
  expired: {
    ...{ node: 'CERT_HAS_EXPIRED certificate has expired', curl: /^60 / },
    ...{ why: /CN=localhost expired 10 days ago, on \d{4}-/, cure: /its owner must get a new certificate/ },
  },
  'not-yet-valid': {
    ...{ node: 'CERT_NOT_YET_VALID certificate is not yet valid', curl: /^60 / },
    ...{ why: /CN=localhost is not valid before \d{4}-.*, in 36\d days/, cure: /look at the clock of this machine/ },
  },
  'wrong-host': {
    ...{ node: /^ERR_TLS_CERT_ALTNAME_INVALID .*altnames: DNS:elsewhere\.localhost$/, curl: /^60 / },
    ...{
      why: /it is not for localhost; it is for elsewhere\.localhost/,
      cure: /use one of its names, or its owner/,
    },
  },
  'self-signed': {
    ...{ node: /^DEPTH_ZERO_SELF_SIGNED_CERT self-signed certificate/, curl: /^60 / },
    ...{ why: /it is self-signed: nobody but itself says who it is/, cure: /compare its fingerprint with its owner/ },
  },
  'unknown-root': {
    ...{ node: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY unable to get local issuer certificate', curl: /^60 / },
    ...{
      why: /the chain ends at CN=CA of somebody, .* whose issuer, CN=Root CA of somebody, .* is none that this client trusts/,
      cure: /if you know this CA, pass its certificate with --ca FILE/,
    },
  },
  'missing-intermediate': {
    ...{ node: /^UNABLE_TO_VERIFY_LEAF_SIGNATURE unable to verify the first/, curl: /^60 / },
    ...{
      why: /CN=Wirelab local intermediate CA, .* was not sent; without it nothing leads to CN=Wirelab local CA, .* which this client trusts/,
      cure: /its server must send the whole chain/,
    },
  },
  revoked: {
    ...{ node: /^in$/, curl: /^in$/ },
    ...{
      why: /CN=localhost was revoked by its issuer on \d{4}-/,
      cure: /do not talk to it: .*; its owner must make a new key/,
    },
  },
  'weak-key': {
    ...{ node: 'UNSPECIFIED EE certificate key too weak', curl: /^60 / },
    ...{ why: /CN=localhost has an RSA key of 1024 bits; 2048 are the least/, cure: /its owner must make a new key/ },
  },
  'old-protocol': {
    ...{ node: /^(ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION|EPROTO) TLS: tlsv1 alert protocol version$/, curl: /^35 / },
    ...{ why: /it has no TLS 1\.2 or newer/, cure: /its server must be set to TLS 1\.2 and 1\.3/ },
  },
  anonymous: {
    ...{ node: /^(ERR_SSL_[\w/]+ALERT_HANDSHAKE_FAILURE|EPROTO) TLS: .*alert handshake failure$/, curl: /^35 / },
    ...{
      why: /it took none of our suites but one in which nobody is authenticated \(aNULL\), without a certificate: encrypted, but with whom nobody can tell/,
      cure: /its server must show a certificate, and offer AEAD suites with ECDHE/,
    },
  },
}

describe.each(kindNames)('%s', (name) => {
  const { node, curl, why, cure } = seen[name]
  test('Node', async () => {
    const said = expect.stringMatching(node) as string
    expect(await nodeSees(urlOf(name), its.lab.authority!.ca)).toEqual(alike(said))
  })
  test('curl', async () => {
    const said = expect.stringMatching(curl) as string
    expect(await curlSees(urlOf(name), ['--cacert', at('ca.pem')])).toEqual(alike(said))
  })
  // In the folder above its certificates, as at `npm start`.
  const inspect = (...args: string[]) => run(join(its.certs, '..'), 'inspect', ...args)
  test('wirelab inspect wss://… alone says why, and what to do', async () => {
    const { code, out, err } = await inspect(`${urlOf(name).replace('https', 'wss')}/feed/wss`)
    expect([code, err]).toEqual([1, ''])
    expect(out, 'the verdict comes first').toMatch(/^trusted/)
    const [, reason, advice, more] = /^trusted {4}NO: (.*)\n +cure: (.*)\n( +and: )?/m.exec(out) ?? []
    expect([reason, advice]).toEqual([expect.stringMatching(why), expect.stringMatching(cure)])
    expect(more, 'nothing else is wrong').toBe(undefined)
  })
  test('wirelab inspect --json https://…: by the name of the kind', async () => {
    const { code, out, err } = await inspect('--json', urlOf(name))
    expect([code, err]).toEqual([1, ''])
    expect(JSON.parse(out)).toMatchObject({
      ...{ trusted: false, answer: null },
      reasons: [
        { code: name, text: expect.stringMatching(why) as string, cure: expect.stringMatching(cure) as string },
      ],
    })
  })
})

describe.each(transportNames)('wirelab watch --over %s: no second try at who refuses the handshake', (over) => {
  test.each(['anonymous', 'old-protocol'] as const)('%s', async (name) => {
    const { code, out, err } = await run(join(its.certs, '..'), 'watch', '--over', over, urlOf(name))
    expect([code, out]).toEqual([1, ''])
    expect(err.trim().split('\n')).toEqual([
      expect.stringMatching(/ answered, and refused the handshake: (wss: closed with 1006: )?TLS: \S+ alert .*; npx/),
    ])
    expect(err).toContain(`; npx wirelab inspect ${urlOf(name)} says why, and what to do`)
  })
})

describe('revoked: nobody notices who has not got the list', () => {
  const ask = (options: object) =>
    new Promise<string>((resolve) => {
      const asking = request(`${urlOf('revoked')}/feed/polling`, {
        ca: its.lab.authority!.ca,
        agent: false,
        ...options,
      })
      asking.once('response', (response) => resolve(String(response.resume().statusCode)))
      asking.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'error')).end()
    })
  test('Node: `crl`', async () => {
    const lists = readFileSync(at('crl.pem'), 'utf8').split(/(?<=END X509 CRL-----\n)/) // of the intermediate, of the root
    expect([await ask({}), await ask({ crl: lists })]).toEqual(['200', 'CERT_REVOKED'])
  })
  test('curl: --crlfile', async () => {
    const trust = ['--cacert', at('ca.pem')]
    expect(await curlSees(urlOf('revoked'), trust)).toEqual(alike('in'))
    const said = expect.stringMatching(/^60 .*revoked/) as string
    expect(await curlSees(urlOf('revoked'), [...trust, '--crlfile', at('crl.pem')])).toEqual(alike(said))
    expect(await curlSees(its.lab.url, [...trust, '--crlfile', at('crl.pem')])).toEqual(alike('in'))
  })
  test('inspect says when it does not know', async () => {
    const known = await run(tmpdir(), 'inspect', '--ca', at('ca.pem'), its.lab.url)
    expect([known.code, known.out]).toEqual([0, expect.stringMatching(/^revoked {4}no: it is not on the list/m)])
    const alone = join(its.certs, '../ca.pem') // without a list beside it
    copyFileSync(at('ca.pem'), alone)
    const unknown = await run(tmpdir(), 'inspect', '--ca', alone, urlOf('revoked'))
    expect([unknown.code, unknown.out]).toEqual([
      0,
      expect.stringMatching(/^revoked {4}unknown: no list of its issuer/m),
    ])
  })
  test('the next start has the same certificate, and the list is as long as before', async () => {
    const revoked = () => readLists(readFileSync(at('crl.pem'), 'utf8')).flatMap(({ entries }) => entries)
    const [before, pem] = [revoked(), readFileSync(at('revoked.pem'), 'utf8')]
    expect(await (await startBroken(its)).close()).toEqual({ forced: false })
    expect([before.length, revoked().length, readFileSync(at('revoked.pem'), 'utf8')]).toEqual([1, 1, pem])
  })
})

describe('what they serve is the feed', () => {
  test.each(transportNames)('by %s, to who does not look at the list', async (transport) => {
    const follower = follow(its.lab, { transport, port: Number(new URL(urlOf('revoked')).port) })
    await open(follower)
    await publish(its.lab, 2)
    await follower.until(() => follower.events.length === 2, 'two events')
    await follower.close()
  })
  const ask = (path: string, headers: Record<string, string> = {}, url = urlOf('revoked')) =>
    new Promise<{ status?: number; cookies: number; body: string }>((resolve, reject) => {
      const options = { ca: its.lab.authority!.ca, agent: false, headers }
      request(url + path, options, (response) => {
        const { statusCode: status = 0, headers } = response
        const cookies = headers['set-cookie']?.length ?? 0
        response
          .setEncoding('utf8')
          .toArray()
          .then((chunks: string[]) => resolve({ status, cookies, body: chunks.join('') }), reject)
      })
        .once('error', reject)
        .end()
    })
  test('a page that says what happened, and gives no session; another site reads nothing', async () => {
    expect(await ask('/')).toEqual({
      ...{ status: 200, cookies: 0 },
      body: expect.stringMatching(/broken on purpose: its issuer has taken[^]*Cure: get a new certificate/) as string,
    })
    expect((await ask('/metrics')).status).toBe(404)
    expect((await ask('/feed/polling', { origin: 'https://evil.example' })).status).toBe(403)
    expect((await ask('/feed/polling', { origin: its.lab.url })).status).toBe(200)
  })
  test('of the wrong host by its right name: the cure that inspect names', async () => {
    const url = urlOf('wrong-host')
    const { port } = new URL(url)
    const status = await new Promise((resolve, reject) => {
      const right = { servername: 'elsewhere.localhost', headers: { host: `elsewhere.localhost:${port}` } }
      request(`${url}/feed/polling`, { ca: its.lab.authority!.ca, agent: false, ...right })
        .once('response', (response) => resolve(response.resume().statusCode))
        .once('error', reject)
        .end()
    })
    expect(status).toBe(200)
    const inspected = await run(join(its.certs, '..'), 'inspect', url.replace('localhost', 'elsewhere.localhost'))
    expect([inspected.code, inspected.out]).toEqual([0, expect.stringMatching(/^trusted {4}yes: [^]*HTTP: 200/)])
  })
  test('to who has the key, where the lab is closed', async () => {
    const closed = await startBroken({ ...its, auth: 'required' })
    const { url } = closed.servers.find(({ name }) => name === 'revoked')!
    const authorization = `Bearer ${its.lab.publishKey}`
    expect((await ask('/feed/polling', {}, url)).status).toBe(401)
    expect((await ask('/feed/polling', { authorization }, url)).status).toBe(200)
    expect(await closed.close()).toEqual({ forced: false })
  })
})

describe('starting them', () => {
  test('on loopback only', async () => {
    for (const host of ['localhost', '127.0.0.1', '127.3.2.1', '::1'])
      expect([host, isLoopback(host)]).toEqual([host, true])
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'lab.example', '127.0.0.1.example', '1270.0.0.1'])
      expect([host, isLoopback(host)]).toEqual([host, false])
    await expect(startBroken({ ...its, host: '0.0.0.0' })).rejects.toThrow(/loopback only/)
    const { code, out, err } = await run(join(its.certs, '..'), 'serve', '--broken', '--host', '0.0.0.0')
    expect([code, out, err.trim().split('\n')]).toEqual([
      2,
      '',
      [expect.stringMatching(/--broken is for loopback only/)],
    ])
  })
  test('on ports in a row, where one is given', async () => {
    // Of ten any may be taken: then ten others are tried.
    for (let tries = 1; ; tries++) {
      const port = 20_000 + Math.floor(Math.random() * 10_000)
      const { servers, close } = await startBroken({ ...its, port }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRINUSE' || tries > 10) throw error
        return { servers: [], close: async () => undefined }
      })
      await close()
      if (servers.length === 0) continue
      expect(servers.map(({ url }) => Number(new URL(url).port) - port)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
      return
    }
  })
  test('a port that is taken is said in one line, and nothing stays open', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const { code, out, err } = await run(join(its.certs, '..'), 'serve', '--port', '0', '--broken', String(port - 1))
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/^wirelab: port \d+ is taken by another program; .*--broken \(0 = any\)\n$/)
    other.close()
  })
  test('by the command: off by default; with --broken a list to go on with; SIGTERM ends it all', async () => {
    const said = async (...flags: string[]) => {
      const { child, seen, ended } = start(join(its.certs, '..'), ['serve', '--port', '0', ...flags])
      while (!seen.out.includes('Stop ') && seen.code === null) await sleep(20)
      child.kill('SIGTERM')
      expect((await ended).code).toBe(0)
      return seen.out
    }
    expect(await said()).not.toMatch(/Broken/)
    const out = await said('--broken', '0')
    expect(out).toMatch(/npx wirelab inspect URL\n/)
    const listed = [...out.matchAll(/^ {2}([a-z-]+) +https:\/\/localhost:\d+$/gm)].map(([, name]) => name)
    expect(listed).toEqual(kindNames)
  })
})

test.each(kindNames)('docs/broken.md says of %s what the servers say', (name) => {
  const { wrong, cure } = kindOf(name)
  const page = readFileSync(join(import.meta.dirname, '../docs/broken.md'), 'utf8')
  expect(page.split('\n')).toContain(`| ${name} | ${wrong} | ${cure} |`)
})
