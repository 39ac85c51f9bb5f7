// Why there was no connection, or a handshake failed before there was a certificate to judge, or after it: in plain words, with the cure.
import type { Shaken } from './connection.ts'
import { isAnonymous } from './presented.ts'
import type { Reason } from './verdict.ts'

export function failureOf({ code, message }: NonNullable<Shaken['refused']>, presented: Shaken['presented']): Reason {
  const { alert, unread, asksForCertificate, facts } = presented
  const said = alert === undefined ? '' : ` (TLS alert ${alert})`
  if (isAnonymous(presented)) {
    const text =
      'it took none of our suites but one in which nobody is authenticated (aNULL), without a certificate: encrypted, but with whom nobody can tell, and it may be somebody in between (RFC 5246 §F.1.1.1)'
    const cure = 'its server must show a certificate, and offer AEAD suites with ECDHE (RFC 9325)'
    return { code: 'anonymous', text, cure }
  }
  const is = (pattern: RegExp) => pattern.test(`${code} ${alert} ${unread} ${message}`)
  if (is(/protocol_version|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW/i)) {
    const cure = 'its server must be set to TLS 1.2 and 1.3'
    return {
      code: 'old-protocol',
      text: `it has no TLS 1.2 or newer; what is older is not safe (RFC 8996)${said}`,
      cure,
    }
  }
  if (is(/WRONG_VERSION_NUMBER|no TLS record|PACKET_LENGTH/i))
    return { code: 'no-tls', text: 'what answers there is not TLS', cure: 'look at the port: it may be plain HTTP' }
  // TLS 1.2 has no word of its own for it (RFC 5246 §7.4.6).
  if (is(/certificate_required/i) || (asksForCertificate && is(/handshake_failure/i)))
    return {
      code: 'client-certificate',
      text: `it lets nobody in without a client certificate${said}`,
      cure: 'pass yours: --cert FILE --key FILE',
    }
  if (is(/certificate_(revoked|expired|unknown)|bad_certificate|unknown_ca/))
    return {
      code: 'client-certificate',
      text: `it does not accept our certificate${said}`,
      cure: 'pass another: --cert FILE --key FILE',
    }
  if (is(/unrecognized_name/i))
    return {
      code: 'unknown-name',
      text: `it knows no host of this name${said}`,
      cure: 'look at the spelling of the host',
    }
  if (is(/PERMITTED_VIOLATION|permitted subtree/i)) {
    const cure = 'its owner must get one from a CA that may sign for it'
    return { code: 'name-not-permitted', text: 'its CA may not sign for this name (name constraints)', cure }
  }
  if (is(/handshake_failure|NO_SHARED_CIPHER|insufficient_security/i)) {
    const cure = 'its server must offer AEAD suites with ECDHE (RFC 9325)'
    return { code: 'no-common-suite', text: `no cipher suite or group is known to both${said}`, cure }
  }
  const began = facts.tls === undefined ? 'the handshake failed' : `the handshake of ${facts.tls} failed`
  return { code: 'handshake', text: `${began}: ${message} (${code})${said}`, cure: 'look into the log of the server' }
}

export const PATIENCE_MS = 10_000

export const silent = (host: string, port: number) =>
  new Error(`${host}:${port} did not answer within ${PATIENCE_MS / 1000} s`)

export function unreachable(host: string, port: number, cause: NodeJS.ErrnoException): Error {
  const { code = cause.message } = cause
  const why: Record<string, string> = {
    ENOTFOUND: 'there is no such name; look at its spelling',
    EAI_AGAIN: 'its name cannot be looked up now; is there a network?',
    ECONNREFUSED: 'nobody listens there; is the server running, and on this port?',
    EHOSTUNREACH: 'there is no way to it',
    ENETUNREACH: 'there is no way to it',
  }
  return new Error(`${host}:${port}: ${why[code] ?? code}`, { cause })
}

/** For a script, which reads one JSON object whatever comes. The code is that of the system, where it has one. */
export function failedWith({ message, cause }: Error): { code: string; message: string } {
  const { code } = (cause ?? {}) as NodeJS.ErrnoException
  return { code: code ?? 'NO_ANSWER', message }
}
