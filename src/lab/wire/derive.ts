// From a secret of the key log to the keys of the records: HKDF in TLS 1.3, the PRF in TLS 1.2.
import { createHmac } from 'node:crypto'
import type { Suite } from './suites.ts'

export interface Keys {
  key: Buffer
  /** TLS 1.3: 12 bytes. TLS 1.2: 4 bytes with AES-GCM (the salt), 12 with ChaCha20. */
  iv: Buffer
}

/** RFC 8446 §7.3. */
export function trafficKeys({ hash, keyBytes }: Suite, secret: Buffer): Keys {
  return { key: expandLabel(hash, secret, 'key', keyBytes), iv: expandLabel(hash, secret, 'iv', 12) }
}

/** RFC 8446 §7.2: the secret after a KeyUpdate. */
export function nextSecret({ hash }: Suite, secret: Buffer): Buffer {
  return expandLabel(hash, secret, 'traffic upd', secret.length)
}

/** RFC 8446 §7.1 with an empty context. One block of HKDF-Expand (RFC 5869 §2.3) is enough: nothing here is longer than the hash. */
function expandLabel(hash: string, secret: Buffer, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`)
  const info = Buffer.concat([Buffer.of(length >> 8, length & 255, name.length), name, Buffer.of(0, 1)])
  return createHmac(hash, secret).update(info).digest().subarray(0, length)
}

/** RFC 5246 §6.3. An AEAD suite has no MAC keys (RFC 5288 §3): the block is two keys and two IVs. */
export function connectionKeys(
  { hash, keyBytes, cipher }: Suite,
  masterSecret: Buffer,
  clientRandom: Buffer,
  serverRandom: Buffer,
): { up: Keys; down: Keys } {
  const ivBytes = cipher === 'chacha20-poly1305' ? 12 : 4 // RFC 7905 §2, RFC 5288 §3
  const seed = Buffer.concat([Buffer.from('key expansion'), serverRandom, clientRandom])
  const block = prf(hash, masterSecret, seed, 2 * (keyBytes + ivBytes))
  let at = 0
  const take = (length: number) => block.subarray(at, (at += length))
  const [upKey, downKey, upIv, downIv] = [take(keyBytes), take(keyBytes), take(ivBytes), take(ivBytes)]
  return { up: { key: upKey, iv: upIv }, down: { key: downKey, iv: downIv } }
}

/** RFC 5246 §5: P_hash. */
function prf(hash: string, secret: Buffer, seed: Buffer, length: number): Buffer {
  const blocks: Buffer[] = []
  let a = seed
  for (let have = 0; have < length; have += blocks.at(-1)!.length) {
    a = createHmac(hash, secret).update(a).digest()
    blocks.push(createHmac(hash, secret).update(a).update(seed).digest())
  }
  return Buffer.concat(blocks).subarray(0, length)
}
