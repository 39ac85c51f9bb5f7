// Why a chain is or is not to be trusted, in plain words and with the cure: all that is wrong, where a verifier names the first thing.
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { inOneLine, isSelfIssued } from '../../../certs/chain.ts'
import { revokedSince } from '../../../certs/crl.ts'
import type { Stale } from '../../../certs/crl.ts'
import type { Shaken } from './connection.ts'
import { failureOf } from './failure.ts'
import { ofPath } from './path.ts'

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
  /** PEM, those between a root and a server that this client knows, though it does not trust them by themselves. */
  intermediates?: string[]
  /** PEM, lists of the revoked. */
  crl?: string | undefined
  now?: number
}

const RENEW = 'its owner must get a new certificate'
const NEW_KEY = 'its owner must make a new key, and get a certificate for it'

/** Everything that is wrong with what a server presented; none when it was verified and nothing else is against it. */
export async function reasonsOf({ presented, refused }: Shaken, judged: Judged): Promise<Reason[]> {
  const { chain } = presented
  const [leaf] = chain
  const failure = () => (refused ? [failureOf(refused, presented)] : [])
  if (!leaf) return failure()
  const { now = Date.now(), host } = judged
  // Verified, it may have come with certificates that were not needed: those prove nothing, and break nothing.
  const reasons = ofName(leaf, host)
  if (refused)
    reasons.push(...chain.flatMap((each) => ofTime(each, now)), ...ofPath(chain, judged), ...chain.flatMap(ofKey))
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
    names === undefined
      ? 'it names no host but in its common name, which browsers do not read'
      : `it is for ${names.replaceAll(/(?<=^|, )(?:DNS|IP Address):/g, '')}`
  const cure =
    names === undefined ? `its owner must add ${host}` : `use one of its names, or its owner must add ${host}`
  return [{ code: 'wrong-host', text: `it is not for ${host}; ${is}`, cure }]
}

function ofKey(certificate: X509Certificate): Reason[] {
  const { subject, publicKey, signatureAlgorithm = '' } = certificate
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 2048
  const flaws = [
    ...(bits < 2048 ? [{ text: `has an RSA key of ${bits} bits; 2048 are the least`, cure: NEW_KEY }] : []),
    ...(/md5|sha1/i.test(signatureAlgorithm) && !isSelfIssued(certificate)
      ? [{ text: `is signed with ${signatureAlgorithm}, which can be forged`, cure: RENEW }]
      : []),
  ]
  return flaws.map(({ text, cure }) => ({ code: 'weak-key', text: `${inOneLine(subject)} ${text}`, cure }))
}

/** Of each, whether its issuer has taken it back: since when, or null; undefined where no list of that issuer was given. */
export function revocationsOf(
  chain: X509Certificate[],
  { crl, roots, now }: Judged,
): Promise<(Date | Stale | null | undefined)[]> {
  const issuers = [...chain, ...roots.map((pem) => new X509Certificate(pem))]
  return Promise.all(chain.map(async (each) => (crl === undefined ? undefined : revokedSince(crl, each, issuers, now))))
}

async function ofLists(chain: X509Certificate[], judged: Judged): Promise<Reason[]> {
  const found = await revocationsOf(chain, judged)
  return found.flatMap((at, i) => {
    if (!(at instanceof Date)) return []
    const text = `${inOneLine(chain[i]!.subject)} was revoked by its issuer on ${day(at)}`
    return [{ code: 'revoked', text, cure: `do not talk to it: its key may be in other hands; ${NEW_KEY}` }]
  })
}

const HOUR_MS = 3_600_000
function ago(ms: number): string {
  const [amount, unit] = ms < 48 * HOUR_MS ? [ms / HOUR_MS, 'hour'] : [ms / (24 * HOUR_MS), 'day']
  const whole = Math.max(1, Math.floor(amount))
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`
}
const day = (date: Date) => date.toISOString().slice(0, 10)
