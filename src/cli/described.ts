// A certificate in a few lines, for a person.
import type { X509Certificate } from 'node:crypto'
import { inOneLine } from '../../certs/chain.ts'
import { printable } from './printable.ts'

/** What the local authority certifies in any case. */
export const LOOPBACK = ['localhost', '127.0.0.1', '::1']
const DAY_MS = 86_400_000

/** That the authority is another one than before. */
export const anew = (why: string) => `The CA is a new one, to be trusted anew: ${why}.\n`

/** @param revoked serial numbers, lower case. */
export function described(path: string, certificate: X509Certificate, revoked?: Set<string>): string {
  const { validFromDate: from, validToDate: to, serialNumber } = certificate
  const days = Math.floor((to.getTime() - Date.now()) / DAY_MS)
  const serial = serialNumber.toLowerCase()
  return [
    path,
    `  subject      ${inOneLine(certificate.subject)}`,
    `  issuer       ${inOneLine(certificate.issuer)}`,
    ...(certificate.subjectAltName ? [`  names        ${certificate.subjectAltName}`] : []),
    `  valid        ${from.toISOString()} – ${to.toISOString()} (${days < 0 ? `ended ${-days} days ago` : `${days} days left`})`,
    `  serial       ${serial}${revoked?.has(serial) ? '  REVOKED' : ''}`,
    `  SHA-256      ${certificate.fingerprint256}`,
    '',
  ]
    .map(printable)
    .join('\n')
}
