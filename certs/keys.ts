// Keys of certificates: made, written as PEM, and read again to sign with.
import { createPrivateKey } from 'node:crypto'
import 'reflect-metadata' // what x509 needs before it loads
import * as x509 from '@peculiar/x509'

export type KeyType = 'ecdsa' | 'rsa'

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' }
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
/** What NIST SP 800-57 asks for until 2030; less is for showing that it is refused. */
const RSA_BITS = 2048
/** For either type: WebCrypto takes of it what the key needs. */
export const SIGNING = { name: 'ECDSA', hash: 'SHA-256' }

export function makeKeys(type: KeyType, rsaBits = RSA_BITS): Promise<CryptoKeyPair> {
  const publicExponent = Uint8Array.of(1, 0, 1)
  const algorithm = type === 'rsa' ? { ...RSA, modulusLength: rsaBits, publicExponent } : ECDSA
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

/** PKCS #8. */
export async function exportKey(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY') + '\n'
}

/** @throws Error when it is no key in PEM that can sign. */
export function importKey(pem: string): Promise<CryptoKey> {
  const key = createPrivateKey(pem)
  const der = new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }))
  return crypto.subtle.importKey('pkcs8', der, key.asymmetricKeyType === 'rsa' ? RSA : ECDSA, true, ['sign'])
}

export function keyTypeOf(pem: string): KeyType {
  return createPrivateKey(pem).asymmetricKeyType === 'rsa' ? 'rsa' : 'ecdsa'
}
