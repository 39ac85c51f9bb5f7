// What a server presents in its handshake, read from the bytes: Node shows it only of a connection that it trusts.
import { X509Certificate } from 'node:crypto'
import { startConnection } from '../../lab/wire/connection.ts'
import { SERVER_HELLO, messageReader, readServerHello } from '../../lab/wire/handshake.ts'
import { readKeyLine } from '../../lab/wire/secrets.ts'
import type { Secrets } from '../../lab/wire/secrets.ts'
import type { Facts } from '../../lab/wire/session.ts'

export interface Presented {
  facts: Facts
  /** As sent, in the order in which they were sent. */
  chain: X509Certificate[]
  /** The group of the key exchange, by its IANA name. */
  group: string | undefined
  asksForCertificate: boolean
  /** Session tickets (RFC 8446 §4.6.1, RFC 5077). */
  tickets: number
  /** TLS 1.2: the exporter is bound to this handshake (RFC 7627). */
  extendedMasterSecret: boolean
  /** What the server said when it gave up. */
  alert: string | undefined
  /** Why it could not be read further. */
  unread: string | undefined
}

export interface Watch {
  presented: Presented
  tap(up: boolean, bytes: Buffer): void
  keylog(line: Buffer): void
}

const [NEW_SESSION_TICKET, CERTIFICATE, SERVER_KEY_EXCHANGE, CERTIFICATE_REQUEST] = [4, 11, 12, 13]
const [KEY_SHARE, EXTENDED_MASTER_SECRET] = [51, 23]
const NAMED_CURVE = 3
/** IANA, TLS Supported Groups. */
const GROUPS: Readonly<Record<number, string>> = {
  ...{ 23: 'secp256r1', 24: 'secp384r1', 25: 'secp521r1', 29: 'x25519', 30: 'x448' },
  ...{ 256: 'ffdhe2048', 257: 'ffdhe3072', 258: 'ffdhe4096', 259: 'ffdhe6144', 260: 'ffdhe8192' },
  ...{ 4587: 'SecP256r1MLKEM768', 4588: 'X25519MLKEM768', 4589: 'SecP384r1MLKEM1024' },
}

export function watchHandshake(): Watch {
  const secrets: Secrets = new Map()
  const messages = messageReader()
  const connection = startConnection(secrets, ({ up, type, plain, alert }) => {
    if (!up && alert !== undefined && alert !== 'close_notify') presented.alert = alert
    if (up || type !== 'handshake' || !plain) return
    for (const { type: message, body } of messages(plain).whole) read(message, body)
  })
  const presented: Presented = {
    ...{ facts: connection.facts, chain: [], group: undefined, asksForCertificate: false },
    ...{ tickets: 0, extendedMasterSecret: false, alert: undefined, unread: undefined },
  }

  function read(message: number, body: Buffer) {
    if (message === SERVER_HELLO) {
      const { isRetry, extensions } = readServerHello(body)
      const share = extensions.get(KEY_SHARE)
      if (!isRetry && share) presented.group = groupOf(share.readUInt16BE(0))
      presented.extendedMasterSecret ||= extensions.has(EXTENDED_MASTER_SECRET)
    } else if (message === SERVER_KEY_EXCHANGE && body[0] === NAMED_CURVE)
      presented.group = groupOf(body.readUInt16BE(1))
    else if (message === CERTIFICATE) presented.chain = certificates(body, connection.facts.tls === 'TLSv1.3')
    else if (message === CERTIFICATE_REQUEST) presented.asksForCertificate = true
    else if (message === NEW_SESSION_TICKET) presented.tickets++
  }

  /** What a stranger sends may be anything; OpenSSL, which reads it too, says what is wrong with it. */
  function guarded(act: () => void) {
    try {
      act()
    } catch (error) {
      presented.unread ??= (error as Error).message
    }
  }
  return {
    presented,
    tap: (up, bytes) => guarded(() => connection.read(up, bytes, 0)),
    keylog: (line) =>
      guarded(() => {
        const told = readKeyLine(line.toString())
        if (told) secrets.set(told.label, told.secret)
        connection.look()
      }),
  }
}

/** By IANA's names, `DH_anon` and `ECDH_anon`: in such a suite nobody is authenticated. */
export const isAnonymous = ({ facts }: Presented) => facts.cipher?.includes('_anon_') === true

const groupOf = (id: number) => GROUPS[id] ?? `group ${id}`

/** RFC 5246 §7.4.2: a list of certificates. RFC 8446 §4.4.2: a context before it, and extensions after each. */
function certificates(body: Buffer, isTls13: boolean): X509Certificate[] {
  const found: X509Certificate[] = []
  let at = 3 + (isTls13 ? 1 + body[0]! : 0)
  while (at + 3 < body.length) {
    const end = at + 3 + body.readUIntBE(at, 3)
    found.push(new X509Certificate(body.subarray(at + 3, end)))
    at = end + (isTls13 ? 2 + body.readUInt16BE(end) : 0)
  }
  return found
}
