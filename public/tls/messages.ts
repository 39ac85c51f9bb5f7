// The messages of a handshake, out of the records that carry them (RFC 8446 §4, RFC 5246 §7.4).
import { octets } from './octets.ts'

export const messageTypes = { clientHello: 1, serverHello: 2, ticket: 4, encrypted: 8, certificate: 11 } as const

export interface HandshakeMessage {
  type: number
  body: Uint8Array
}

/** Of one direction, from its beginning; what is not whole is left out. */
export function messagesIn(plain: Uint8Array): HandshakeMessage[] {
  const from = octets(plain)
  const messages: HandshakeMessage[] = []
  try {
    while (from.left > 0) messages.push({ type: from.number(1), body: from.vector(3) })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return messages
}

/** The chain as it was sent, the server’s own first: RFC 8446 §4.4.2, in TLS 1.2 RFC 5246 §7.4.2. */
export function certificatesIn(body: Uint8Array, version: '1.2' | '1.3'): Uint8Array[] {
  const from = octets(body)
  if (version === '1.3') from.vector(1) // certificate_request_context
  const list = octets(from.vector(3))
  const certificates: Uint8Array[] = []
  while (list.left > 0) {
    certificates.push(list.vector(3))
    if (version === '1.3') list.vector(2) // its extensions
  }
  return certificates
}
