// Makes one certificate, of any kind: for a server, a client or an authority; and wrong ones, for whoever shows what is refused.
import { isIP } from 'node:net'
import 'reflect-metadata' // what x509 needs before it loads
import * as x509 from '@peculiar/x509'
import { constraints } from './constraints.ts'
import { SIGNING, exportKey, importKey, makeKeys } from './keys.ts'
import type { KeyType } from './keys.ts'

export interface Credentials {
  /** PEM: the certificate, then each that is needed to get to the root, which is not in it (RFC 8446 §4.4.2). */
  cert: string
  key: string
}

export interface Order {
  /** `server` and `client` differ in what the key may be used for; an `authority` signs others. */
  kind: 'server' | 'client' | 'authority'
  /** Host names and addresses (subject alternative names): what a client holds the certificate against. */
  names?: string[]
  /** The common name; the first of `names` without it. */
  subject?: string
  /** Who signs; without one it signs itself. Its own chain follows in what is made. */
  issuer?: Credentials
  /** From now on; never longer than the issuer. */
  days?: number
  /** Default a day ago: a clock that is a little behind must not refuse it. */
  notBefore?: Date
  /** Instead of `days`, and even later than the issuer's. */
  notAfter?: Date
  keyType?: KeyType
  /** Default 2048. */
  rsaBits?: number
  /** How many authorities may stand between this one and what a server shows. */
  pathLength?: number
  /** For which names an authority may sign (certs/constraints.ts); without them, for all. */
  permitted?: string[]
  /** Where the list of those that are revoked is to be had. */
  crlUrl?: string
}

const DAY_MS = 86_400_000
const { keyCertSign, cRLSign, digitalSignature } = x509.KeyUsageFlags

/**
 * What is wrong on purpose is asked for as well: `notAfter` in the past, `notBefore` in the future, `names` of another host (one that the
 * root permits, like `elsewhere.localhost`: of another the constraint is what is broken), no `issuer` (self-signed), an `issuer` that
 * nobody trusts, `rsaBits: 1024`; `withoutChain` makes the intermediate missing.
 * @throws Error when the issuer's key cannot sign.
 */
export async function issue(order: Order): Promise<Credentials> {
  const { kind, names = [], subject = names[0] ?? '', issuer, keyType = 'ecdsa', rsaBits } = order
  const keys = await makeKeys(keyType, rsaBits)
  const signer = issuer && new x509.X509Certificate(issuer.cert)
  const name = new x509.Name([{ CN: [subject] }, ...(kind === 'authority' ? [{ O: ['Wirelab'] }] : [])])
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: name,
    issuer: signer?.subjectName ?? name,
    ...validity(order, signer?.notAfter),
    signingAlgorithm: SIGNING,
    publicKey: keys.publicKey,
    signingKey: issuer ? await importKey(issuer.key) : keys.privateKey,
    extensions: [
      ...(kind === 'authority' ? ofAuthority(order) : ofLeaf(kind, names)),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ...(signer ? [await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey)] : []),
      ...(order.crlUrl === undefined ? [] : [new x509.CRLDistributionPointsExtension([order.crlUrl])]),
    ],
  })
  const above = issuer && signer && signer.subject !== signer.issuer ? issuer.cert : ''
  return { cert: `${certificate.toString('pem')}\n${above}`, key: await exportKey(keys.privateKey) }
}

/** The same without those above it: a client that does not have the intermediate cannot get to the root. */
export function withoutChain({ cert, key }: Credentials): Credentials {
  return { cert: new x509.X509Certificate(cert).toString('pem') + '\n', key }
}

const ofAuthority = ({ pathLength, permitted }: Order): x509.Extension[] => [
  new x509.BasicConstraintsExtension(true, pathLength, true),
  new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
  ...(permitted ? [constraints(permitted)] : []),
]

const ofLeaf = (kind: 'server' | 'client', names: string[]): x509.Extension[] => [
  new x509.BasicConstraintsExtension(false, undefined, true),
  new x509.KeyUsagesExtension(digitalSignature, true), // all that TLS 1.3 and (EC)DHE need of it
  new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[kind === 'server' ? 'serverAuth' : 'clientAuth']]),
  ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names.map(generalName))] : []),
]

const generalName = (value: string) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })

function validity({ days = 90, notBefore, notAfter }: Order, notLaterThan = new Date(8.64e15)) {
  const now = Date.now()
  return {
    notBefore: notBefore ?? new Date(now - DAY_MS),
    notAfter: notAfter ?? new Date(Math.min(now + days * DAY_MS, notLaterThan.getTime())),
  }
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets. */
function serial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[0]! &= 0x7f
  return Buffer.from(bytes).toString('hex')
}
