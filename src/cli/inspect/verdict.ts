// Why a chain is or is not to be trusted, in plain words and with the cure: all that is wrong, where a verifier names the first thing.
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { inOneLine, isIssuedBy, isSelfIssued } from '../../../certs/chain.ts'
import { revokedSince } from '../../../certs/crl.ts'
import type { Shaken } from './connection.ts'
import { failureOf } from './failure.ts'

export interface Reason {
  code: string
  /** What is wrong. */
  text: string
  /** What to do. */
  cure: string
  /** It is not known who is at the other end, and nothing else: a fingerprint from elsewhere, or from last time, can tell. */
  isIdentity?: true
}

export interface Judged {
  host: string
  /** PEM, all that this client trusts. */
  roots: string[]
  /** PEM, lists of the revoked. */
  crl?: string | undefined
  now?: number
}

const RENEW = 'its owner must get a new certificate'

/** Everything that is wrong with what a server presented; none when it was verified and nothing else is against it. */
export async function reasonsOf({ presented, refused }: Shaken, judged: Judged): Promise<Reason[]> {
  const { chain } = presented
  const [leaf] = chain
  const failure = () => (refused ? [failureOf(refused, presented)] : [])
  if (!leaf) return failure()
  const { now = Date.now(), host, roots } = judged
  // Verified, it may have come with certificates that were not needed: those prove nothing, and break nothing.
  const reasons = ofName(leaf, host)
  if (refused)
    reasons.push(...chain.flatMap((each) => ofTime(each, now)), ...ofPath(chain, roots), ...chain.flatMap(ofKey))
  else reasons.push(...ofKey(leaf))
  reasons.push(...(await ofLists(chain, judged)))
  return reasons.length > 0 ? reasons : failure()
}

function ofTime({ subject, validFromDate: from, validToDate: to }: X509Certificate, now: number): Reason[] {
  const who = inOneLine(subject)
  if (now > to.getTime())
    return [{ code: 'expired', text: `${who} expired ${ago(now - to.getTime())} ago, on ${day(to)}`, cure: RENEW }]
  if (now >= from.getTime()) return []
  const text = `${who} is not valid before ${day(from)}, in ${ago(from.getTime() - now)}`
  return [
    {
      code: 'not-yet-valid',
      text,
      cure: 'look at the clock of this machine; if it is right, wait, or its owner must get another',
    },
  ]
}

function ofName(leaf: X509Certificate, host: string): Reason[] {
  // RFC 9525: the common name is no name of a host.
  const fits = isIP(host) ? leaf.checkIP(host) : leaf.checkHost(host, { subject: 'never' })
  if (fits !== undefined) return []
  const { subjectAltName: names } = leaf
  const is =
    names === undefined ? 'it names no host but in its common name, which browsers do not read' : `it is for ${names}`
  const cure =
    names === undefined ? `its owner must add ${host}` : `use one of its names, or its owner must add ${host}`
  return [{ code: 'wrong-host', text: `it is not for ${host}; ${is}`, cure }]
}

/** From the server's own certificate up, as far as what was sent and what is trusted reach. */
function ofPath(chain: X509Certificate[], roots: string[]): Reason[] {
  const trusted = roots.map((pem) => new X509Certificate(pem))
  const isTrusted = (each: X509Certificate) =>
    trusted.some(({ fingerprint256 }) => fingerprint256 === each.fingerprint256)
  let top = chain[0]!
  for (let steps = 0; steps < chain.length; steps++) {
    if (isTrusted(top) || trusted.some((root) => isIssuedBy(top, root))) return []
    const next = chain.find((each) => each !== top && isIssuedBy(top, each))
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
  if (top === chain[0] && !top.ca) {
    const text = `its issuer, ${issuer}, was not sent, and is none that this client trusts: an intermediate is missing, or the CA is unknown`
    const cure = 'its server must send the whole chain (wirelab certs chain); if the CA is a local one, --ca FILE'
    return [{ code: 'missing-intermediate', text, cure, isIdentity: true }]
  }
  const text = `the chain ends at ${inOneLine(top.subject)}, whose issuer, ${issuer}, is none that this client trusts`
  return [
    { code: 'unknown-root', text, cure: 'if you know this CA, pass its certificate with --ca FILE', isIdentity: true },
  ]
}

function ofKey(certificate: X509Certificate): Reason[] {
  const { subject, publicKey, signatureAlgorithm = '' } = certificate
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 2048
  const flaws = [
    ...(bits < 2048 ? [`has an RSA key of ${bits} bits; 2048 are the least`] : []),
    ...(/md5|sha1/i.test(signatureAlgorithm) && !isSelfIssued(certificate)
      ? [`is signed with ${signatureAlgorithm}, which can be forged`]
      : []),
  ]
  return flaws.map((flaw) => ({ code: 'weak-key', text: `${inOneLine(subject)} ${flaw}`, cure: RENEW }))
}

async function ofLists(chain: X509Certificate[], { crl, roots }: Judged): Promise<Reason[]> {
  if (crl === undefined) return []
  const issuers = [...chain, ...roots.map((pem) => new X509Certificate(pem))]
  const found = await Promise.all(chain.map((each) => revokedSince(crl, each, issuers)))
  return found.flatMap((at, i) => {
    if (!at) return []
    const text = `${inOneLine(chain[i]!.subject)} was revoked by its issuer on ${day(at)}`
    return [{ code: 'revoked', text, cure: `do not talk to it: its key may be in other hands; ${RENEW}` }]
  })
}

const HOUR_MS = 3_600_000
function ago(ms: number): string {
  const [amount, unit] = ms < 48 * HOUR_MS ? [ms / HOUR_MS, 'hour'] : [ms / (24 * HOUR_MS), 'day']
  const whole = Math.max(1, Math.floor(amount))
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`
}
const day = (date: Date) => date.toISOString().slice(0, 10)
