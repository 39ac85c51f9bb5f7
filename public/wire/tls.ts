// What TLS puts around the bytes of a record: header, nonce, content type, tag; and the messages of the handshake by name.
import { bytesOf } from './capture.ts'
import type { WireConnection, WireRecord } from './capture.ts'
import { writer } from './piece.ts'
import type { Piece } from './piece.ts'

const HEADER_BYTES = 5
const TAG_BYTES = 16
const NONCE_BYTES = 8
const TYPES = { ccs: 20, alert: 21, handshake: 22, data: 23 } as const

const MESSAGES: Readonly<Record<string, string>> = {
  client_hello: 'which versions, suites and protocols the client knows, and its half of the key exchange',
  server_hello: 'what the server chose, and its half of the key exchange',
  hello_retry_request: 'the server asks for another key share',
  encrypted_extensions: 'what else the server chose, such as ALPN: sealed already',
  certificate: 'who the server is, signed by an authority',
  certificate_verify: 'a signature over the handshake: the certificate is really the server’s',
  server_key_exchange: 'the server’s half of the key exchange, signed',
  server_hello_done: 'now the client',
  client_key_exchange: 'the client’s half of the key exchange',
  finished: 'a checksum of the whole handshake: nobody has changed a byte of it',
  new_session_ticket: 'a ticket: with it the next handshake is shorter',
  key_update: 'from here on with new keys',
}

/** Before and behind what a record holds. For what is not application data, all of the record is here, and `content` is empty. */
export function around(record: WireRecord, plain: Uint8Array | null, connection: WireConnection | undefined) {
  const sealedBytes = record.cipherBytes - HEADER_BYTES
  // RFC 8446 §5.1: what a network sees. In TLS 1.3 whatever is sealed says that it is application data, of TLS 1.2.
  const before = [tls(bytesOf(record.header), `TLS record header: type, version, and ${sealedBytes} bytes to follow`)]
  if (plain === null) {
    const note = 'sealed, and its secret is not known here'
    return { before: [...before, sealed(sealedBytes, 'sealed', note)], isData: false, behind: [] }
  }
  const overhead = sealedBytes - plain.length
  const behind: Piece[] = []
  if (overhead > 0 && connection?.tls === 'TLSv1.3') {
    const padding = overhead - TAG_BYTES - 1
    const inside = Uint8Array.of(TYPES[record.type], ...new Uint8Array(Math.max(0, padding)))
    behind.push(
      tls(inside, `the true type, ${record.type}, sealed too${padding > 0 ? ', and padding' : ''} (RFC 8446 §5.2)`),
    )
  } else if (overhead > TAG_BYTES)
    before.push(sealed(NONCE_BYTES, 'nonce', 'a nonce, new for each record (RFC 5288 §3)'))
  if (overhead > 0) behind.push(sealed(TAG_BYTES, 'tag', 'the tag: nobody has changed a byte of this record'))
  if (record.type === 'data') return { before, isData: true, behind }
  return { before: [...before, ...messages(record, plain)], isData: false, behind }
}

function messages(record: WireRecord, plain: Uint8Array): Piece[] {
  const out = writer(plain)
  if (record.type === 'alert')
    out.take(plain.length, 'tls', `alert: ${record.alert ?? ''}`, { says: record.alert ?? '' })
  if (record.type === 'ccs')
    out.rest('tls', 'ChangeCipherSpec: what follows is sealed; in TLS 1.3 only for old boxes in between')
  for (const { name, bytes, continued } of record.messages ?? []) {
    const note = `${name}: ${MESSAGES[name] ?? 'a message of the handshake'}${continued ? ' (goes on)' : ''}`
    out.take(bytes, 'tls', note, {
      says: name,
      ...(!continued && { begins: true as const }),
    })
  }
  out.rest('tls', 'part of the handshake')
  return out.pieces.map((piece) => ({ ...piece, kind: 'tls' as const }))
}

const tls = (bytes: Uint8Array, note: string): Piece => ({ kind: 'tls', bytes, note })
/** Only its length is known here: the page is not told ciphertext. */
const sealed = (count: number, says: string, note: string): Piece => ({
  ...tls(new Uint8Array(Math.max(0, count)), note),
  sealed: true,
  says,
})
