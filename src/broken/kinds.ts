// The ten ways in which a server is broken here, as data: what is wrong, what mends it, how it is made. Named as `wirelab inspect` names them.
import { openRevoked } from '../../certs/authority.ts'
import type { Authority } from '../../certs/authority.ts'
import { issue, withoutChain } from '../../certs/issue.ts'
import type { Credentials, Order } from '../../certs/issue.ts'
import type { Weakened } from '../server/secure.ts'
import { anonymous } from './anonymous.ts'

export interface Made {
  authority: Authority
  /** Where the authority lives. */
  certs: string
}

export interface Kind {
  /** What follows "this server is broken on purpose:". */
  wrong: string
  /** For its owner. */
  cure: string
  make(made: Made): Promise<Credentials>
  /** How it speaks TLS, where that is what is wrong, or where OpenSSL would not show such a certificate otherwise. */
  weakened?: Weakened
}

/** What it is reached by. */
export const names = ['localhost', '127.0.0.1', '::1']
/** What one of them is certified for instead; it answers to that too, so that the cure can be tried. */
export const otherName = 'elsewhere.localhost'
const DAYS = 365
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000)

/** Good in everything, but for this. */
const leaf = ({ authority }: Made, but: Partial<Order> = {}) =>
  issue({ kind: 'server', names, issuer: authority.intermediate, days: DAYS, ...but })

/** A whole chain, sent as it should be, of an authority that nobody has heard of. */
async function ofStranger(made: Made): Promise<Credentials> {
  const authority = { kind: 'authority', days: 2 * DAYS } as const
  const root = await issue({ ...authority, subject: 'Root CA of somebody', pathLength: 1 })
  const issuer = await issue({ ...authority, subject: 'CA of somebody', pathLength: 0, issuer: root })
  return leaf(made, { issuer })
}

export const kinds = {
  expired: {
    wrong: 'its certificate ended ten days ago',
    cure: 'renew the certificate, by a program that does it in time (ACME, RFC 8555)',
    make: (made) => leaf(made, { notBefore: inDays(-100), notAfter: inDays(-10) }),
  },
  'not-yet-valid': {
    wrong: 'its certificate begins a year from now',
    cure: 'set the clocks right, of the client too; if they are right, get another certificate',
    make: (made) => leaf(made, { notBefore: inDays(DAYS), notAfter: inDays(DAYS + 90) }),
  },
  'wrong-host': {
    wrong: `its certificate is for ${otherName}, and not for the name it was asked for`,
    cure: 'get a certificate with every name that clients use, as subject alternative names (RFC 9525)',
    make: (made) => leaf(made, { names: [otherName] }),
  },
  'self-signed': {
    wrong: 'its certificate is signed by itself: nobody else says whose it is',
    cure: 'get a certificate from a CA that the clients trust; for oneself, a local CA',
    make: () => issue({ kind: 'server', names, days: DAYS }),
  },
  'unknown-root': {
    wrong: 'its chain is whole and leads to a root that no client here trusts',
    cure: 'get a certificate from a CA that the clients trust; or have each client trust this one, if you know whose it is',
    make: ofStranger,
  },
  'missing-intermediate': {
    wrong: 'it sends its own certificate and not the intermediate that has signed it',
    cure: 'have the server send the whole chain, its own certificate first (fullchain.pem, not cert.pem)',
    make: async (made) => withoutChain(await leaf(made)),
  },
  revoked: {
    wrong: 'its issuer has taken its certificate back, and lists it as revoked',
    cure: 'get a new certificate for a new key: the old one may be in other hands',
    make: ({ authority, certs }) => openRevoked(certs, authority, names),
  },
  'weak-key': {
    wrong: 'its key is RSA with 1024 bits, which can be broken',
    cure: 'make a new key, ECDSA P-256 or RSA with 2048 bits, and get a certificate for it',
    make: (made) => leaf(made, { keyType: 'rsa', rsaBits: 1024 }),
    weakened: { ciphers: 'DEFAULT@SECLEVEL=0' },
  },
  'old-protocol': {
    wrong: 'it speaks TLS 1.0 and nothing newer (forbidden by RFC 8996)',
    cure: 'have the server speak TLS 1.2 and 1.3',
    make: (made) => leaf(made),
    weakened: { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
  },
  anonymous: {
    wrong:
      'it has no certificate: its only suite is of anonymous Diffie-Hellman (aNULL), in which nobody is authenticated',
    cure: 'give the server a certificate, and suites in which it proves itself (ECDHE with ECDSA or RSA)',
    make: async () => ({ key: '', cert: '' }),
    // 3072 bits, forward secrecy, AEAD: it is not the encryption that is wrong.
    weakened: { ...anonymous, ciphers: 'ADH-AES256-GCM-SHA384:@SECLEVEL=0', dhparam: 'auto' },
  },
} as const satisfies Record<string, Kind>

export type KindName = keyof typeof kinds
export const kindNames = Object.keys(kinds) as KindName[]
export const kindOf = (name: KindName): Kind => kinds[name]
