// `wirelab certs` as a person uses it: what it makes is what OpenSSL takes, and what it refuses it says in one line.
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'wirelab-certs-command-'))
afterAll(() => rmSync(folder, { recursive: true }))
const wirelab = (...args: string[]) => run(folder, ...args)
const at = (name: string) => join(folder, 'certs', name)
const read = (name: string) => readFileSync(at(name), 'utf8')

/** @returns what it says, on either stream. */
function openssl(...args: string[]): string {
  try {
    return execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return stdout + stderr
  }
}
const chainOf = ['-CAfile', 'certs/ca.pem', '-untrusted', 'certs/intermediate.pem']

beforeAll(async () => {
  expect((await wirelab('certs', 'issue', 'lab.localhost', '127.0.0.2', '--days', '7', '--key', 'rsa')).err).toBe('')
  expect((await wirelab('certs', 'issue', 'alice', '--client')).err).toBe('')
}, 60_000)

describe('issue', () => {
  test('for a server: its names, days and key type; the intermediate follows; only the owner reads the key', () => {
    const leaf = new X509Certificate(read('lab.localhost.pem'))
    expect(leaf.subjectAltName).toBe('DNS:lab.localhost, IP Address:127.0.0.2')
    expect(leaf.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048)
    expect(Math.round((leaf.validToDate.getTime() - Date.now()) / 86_400_000)).toBe(7)
    expect(read('lab.localhost.pem').match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
    expect(statSync(at('lab.localhost-key.pem')).mode & 0o777).toBe(0o600)
    expect(openssl('verify', ...chainOf, '-purpose', 'sslserver', 'certs/lab.localhost.pem')).toMatch(/: OK/)
  })
  test('for a client: OpenSSL takes it as one, and not as a server', () => {
    expect(openssl('verify', ...chainOf, '-purpose', 'sslclient', 'certs/alice.pem')).toMatch(/: OK/)
    expect(openssl('verify', ...chainOf, '-purpose', 'sslserver', 'certs/alice.pem')).toMatch(/unsuitable|purpose/)
  })
  test.each([
    [['issue', 'example.com'], /may sign for localhost, 127\.0\.0\.0\/8, ::1\/128 and not for example\.com; "wirelab certs --name example\.com"/], // prettier-ignore
    [['issue', 'alice.example.com', '--client'], /not for alice\.example\.com/],
    [['issue', 'a', 'b', '--client'], /expected one name/],
    [['issue', '../x', '--client'], /no name of letters/],
    [['issue', 'a_b'], /no host name/],
    [['issue', 'alice', '--client'], /alice\.pem is there already/],
    [['issue', 'x.localhost', '--days', '0'], /whole number from 1 to 730/],
    [['issue', 'x.localhost', '--key', 'dsa'], /ecdsa, rsa/],
    [['issue', 'x.localhost', '--crl-url', 'file:x'], /expected http/],
    [['issue'], /missing required argument/],
    [['revoke', 'nothing.pem'], /cannot read nothing\.pem \(ENOENT\)/],
    [['revoke', 'certs/ca.pem'], /not by this intermediate/],
    [['revoke', 'certs/alice-key.pem'], /expected a certificate/],
    [['revoke', '1234'], /no file, and no serial number of this authority: those have 32 hexadecimal digits/],
    [['revoke', 'ab'.repeat(17)], /no serial number of this authority/],
    [['convert', 'certs/lab.localhost.pem', 'x.der'], /there are 2 PEM blocks/],
    [['convert', 'a-note', 'x.pem'], /neither PEM nor/],
    [['convert', 'certs/ca.pem', 'certs/ca.pem'], /certs\/ca\.pem is there already; remove it, or choose another name/],
    [['convert', 'certs/ca.pem', 'a-note'], /a-note is there already/],
    [['chain', 'certs/ca.pem', 'certs/server.pem'], /the first is an authority, CN=Wirelab local CA/],
    [['chain', 'certs/server.pem', 'certs/ca.pem', 'certs/alice.pem'], /certificate 3, CN=Wirelab local CA, .* but CN=alice follows/], // prettier-ignore
    [['chain', '--sort', 'certs/server.pem', 'certs/alice.pem'], /expected one chain/],
    [['nonsense'], /too many arguments|unknown command/],
  ])('%j is refused in one line', async (args, why) => {
    writeFileSync(join(folder, 'a-note'), 'a note')
    const { code, out, err } = await wirelab('certs', ...args)
    expect(err).toMatch(why)
    expect([code, out, err.trim().split('\n').length]).toEqual([2, '', 1])
    expect(existsSync(at('x.localhost.pem'))).toBe(false)
  })
  test('another name makes another CA that may sign for it, and says so', async () => {
    const before = await wirelab('certs', '--certs', 'wide')
    expect(before.out).not.toMatch(/The CA is a new one/)
    const { out } = await wirelab('certs', '--certs', 'wide', '--name', 'lab.example')
    expect(out).toMatch(/The CA is a new one, to be trusted anew: the one before may not sign for lab\.example\./)
    expect((await wirelab('certs', 'issue', 'a.lab.example', '--certs', 'wide')).code).toBe(0)
    expect((await wirelab('certs', '--certs', 'wide')).out).not.toMatch(/The CA is a new one/)
  }, 30_000)
})

describe('an authority that is not whole', () => {
  const spoilt = (...args: string[]) => wirelab('certs', ...args, '--certs', 'spoilt')
  const path = (name: string) => join(folder, 'spoilt', name)
  test('a CA that cannot be read is refused by all, and nothing is made anew', async () => {
    expect((await spoilt()).code).toBe(0)
    const key = readFileSync(path('ca-key.pem'), 'utf8')
    writeFileSync(path('ca.pem'), 'garbage')
    for (const args of [[], ['issue', 'x.localhost'], ['revoke', 'certs/alice.pem'], ['crl']])
      expect(await spoilt(...args)).toEqual({
        ...{ code: 2, out: '' },
        err: 'wirelab: spoilt/ca.pem is not a certificate in PEM; put back the one that you trust, or begin anew: wirelab certs --certs spoilt --remove\n',
      })
    expect([readFileSync(path('ca.pem'), 'utf8'), readFileSync(path('ca-key.pem'), 'utf8')]).toEqual(['garbage', key])
  }, 30_000)
  test('so is one without its key: what it was is not known', async () => {
    await spoilt('--remove')
    mkdirSync(join(folder, 'spoilt'), { recursive: true })
    writeFileSync(path('ca.pem'), 'garbage')
    expect(await spoilt()).toMatchObject({
      code: 2,
      err: expect.stringContaining('not a certificate in PEM') as string,
    })
    expect(readFileSync(path('ca.pem'), 'utf8')).toBe('garbage')
    rmSync(path('ca.pem'))
  })
  test.each(['ca', 'intermediate', 'server'])(
    '%s.pem of somebody else is neither written over nor removed',
    async (name) => {
      mkdirSync(join(folder, 'foreign'))
      const [pem, key] = [`foreign/${name}.pem`, `foreign/${name}-key.pem`]
      openssl(...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'], '-keyout', key, '-out', pem, '-subj', '/CN=My own CA') // prettier-ignore
      const read = () => [pem, key].map((file) => readFileSync(join(folder, file), 'utf8'))
      const before = read()
      for (const args of [['certs'], ['certs', '--remove'], ['serve', '--port', '0']])
        expect(await wirelab(...args, '--certs', 'foreign')).toEqual({
          ...{ code: 2, out: '' },
          err: `wirelab: ${pem} was not made by wirelab; it is left as it is. Choose another folder with --certs\n`,
        })
      expect(read()).toEqual(before)
      expect(readdirSync(join(folder, 'foreign')).toSorted()).toEqual([`${name}-key.pem`, `${name}.pem`])
      rmSync(join(folder, 'foreign'), { recursive: true })
    },
    30_000,
  )
  test.each([
    ['ca-key.pem', 'the key of the one before was gone'],
    ['ca.pem', 'of the one before only the key was left'],
  ])(
    'a CA without its %s is made anew, and whoever asked for something else is told',
    async (name, why) => {
      await spoilt('--remove')
      expect((await spoilt()).out).not.toMatch(/The CA is a new one/)
      rmSync(path(name))
      const { code, err } = await spoilt('crl')
      expect([code, err]).toEqual([0, `The CA is a new one, to be trusted anew: ${why}.\n`])
      expect((await spoilt('crl')).err).toBe('')
    },
    30_000,
  )
  test.runIf(existsSync('/proc/self'))(
    'a place where nothing can be made is said, and not tried for ever',
    async () => {
      const { code, err } = await wirelab('certs', '--certs', '/proc/nothing/here')
      expect([code, err]).toEqual([2, 'wirelab: /proc/nothing/here cannot be written; choose another --certs\n'])
    },
  )
})

test('revoke and crl: OpenSSL refuses what is on the list and nothing else', async () => {
  const check = (name: string) =>
    openssl('verify', ...chainOf, '-CRLfile', 'certs/crl.pem', '-crl_check_all', `certs/${name}`)
  expect((await wirelab('certs', 'issue', 'bob', '--client')).code).toBe(0)
  expect(check('bob.pem')).toMatch(/: OK/)
  const serial = new X509Certificate(read('bob.pem')).serialNumber.toLowerCase()
  const revoked = await wirelab('certs', 'revoke', 'certs/bob.pem')
  expect(revoked.out).toMatch(new RegExp(`^${serial} is revoked since .*, in certs/crl\\.pem\\n.*SIGHUP`))
  expect(check('bob.pem')).toMatch(/certificate revoked/)
  expect(check('alice.pem')).toMatch(/: OK/)
  expect((await wirelab('certs', 'crl')).out).toMatch(
    new RegExp(`intermediate CA[^]*revoked +${serial} +since[^]*none`),
  )
  expect((await wirelab('certs')).out).toMatch(new RegExp(`bob\\.pem\\n[^]*serial +${serial} +REVOKED`))
  // Twice is once; a serial number does as well; the number of the list goes up.
  const since = /since .*/.exec(revoked.out)![0]
  expect((await wirelab('certs', 'revoke', serial.toUpperCase())).out.split('\n').slice(0, 2)).toEqual([
    `${serial} was revoked already, ${since}`,
    'It is that of certs/bob.pem.',
  ])
  // Of a number that is nobody's here it says so: it may be a typing error, and somebody is not revoked who should be.
  const strange = await wirelab('certs', 'revoke', 'ab:cd'.repeat(8))
  expect(strange.out).toMatch(/^(abcd){8} is revoked since .*\nNo certificate in certs has this number: is it right\?/)
  expect((await wirelab('certs', 'revoke', new X509Certificate(read('ca.pem')).serialNumber)).out).toMatch(
    /\nNo certificate in certs/,
  )
  expect(openssl('crl', '-in', 'certs/crl.pem', '-noout', '-crlnumber')).toMatch(/0*4\s*$/i)
}, 60_000)

test('--remove says what it leaves: certificates and keys that issue made, and those of others', async () => {
  expect((await wirelab('certs', 'issue', 'carol', '--client', '--certs', 'gone')).code).toBe(0)
  writeFileSync(join(folder, 'gone', 'notes.txt'), 'no certificate')
  const { out } = await wirelab('certs', '--remove', '--certs', 'gone')
  expect(out).toMatch(/^removed gone\/ca\.pem$/m)
  expect(out.match(/^left .*/gm)).toEqual(['left    gone/carol-key.pem', 'left    gone/carol.pem'])
  expect(out).toMatch(/What is left was made by "certs issue", or by you\. Its authority is gone/)
  expect(existsSync(join(folder, 'gone', 'carol-key.pem'))).toBe(true)
}, 30_000)

test('convert: there and back is the same, and OpenSSL reads it', async () => {
  for (const [name, label] of [
    ['ca.pem', 'CERTIFICATE'],
    ['ca-key.pem', 'PRIVATE KEY'],
  ] as const) {
    const [der, pem] = [`${name}.der`, `again-${name}`]
    const there = await wirelab('certs', 'convert', `certs/${name}`, der)
    expect(there.out).toMatch(new RegExp(`^${der}: ${label} in DER, \\d+ bytes\n$`))
    expect((await wirelab('certs', 'convert', der, pem)).out).toMatch(`${pem}: ${label} in PEM`)
    expect(readFileSync(join(folder, pem), 'utf8').trim()).toBe(read(name).trim())
    expect(statSync(join(folder, pem)).mode & 0o777).toBe(label === 'PRIVATE KEY' ? 0o600 : 0o644)
  }
  await wirelab('certs', 'convert', 'certs/ca.pem', 'ca.der')
  expect(openssl('x509', '-inform', 'DER', '-in', 'ca.der', '-noout', '-subject')).toMatch(/Wirelab local CA/)
}, 30_000)

test('chain: in order it is one PEM; --sort makes the order', async () => {
  const whole = await wirelab('certs', 'chain', 'certs/server.pem', 'certs/ca.pem')
  expect([whole.code, whole.out.match(/BEGIN CERTIFICATE/g)!.length]).toEqual([0, 3])
  const sorted = await wirelab('certs', 'chain', '--sort', 'certs/ca.pem', 'certs/server.pem')
  expect(sorted.out).toBe(whole.out)
}, 30_000)

test.each([['show'], ['issue'], ['revoke'], ['crl'], ['convert'], ['chain']])('%s --help', async (name) => {
  const { code, out } = await wirelab('certs', name, '--help')
  expect([code, out]).toEqual([0, expect.stringMatching(new RegExp(`^Usage: wirelab certs ${name} [^]*--certs <directory>`))]) // prettier-ignore
  expect(out, 'deleting it all is no option of this').not.toMatch(/--remove/)
})
