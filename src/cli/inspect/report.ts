// What `wirelab inspect` found, as one plain object: what --json prints, and what the text is made of.
import type { X509Certificate } from 'node:crypto'
import { flawOf, inOneLine } from '../../../certs/chain.ts'
import type { Stale } from '../../../certs/crl.ts'
import type { Answer } from './ask.ts'
import type { Place, Shaken } from './connection.ts'
import type { Reason } from './verdict.ts'

export interface Report {
  url: string
  address: string
  trusted: boolean
  reasons: Reason[]
  /** Since when a person has, which is then why it is trusted; the reasons are why it would not be. */
  vouchedFor: string | null
  tls: {
    protocol: string | null
    cipher: string | null
    group: string | null
    alpn: string | null
    sni: string | null
    /** The server asked for a certificate of ours. */
    asksForCertificate: boolean
    /** Session tickets that came with the first handshake; null when it was broken off before. */
    tickets: number | null
    /** The second connection went on from the first; null when there was no second. */
    resumed: boolean | null
    /** RFC 9266 `tls-exporter` of the first connection, hex: what a login above TLS can be bound to. */
    channelBinding: string | null
  }
  chain: ReportedCertificate[]
  /** What is wrong with its order, trusted or not. */
  order: string | null
  /** Whether the server's own certificate is on the list of its issuer; null: no such list was given. */
  revoked: boolean | null
  /** Of when that list is, when it is not of now; then nothing is known. */
  staleList: { from: string; to: string | null } | null
  /** Milliseconds. `resumed` is the second handshake; `answer` to the request's first byte, or to the end of the upgrade. */
  timing: { dns: number; tcp: number; tls: number; resumed: number | null; answer: number | null }
  answer: { kind: 'HTTP' | 'Upgrade'; status: number | null } | null
}

export interface ReportedCertificate {
  subject: string
  issuer: string
  names: string | null
  validFrom: string
  validTo: string
  serial: string
  key: string
  signature: string | null
  isAuthority: boolean
  sha256: string
  sha1: string
}

const BINDING = { label: 'EXPORTER-Channel-Binding', bytes: 32 }

export interface Found {
  url: URL
  place: Place
  first: Shaken
  reasons: Reason[]
  revoked: Date | Stale | null | undefined
  second: Shaken | undefined
  answer: Answer | undefined
  binding: Buffer | undefined
}

/** Only while the connection is open. RFC 9266 §3: TLS 1.2 needs the extended master secret. */
export function bindingOf({ socket, presented, refused }: Shaken): Buffer | undefined {
  const isBound = presented.facts.tls === 'TLSv1.3' || presented.extendedMasterSecret
  if (refused || !isBound || socket.destroyed) return undefined
  return socket.exportKeyingMaterial(BINDING.bytes, BINDING.label, Buffer.alloc(0))
}

export function reportOf({ url, place, first, reasons, revoked, second, answer, binding }: Found): Report {
  const { presented, address, sni, ms } = first
  const { facts, chain, group, asksForCertificate, tickets } = presented
  const inMs = (value: number) => Math.round(value * 100) / 100
  return {
    ...{ url: url.href, address, trusted: reasons.length === 0, reasons, vouchedFor: null },
    tls: {
      protocol: facts.tls ?? null,
      cipher: facts.cipher ?? null,
      group: group ?? null,
      alpn: facts.alpn ?? null,
      sni: sni ?? null,
      ...{ asksForCertificate, tickets: first.refused ? null : tickets },
      resumed: second?.presented.facts.resumed ?? null,
      channelBinding: binding?.toString('hex') ?? null,
    },
    chain: chain.map(reported),
    order: flawOf(chain) ?? null,
    revoked: revoked === null ? false : revoked instanceof Date ? true : null,
    staleList: revoked && !(revoked instanceof Date) ? writtenOut(revoked) : null,
    timing: {
      ...{ dns: inMs(ms.dns), tcp: inMs(ms.tcp), tls: inMs(ms.tls) },
      resumed: second ? inMs(second.ms.tls) : null,
      answer: answer?.status === undefined ? null : inMs(answer.ms),
    },
    answer: answer
      ? { kind: place.subprotocol === undefined ? 'HTTP' : 'Upgrade', status: answer.status ?? null }
      : null,
  }
}

const writtenOut = ({ from, to }: Stale) => ({ from: from.toISOString(), to: to?.toISOString() ?? null })

function reported(certificate: X509Certificate): ReportedCertificate {
  const { subject, issuer, subjectAltName, serialNumber, signatureAlgorithm, ca } = certificate
  return {
    subject: inOneLine(subject),
    issuer: inOneLine(issuer),
    names: subjectAltName ?? null,
    validFrom: certificate.validFromDate.toISOString(),
    validTo: certificate.validToDate.toISOString(),
    serial: serialNumber.toLowerCase(),
    key: keyOf(certificate),
    signature: signatureAlgorithm ?? null,
    isAuthority: ca,
    sha256: certificate.fingerprint256,
    sha1: certificate.fingerprint,
  }
}

function keyOf({ publicKey }: X509Certificate): string {
  const { asymmetricKeyType: type = 'unknown', asymmetricKeyDetails: details } = publicKey
  if (details?.modulusLength !== undefined) return `RSA, ${details.modulusLength} bits`
  return details?.namedCurve === undefined ? type : `EC, ${details.namedCurve}`
}
