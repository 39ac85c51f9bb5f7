// Lists of revoked certificates (RFC 5280 §5): one of each authority, for a verifier that looks at the whole chain asks for all.
import type { X509Certificate } from 'node:crypto'
import 'reflect-metadata' // what x509 needs before it loads
import { AsnConvert } from '@peculiar/asn1-schema'
import { CRLNumber, id_ce_cRLNumber } from '@peculiar/asn1-x509'
import * as x509 from '@peculiar/x509'
import { isIssuedBy } from './chain.ts'
import { readText, writeWhole } from './files.ts'
import type { Credentials } from './issue.ts'
import { SIGNING, importKey } from './keys.ts'

const DAY_MS = 86_400_000
/** A list that has ended makes every certificate as good as revoked; the running lab looks every 12 h. */
const LIST = { days: 30, renewDays: 10 }
/** RFC 7468 §6; the library writes another one. */
const LABEL = 'X509 CRL'

/** Reads the lists of these authorities, or makes them, or makes them anew: what they revoke stays. @returns them as PEM, in this order. */
export async function openLists(path: string, authorities: Credentials[]): Promise<string[]> {
  const before = readLists((await readText(path)) ?? '')
  const lists = await Promise.all(
    authorities.map(async (authority) => {
      const list = await listOf(before, authority)
      return list && isFresh(list) ? list : makeList(authority, list)
    }),
  )
  return keep(path, before, lists)
}

export interface Revoked {
  since: Date
  /** It was on the list before. */
  already: boolean
}

/** Puts a certificate on the list of its issuer. */
export async function revokeSerial(path: string, issuer: Credentials, serialNumber: string): Promise<Revoked> {
  const before = readLists((await readText(path)) ?? '')
  const list = await listOf(before, issuer)
  const known = list?.findRevoked(serialNumber)
  if (known) return { since: known.revocationDate, already: true }
  const revocationDate = new Date(Math.floor(Date.now() / 1000) * 1000) // as exact as a list has it
  const next = await makeList(issuer, list, { serialNumber, revocationDate })
  await keep(path, before, [next, ...before.filter((each) => each !== list)])
  return { since: revocationDate, already: false }
}

/** All lists of a text. @throws Error when one of them cannot be read. */
export function readLists(pem: string): x509.X509Crl[] {
  return x509.PemConverter.decodeWithHeaders(pem)
    .filter(({ type }) => type === LABEL)
    .map(({ rawData }) => new x509.X509Crl(rawData))
}

/** What a list is not for any more, or not yet: somebody may have been revoked since. */
export interface Stale {
  from: Date
  to: Date | undefined
}

/**
 * Since when a certificate is on one of these lists. A list counts when the certificate's issuer, one of these, has signed it; of two the
 * newest. Who is on it stays revoked, however old it is.
 * @returns null when it is not on that list; undefined when there is no such list, or `Stale`: nothing is known then.
 */
export async function revokedSince(
  pem: string,
  certificate: X509Certificate,
  issuers: X509Certificate[],
  now = Date.now(),
): Promise<Date | Stale | null | undefined> {
  const issuer = issuers.find((each) => each !== certificate && isIssuedBy(certificate, each))
  if (!issuer) return undefined
  const newestFirst = readLists(pem).toSorted((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime())
  const list = await listOf(newestFirst, { cert: issuer.toString() })
  if (!list) return undefined
  const { thisUpdate: from, nextUpdate: to } = list
  const since = list.findRevoked(certificate.serialNumber)?.revocationDate
  if (since) return since
  return from.getTime() <= now && (to === undefined || now < to.getTime()) ? null : { from, to }
}

async function listOf(lists: x509.X509Crl[], { cert }: Pick<Credentials, 'cert'>): Promise<x509.X509Crl | undefined> {
  const publicKey = new x509.X509Certificate(cert)
  for (const list of lists) if (list.issuer === publicKey.subject && (await list.verify({ publicKey }))) return list
  return undefined
}

const isFresh = ({ nextUpdate }: x509.X509Crl) =>
  nextUpdate !== undefined && nextUpdate.getTime() - Date.now() > LIST.renewDays * DAY_MS

interface Entry {
  serialNumber: string
  revocationDate: Date
}

async function makeList(issuer: Credentials, before?: x509.X509Crl, ...more: Entry[]): Promise<x509.X509Crl> {
  const { subjectName, publicKey } = new x509.X509Certificate(issuer.cert)
  const entries = (before?.entries ?? []).map(({ serialNumber, revocationDate }) => ({ serialNumber, revocationDate }))
  const number = new CRLNumber(before ? numberOf(before) + 1 : 1)
  const now = Date.now()
  return x509.X509CrlGenerator.create({
    issuer: subjectName,
    thisUpdate: new Date(now - DAY_MS), // for clocks that are a little behind, as in certificates
    nextUpdate: new Date(now + LIST.days * DAY_MS),
    signingAlgorithm: SIGNING,
    signingKey: await importKey(issuer.key),
    entries: [...entries, ...more],
    extensions: [
      await x509.AuthorityKeyIdentifierExtension.create(publicKey),
      new x509.Extension(id_ce_cRLNumber, false, AsnConvert.serialize(number)),
    ],
  })
}

function numberOf(list: x509.X509Crl): number {
  const extension = list.getExtension(id_ce_cRLNumber)
  return extension ? AsnConvert.parse(extension.value, CRLNumber).value : 0
}

async function keep(path: string, before: x509.X509Crl[], lists: x509.X509Crl[]): Promise<string[]> {
  const pem = ({ rawData }: x509.X509Crl) => `${x509.PemConverter.encode(rawData, LABEL)}\n`
  const texts = lists.map(pem)
  if (texts.join('') !== before.map(pem).join('')) await writeWhole(path, texts.join(''))
  return texts
}
