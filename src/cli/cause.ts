// Why a line does not come up, in words for the terminal: the cause, and what to do about it.

/** The innermost reason, in one line: "fetch failed" alone helps nobody. */
export function messageOf(cause: unknown): string {
  const deeper = innerOf(cause)
  const inner = deeper ? messageOf(deeper) : ''
  const { message = '' } = cause as { message?: string }
  if (message.includes(inner)) return plain(message) || 'the line broke'
  return plain([message, inner].filter(Boolean).join(': '))
}

/** What only says that a request was one, and where in OpenSSL's source a handshake failed. */
const plain = (text: string) =>
  text
    .replace(/^(TypeError: )?fetch failed: /, '')
    .replace(/(?:write EPROTO )?[0-9A-F]+:error:[0-9A-F]+:SSL routines:[^:]*:([^:]+):.*/s, 'TLS: $1')

/** An Error has what it came from as `cause`, an event as `error`; where several addresses were tried, the last one speaks for them. */
function innerOf(cause: unknown): unknown {
  const { cause: inner, error, errors } = cause as { cause?: unknown; error?: unknown; errors?: unknown[] }
  return inner ?? error ?? errors?.at(-1)
}

/** Of the error and all that it came from. */
function codesOf(cause: unknown): string[] {
  const codes: unknown[] = []
  for (let each = cause; each; each = innerOf(each)) codes.push((each as { code?: unknown }).code)
  return codes.filter((code) => typeof code === 'string')
}

const OTHER_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID'
/** Of an issuer that is not known: the right CA would help. */
const UNKNOWN_ISSUER = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
])
/** Whoever has issued it. What Node has no name for, like a key that is too weak, is `UNSPECIFIED`. */
const UNFIT = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'CERT_REVOKED', 'UNSPECIFIED'])

/** What a server says that found nothing in our hello that it could take; OpenSSL's words for the alerts of RFC 8446, section 6.2. */
const NOTHING_IN_COMMON = /\balert (handshake failure|insufficient security|protocol version)$/

/** @returns what ends it all, for asking again would only meet the same server; undefined when it may help. */
export function hopeless(url: string, cause: unknown): Error | undefined {
  const codes = codesOf(cause)
  const end = (text: string) => new Error(`${url} ${text}`, { cause })
  if (codes.includes(OTHER_NAME))
    return end(`cannot be trusted: ${messageOf(cause)}; use a name that it has, or start the lab with --name`)
  if (codes.some((code) => UNKNOWN_ISSUER.has(code)))
    return end(
      `cannot be trusted: ${messageOf(cause)}; pass --ca with the CA of the lab (certs/ca.pem); npx wirelab inspect ${url} says more`,
    )
  if (codes.some((code) => UNFIT.has(code)))
    return end(`cannot be trusted: ${messageOf(cause)}; npx wirelab inspect ${url} says what to do`)
  const [, alert] = (cause ? NOTHING_IN_COMMON.exec(messageOf(cause)) : undefined) ?? []
  if (alert !== undefined) {
    const what = alert === 'protocol version' ? 'it has no version of TLS that is safe; ' : ''
    return end(
      `answered, and refused the handshake: ${messageOf(cause)}; ${what}npx wirelab inspect ${url} says why, and what to do`,
    )
  }
  // [WHATWG Fetch, "Port blocking"]: ports of other protocols, which no browser asks either.
  if (cause && messageOf(cause).endsWith('bad port'))
    return end(
      'has a port that belongs to another protocol, so that browsers and Node ask nothing there; is this the lab’s port?',
    )
  return undefined
}

/** A handshake that failed. */
const TLS = /^(EPROTO|ERR_SSL_\w+)$/

/** By the code of the error. */
const CURES: readonly (readonly [code: RegExp, cure: string])[] = [
  [/^ERR_SSL_\w*PROTOCOL(_VERSION)?$/, 'it has no version of TLS that is safe'],
  [/^ECONNREFUSED$/, 'is the lab running, and is this its port?'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'is the name of the host right?'],
  [TLS, 'what listens there does not speak TLS as the lab does; is this its port?'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'what listens there hung up; is this the lab’s port?'],
  [/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR_\w*TIMEOUT)$/, 'nobody answers there; is the address right?'],
]

/** The cause, and where one is known, what to do about it. */
export function reasonOf(cause: unknown, url: string): string {
  const codes = codesOf(cause)
  const [, cure] = CURES.find(([pattern]) => codes.some((code) => pattern.test(code))) ?? []
  const reason = [messageOf(cause), cure].filter(Boolean).join('; ')
  if (!codes.some((code) => TLS.test(code))) return reason
  return `${reason}${reason.endsWith('?') ? '' : ';'} npx wirelab inspect ${url} says more`
}

/** There is somebody who speaks HTTP: it was reached, whatever it says. */
export function wasAnswered(cause: unknown): boolean {
  return Boolean(cause) && /\bHTTP \d{3}\b/.test(messageOf(cause))
}
