// The local certificate authority: made on first start, so that everything here runs on real, verified TLS.
import { X509Certificate as NodeCertificate, createPrivateKey } from 'node:crypto'
import { isIP } from 'node:net'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lock } from 'proper-lockfile'
import 'reflect-metadata' // what x509 needs before it loads
import * as x509 from '@peculiar/x509'

export interface Credentials {
  /** PEM; the leaf first. */
  cert: string
  key: string
}

export interface Authority {
  caPath: string
  ca: string
  leaf: Credentials
  /** What this call wrote, for the person at the terminal. */
  wrote: ('ca' | 'leaf')[]
}

const DAY_MS = 86_400_000
const CA = { days: 730, renewDays: 60 }
const LEAF = { days: 90, renewDays: 30 }
const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' }
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' }
export const files = { ca: 'ca.pem', caKey: 'ca-key.pem', cert: 'server.pem', key: 'server-key.pem' } as const

/**
 * Reads the authority in `directory`, or makes it; the leaf is made anew when it is near its end or lacks one of `names`.
 * A key and a certificate that do not belong together are made anew, both.
 * @throws Error when the directory cannot be written.
 */
export async function openAuthority(directory: string, names: string[]): Promise<Authority> {
  await mkdir(directory, { recursive: true })
  // Two labs that start at once must not each make a CA and mix the files.
  const release = await lock(directory, {
    lockfilePath: join(directory, '.lock'),
    stale: 5000, // less than all retries take together: what a crash left behind never fails a start
    retries: { retries: 50, minTimeout: 50, maxTimeout: 200 },
  })
  try {
    return await openLocked(directory, names)
  } finally {
    await release()
  }
}

async function openLocked(directory: string, names: string[]): Promise<Authority> {
  const path = (name: keyof typeof files) => join(directory, files[name])
  const wrote: Authority['wrote'] = []

  let ca = await readPair(path('ca'), path('caKey'))
  if (!ca || isNearEnd(ca.cert, CA.renewDays)) {
    ca = await makeCa()
    await writePair(ca, path('ca'), path('caKey'))
    wrote.push('ca')
  }
  const issuer = ca
  let leaf = await readPair(path('cert'), path('key'))
  if (
    !leaf ||
    isNearEnd(leaf.cert, LEAF.renewDays) ||
    !covers(leaf.cert, names) ||
    !isIssuedBy(leaf.cert, issuer.cert)
  ) {
    leaf = await makeLeaf(issuer, names)
    await writePair(leaf, path('cert'), path('key'))
    wrote.push('leaf')
  }
  return { caPath: path('ca'), ca: issuer.cert, leaf, wrote }
}

/** Removes what `openAuthority` wrote. @returns the paths that were there. */
export async function removeAuthority(directory: string): Promise<string[]> {
  const removed: string[] = []
  for (const name of Object.values(files)) {
    const path = join(directory, name)
    if ((await readText(path)) === undefined) continue
    await rm(path)
    removed.push(path)
  }
  return removed
}

/** Whether a certificate is valid for every one of these names and addresses. */
function covers(pem: string, names: string[]): boolean {
  const certificate = new NodeCertificate(pem)
  return names.every((name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined)
}

async function makeCa(): Promise<Credentials> {
  const keys = await crypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: 'CN=Wirelab local CA, O=Wirelab',
    ...validity(CA.days),
    signingAlgorithm: SIGNING,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { cert: certificate.toString('pem') + '\n', key: await exportKey(keys.privateKey) }
}

async function makeLeaf(ca: Credentials, names: string[]): Promise<Credentials> {
  const keys = await crypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify'])
  const issuer = new x509.X509Certificate(ca.cert)
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${names[0]}`,
    issuer: issuer.subject,
    ...validity(LEAF.days, issuer.notAfter),
    signingAlgorithm: SIGNING,
    publicKey: keys.publicKey,
    signingKey: (await importKeys(ca.key)).privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { cert: certificate.toString('pem') + '\n', key: await exportKey(keys.privateKey) }
}

function validity(days: number, notLaterThan = new Date(8.64e15)) {
  const notBefore = new Date(Date.now() - DAY_MS) // a clock that is a little behind must not refuse it
  return { notBefore, notAfter: new Date(Math.min(Date.now() + days * DAY_MS, notLaterThan.getTime())) }
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets. */
function serial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[0]! &= 0x7f
  return Buffer.from(bytes).toString('hex')
}

function isNearEnd(pem: string, days: number): boolean {
  return new NodeCertificate(pem).validToDate.getTime() - Date.now() < days * DAY_MS
}

function isIssuedBy(pem: string, issuerPem: string): boolean {
  return new NodeCertificate(pem).verify(new NodeCertificate(issuerPem).publicKey)
}

async function exportKey(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY') + '\n'
}

async function importKeys(pem: string): Promise<CryptoKeyPair> {
  const [der] = x509.PemConverter.decode(pem)
  const privateKey = await crypto.subtle.importKey('pkcs8', der!, KEY_ALGORITHM, true, ['sign'])
  const { d: _, ...jwk } = await crypto.subtle.exportKey('jwk', privateKey)
  const publicKey = await crypto.subtle.importKey('jwk', { ...jwk, key_ops: ['verify'] }, KEY_ALGORITHM, true, [
    'verify',
  ])
  return { privateKey, publicKey }
}

async function readPair(certPath: string, keyPath: string): Promise<Credentials | undefined> {
  const [cert, key] = [await readText(certPath), await readText(keyPath)]
  if (cert === undefined || key === undefined) return undefined
  await chmod(keyPath, 0o600)
  return belongTogether(cert, key) ? { cert, key } : undefined
}

/** After a crash between two renames, or a key copied from elsewhere, they do not. */
function belongTogether(cert: string, key: string): boolean {
  try {
    return new NodeCertificate(cert).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false // no PEM, half of one, or one that needs a passphrase: nothing we could serve with
  }
}

async function writePair({ cert, key }: Credentials, certPath: string, keyPath: string) {
  for (const [path, text, mode] of [
    [keyPath, key, 0o600],
    [certPath, cert, 0o644],
  ] as const) {
    await rm(`${path}.new`, { force: true }) // left by a crash, it would keep its own mode
    await writeFile(`${path}.new`, text, { mode, flag: 'wx' })
    await rename(`${path}.new`, path)
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
