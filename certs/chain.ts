// Chains of certificates: reading them, telling what is wrong with their order, and putting them in order.
import { X509Certificate } from 'node:crypto'

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** All certificates of a file, PEM or DER, in its order. @throws Error when there is none. */
export function readCertificates(content: Buffer): X509Certificate[] {
  const text = content.toString('latin1')
  if (!text.includes('-----BEGIN ')) return [new X509Certificate(content)]
  const found = text.match(PEM) ?? []
  if (found.length === 0) throw new Error('there is no CERTIFICATE in it')
  return found.map((pem) => new X509Certificate(pem))
}

export function isCertificate(pem: string): boolean {
  try {
    return Boolean(new X509Certificate(pem))
  } catch {
    return false
  }
}

/** By name and key identifier, and by the signature, which alone proves it. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

export const isSelfIssued = (certificate: X509Certificate) => certificate.subject === certificate.issuer

/** `CN=localhost, O=…` in one line. */
export const inOneLine = (name: string) => name.replaceAll('\n', ', ')

/** RFC 8446 §4.4.2: the server's own first, each next one certifies the one before. @returns what is against it. */
export function flawOf(chain: X509Certificate[]): string | undefined {
  const [first] = chain
  if (first?.ca && chain.length > 1)
    return `the first is an authority, ${inOneLine(first.subject)}; a server’s own certificate comes first`
  for (const [i, certificate] of chain.entries()) {
    const next = chain[i + 1]
    if (!next || isIssuedBy(certificate, next)) continue
    const [subject, issuer] = [inOneLine(certificate.subject), inOneLine(certificate.issuer)]
    return `certificate ${i + 1}, ${subject}, is issued by ${issuer}, but ${inOneLine(next.subject)} follows it`
  }
  return undefined
}

/** @throws Error when they are not one chain. */
export function sorted(given: X509Certificate[]): X509Certificate[] {
  const certificates = [...new Map(given.map((each) => [each.fingerprint256, each])).values()]
  const rest = new Set(certificates)
  const issuerOf = (certificate: X509Certificate) =>
    [...rest].find((other) => other !== certificate && isIssuedBy(certificate, other))
  const leaves = certificates.filter((each) => !certificates.some((other) => other !== each && isIssuedBy(other, each)))
  const [leaf] = leaves
  if (!leaf || leaves.length > 1)
    throw new Error(`expected one chain, but ${leaves.length} certificates have signed none of the others`)
  const chain: X509Certificate[] = []
  for (let next: X509Certificate | undefined = leaf; next; next = issuerOf(next)) {
    chain.push(next)
    rest.delete(next)
  }
  const [left] = rest
  if (left) throw new Error(`${inOneLine(left.subject)} does not belong to the chain of ${inOneLine(leaf.subject)}`)
  return chain
}
