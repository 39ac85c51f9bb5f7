// Whether the certificates that a server sent lead to one that this client trusts, and where they end if not.
import { X509Certificate } from 'node:crypto'
import { inOneLine, isIssuedBy, isSelfIssued } from '../../../certs/chain.ts'
import type { Judged, Reason } from './verdict.ts'

const SEND_ALL = 'its server must send the whole chain (wirelab certs chain)'

/** From the server's own certificate up, as far as what was sent and what is trusted reach. */
export function ofPath(chain: X509Certificate[], { roots, intermediates = [] }: Judged): Reason[] {
  const given = roots.map((pem) => new X509Certificate(pem))
  const trusted = given.filter(isSelfIssued)
  // A chain ends at a root: what is trusted below one only leads on (OpenSSL, without X509_V_FLAG_PARTIAL_CHAIN).
  const below = given.filter((each) => !isSelfIssued(each))
  const links = [...chain, ...below]
  const isTrusted = (each: X509Certificate) =>
    trusted.some(({ fingerprint256 }) => fingerprint256 === each.fingerprint256)
  let top = chain[0]!
  for (let steps = 0; steps < links.length; steps++) {
    if (isTrusted(top) || trusted.some((root) => isIssuedBy(top, root))) return []
    const next = links.find((each) => each !== top && isIssuedBy(top, each))
    if (!next) break
    top = next
  }
  const issuer = inOneLine(top.issuer)
  if (top === chain[0] && isSelfIssued(top)) {
    const text = 'it is self-signed: nobody but itself says who it is'
    const cure =
      'compare its fingerprint with its owner, then --ca FILE or --trust-on-first-use; or its owner gets one from a CA'
    return [{ code: 'self-signed', text, cure, isIdentity: true }]
  }
  if (isSelfIssued(top)) {
    const text = `its root, ${issuer}, is none that this client trusts`
    return [
      {
        code: 'unknown-root',
        text,
        cure: 'if you know this CA, pass its certificate with --ca FILE',
        isIdentity: true,
      },
    ]
  }
  const unsent = intermediates
    .map((pem) => new X509Certificate(pem))
    .find((each) => isIssuedBy(top, each) && trusted.some((root) => isIssuedBy(each, root)))
  if (unsent) {
    const text = `${issuer}, the intermediate that has signed ${top === chain[0] ? 'it' : inOneLine(top.subject)}, was not sent; without it nothing leads to ${inOneLine(unsent.issuer)}, which this client trusts`
    return [{ code: 'missing-intermediate', text, cure: SEND_ALL, isIdentity: true }]
  }
  if (top === chain[0] && !top.ca) {
    const text = `its issuer, ${issuer}, was not sent, and is none that this client trusts: an intermediate is missing, or the CA is unknown`
    const cure = `${SEND_ALL}; if the CA is a local one, --ca FILE`
    return [{ code: 'missing-intermediate', text, cure, isIdentity: true }]
  }
  const text = `the chain ends at ${inOneLine(top.subject)}, whose issuer, ${issuer}, is none that this client trusts`
  const isSent = ({ fingerprint256 }: X509Certificate) => chain.some((each) => each.fingerprint256 === fingerprint256)
  const cure = below.some((each) => each === top || isSent(each))
    ? 'pass the root itself with --ca FILE; what is in that file now is only below it'
    : 'if you know this CA, pass its certificate with --ca FILE'
  return [{ code: 'unknown-root', text, cure, isIdentity: true }]
}
