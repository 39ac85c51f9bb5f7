// The messages of a TLS handshake: put together from records, named, and read as far as keys depend on them.

/** A handshake message, or the part of it that is in one record. */
export interface Message {
  name: string
  /** Of this message in this record, its head of four bytes among them. */
  bytes: number
  /** It began in an earlier record. */
  continued?: true
}
export interface WholeMessage {
  type: number
  body: Buffer
}

export interface ServerHello {
  random: Buffer
  suite: number
  tls: '1.2' | '1.3'
  sessionId: Buffer
  extensions: Map<number, Buffer>
  /** It asks for another ClientHello (RFC 8446 §4.1.4). */
  isRetry: boolean
}

export const CLIENT_HELLO = 1
export const SERVER_HELLO = 2
export const ENCRYPTED_EXTENSIONS = 8
export const FINISHED = 20
export const KEY_UPDATE = 24

/** RFC 8446 §B.3, RFC 5246 §7.4, RFC 6066 §8 */
const NAMES: Readonly<Record<number, string>> = {
  ...{ 0: 'hello_request', 1: 'client_hello', 2: 'server_hello', 4: 'new_session_ticket', 5: 'end_of_early_data' },
  ...{ 8: 'encrypted_extensions', 11: 'certificate', 12: 'server_key_exchange', 13: 'certificate_request' },
  ...{ 14: 'server_hello_done', 15: 'certificate_verify', 16: 'client_key_exchange', 20: 'finished' },
  ...{ 22: 'certificate_status', 24: 'key_update' },
}
/** SHA-256 of "HelloRetryRequest": the random of a ServerHello that is one (RFC 8446 §4.1.3). */
const RETRY = Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex')
const SUPPORTED_VERSIONS = 43
const ALPN = 16
const HEAD_BYTES = 4
const LONGEST = 256 * 1024

/** Of one direction. @throws Error when a message is longer than any that a lab needs. */
export function messageReader(): (plain: Buffer) => { messages: Message[]; whole: WholeMessage[] } {
  let held = Buffer.alloc(0)
  return (plain) => {
    let before = held.length // bytes of earlier records
    const all = before > 0 ? Buffer.concat([held, plain]) : plain
    const messages: Message[] = []
    const whole: WholeMessage[] = []
    let at = 0
    while (at < all.length) {
      const type = all[at]!
      const end = all.length - at < HEAD_BYTES ? Infinity : at + HEAD_BYTES + all.readUIntBE(at + 1, 3)
      if (end - at > LONGEST && end !== Infinity) throw new Error(`a handshake message of ${end - at} bytes`)
      const here = Math.min(end, all.length)
      const isRetry = type === SERVER_HELLO && all.subarray(at + 6, at + 38).equals(RETRY)
      const name = isRetry ? 'hello_retry_request' : (NAMES[type] ?? `message ${type}`)
      messages.push({ name, bytes: here - at - before, ...(before > 0 && { continued: true as const }) })
      before = 0
      if (end > all.length) break
      whole.push({ type, body: all.subarray(at + HEAD_BYTES, end) })
      at = end
    }
    held = Buffer.from(all.subarray(at))
    return { messages, whole }
  }
}

/** RFC 8446 §4.1.2: two bytes of version, the random, the session's id. */
export function readClientHello(body: Buffer): { random: Buffer; sessionId: Buffer } {
  return { random: body.subarray(2, 34), sessionId: body.subarray(35, 35 + body.readUInt8(34)) }
}

/** RFC 8446 §4.1.3 @throws RangeError when it is cut short. */
export function readServerHello(body: Buffer): ServerHello {
  const random = body.subarray(2, 34)
  const suiteAt = 35 + body.readUInt8(34)
  const extensions = readExtensions(body, suiteAt + 3)
  return {
    random,
    suite: body.readUInt16BE(suiteAt),
    tls: extensions.get(SUPPORTED_VERSIONS)?.readUInt16BE() === 0x0304 ? '1.3' : '1.2',
    sessionId: body.subarray(35, suiteAt),
    extensions,
    isRetry: random.equals(RETRY),
  }
}

/** From their common length on; none when there is nothing. */
export function readExtensions(body: Buffer, at: number): Map<number, Buffer> {
  const extensions = new Map<number, Buffer>()
  for (let next = at + 2; next + 4 <= body.length;) {
    const end = next + 4 + body.readUInt16BE(next + 2)
    extensions.set(body.readUInt16BE(next), body.subarray(next + 4, end))
    next = end
  }
  return extensions
}

/** RFC 7301 §3.1: the one protocol that a server chose. */
export function chosenProtocol(extensions: Map<number, Buffer>): string | undefined {
  return extensions.get(ALPN)?.subarray(3).toString('latin1')
}
