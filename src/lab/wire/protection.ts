// Opens the records of one direction under one key: sequence number, nonce, additional data, tag.
import { createDecipheriv } from 'node:crypto'
import type { CipherGCMTypes } from 'node:crypto'
import type { Keys } from './derive.ts'
import type { Suite } from './suites.ts'

/** @throws Error when the tag does not fit: another key, a record that is missing, or bytes that were changed. */
export type Opener = (header: Buffer, fragment: Buffer) => Buffer

/** All our suites have tags of so many bytes. */
export const TAG_BYTES = 16
/** What AES-GCM in TLS 1.2 sends of its nonce with each record (RFC 5288 §3). */
const EXPLICIT_BYTES = 8

/** RFC 8446 §5.2 and §5.3. @returns an opener of TLSInnerPlaintext: content, its true type, zeros. */
export function opener13(suite: Suite, { key, iv }: Keys): Opener {
  let sequence = 0n
  return (header, fragment) => open(suite, key, xored(iv, sequence++), header, fragment)
}

export function opener12(suite: Suite, { key, iv }: Keys): Opener {
  let sequence = 0n
  const isChaCha = suite.cipher === 'chacha20-poly1305'
  return (header, fragment) => {
    // RFC 7905 §2: as in TLS 1.3. RFC 5288 §3: four bytes of salt, and eight that come with the record.
    const nonce = isChaCha ? xored(iv, sequence) : Buffer.concat([iv, fragment.subarray(0, EXPLICIT_BYTES)])
    const sealed = isChaCha ? fragment : fragment.subarray(EXPLICIT_BYTES)
    // RFC 5246 §6.2.3.3: sequence number, type, version, and the length without nonce and tag.
    const additional = Buffer.alloc(13)
    additional.writeBigUInt64BE(sequence++)
    header.copy(additional, 8, 0, 3)
    additional.writeUInt16BE(Math.max(0, sealed.length - TAG_BYTES), 11)
    return open(suite, key, nonce, additional, sealed)
  }
}

function open({ cipher }: Suite, key: Buffer, nonce: Buffer, additional: Buffer, sealed: Buffer): Buffer {
  if (sealed.length < TAG_BYTES) throw new Error(`a record of ${sealed.length} bytes has no room for its tag`)
  const end = sealed.length - TAG_BYTES
  // Node's types know ChaCha20-Poly1305 by another overload; in use it is the same as GCM.
  const decipher = createDecipheriv(cipher as CipherGCMTypes, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(additional, { plaintextLength: end }).setAuthTag(sealed.subarray(end))
  const plain = decipher.update(sealed.subarray(0, end))
  decipher.final()
  return plain
}

/** The sequence number, padded to the left, over the IV. */
function xored(iv: Buffer, sequence: bigint): Buffer {
  const nonce = Buffer.from(iv)
  nonce.writeBigUInt64BE(iv.readBigUInt64BE(4) ^ sequence, 4)
  return nonce
}
