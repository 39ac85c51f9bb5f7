// PEM to DER and back (RFC 7468): the same bytes, as Base64 between two lines or as they are.
import { X509Certificate, createPrivateKey, createPublicKey } from 'node:crypto'
import 'reflect-metadata' // what x509 needs before it loads
import * as x509 from '@peculiar/x509'

export interface Converted {
  content: Buffer
  /** What it is, by the label of PEM. */
  label: string
  format: 'PEM' | 'DER'
}

/** @throws Error when it is neither, or cannot be the other. */
export function convert(content: Buffer): Converted {
  return content.includes('-----BEGIN ') ? toDer(content.toString('latin1')) : toPem(content)
}

function toDer(pem: string): Converted {
  const blocks = x509.PemConverter.decodeWithHeaders(pem)
  const [block] = blocks
  if (!block) throw new Error('there is a BEGIN line, but no whole PEM block')
  if (blocks.length > 1) throw new Error(`DER has room for one, and there are ${blocks.length} PEM blocks in it`)
  if (block.headers.length > 0 || block.type.startsWith('ENCRYPTED'))
    throw new Error('it is encrypted; take the passphrase off first (openssl pkey -in … -out …)')
  return { content: Buffer.from(block.rawData), label: block.type, format: 'DER' }
}

function toPem(der: Buffer): Converted {
  const [label] = kinds.find(([, read]) => isRead(() => read(der))) ?? []
  if (label === undefined) throw new Error('it is neither PEM nor a certificate, key or CRL in DER')
  const text = x509.PemConverter.encode(new Uint8Array(der), label)
  return { content: Buffer.from(`${text}\n`), label, format: 'PEM' }
}

function isRead(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false // another kind, then
  }
}

const kinds: [label: string, read: (der: Buffer) => unknown][] = [
  ['CERTIFICATE', (der) => new X509Certificate(der)],
  ['PRIVATE KEY', (key) => createPrivateKey({ key, format: 'der', type: 'pkcs8' })],
  ['EC PRIVATE KEY', (key) => createPrivateKey({ key, format: 'der', type: 'sec1' })],
  ['RSA PRIVATE KEY', (key) => createPrivateKey({ key, format: 'der', type: 'pkcs1' })],
  ['PUBLIC KEY', (key) => createPublicKey({ key, format: 'der', type: 'spki' })],
  ['X509 CRL', (der) => new x509.X509Crl(new Uint8Array(der))],
]
