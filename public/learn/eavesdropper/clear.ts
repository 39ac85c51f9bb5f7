// What TLS tells everybody: the hellos in the clear, and in TLS 1.2 the certificate.
import { readCertificate } from '../../tls/certificate.ts'
import { readClientHello, readServerHello } from '../../tls/hello.ts'
import { certificatesIn, messageTypes } from '../../tls/messages.ts'
import { clearMessages } from '../../tls/records.ts'
import type { SeenRecord } from '../../tls/records.ts'

export interface Clear {
  version: '1.2' | '1.3'
  suite: number
  serverName?: string
  offered: string[]
  /** Only in TLS 1.2. */
  chosen?: string
  /** Whom the certificate names, where it can be read. */
  certificate?: string[]
}

/** @returns undefined while there is no ServerHello. */
export function clearOf(records: readonly SeenRecord[]): Clear | undefined {
  const bodyOf = (up: boolean, type: number) => clearMessages(records, up).find((each) => each.type === type)?.body
  const [hello, answer] = [bodyOf(true, messageTypes.clientHello), bodyOf(false, messageTypes.serverHello)]
  if (!hello || !answer) return undefined
  const [client, server] = [readClientHello(hello), readServerHello(answer)]
  const version = server.version === 0x0304 ? '1.3' : '1.2'
  const chain = bodyOf(false, messageTypes.certificate)
  const own = chain && certificatesIn(chain, version)[0]
  return {
    ...{ version, suite: server.suite, offered: client.alpn },
    ...(client.serverName !== undefined && { serverName: client.serverName }),
    ...(server.alpn !== undefined && { chosen: server.alpn }),
    ...(own && { certificate: readCertificate(own).names }),
  }
}

/** What a record adds to what is in it: RFC 8446 §5.2; RFC 5288 §3; RFC 7905 §2, whose nonce is not in the record. */
export function recordBytes({ version, suite }: Clear): number {
  if (version === '1.3') return 22
  return suite === 0xcca8 || suite === 0xcca9 ? 21 : 29
}
