// The two hellos of a handshake, which go in the clear, as values (RFC 8446 §4.1, RFC 5246 §7.4.1).
import { numbersIn, octets } from './octets.ts'

/** By its number. */
export type Extensions = Map<number, Uint8Array>

export interface ClientHello {
  random: Uint8Array
  /** What it would take; of TLS 1.2 and older the highest one. */
  versions: number[]
  suites: number[]
  extensions: Extensions
  /** SNI: none where the host is an address (RFC 6066 §3). */
  serverName?: string
  alpn: string[]
  groups: number[]
  /** Those it sends a share for, with the length of it. */
  keyShares: { group: number; bytes: number }[]
  signatures: number[]
  /** It has a ticket or a session of an earlier connection. */
  offersResumption: boolean
}
export interface ServerHello {
  random: Uint8Array
  version: number
  suite: number
  extensions: Extensions
  /** TLS 1.3 only: TLS 1.2 says it in ServerKeyExchange. */
  keyShare?: { group: number; bytes: number }
  /** In TLS 1.3 it is sealed, in EncryptedExtensions. */
  alpn?: string
}

const [SERVER_NAME, GROUPS, SIGNATURES, ALPN, TICKET, PSK, VERSIONS, KEY_SHARE] = [0, 10, 13, 16, 35, 41, 43, 51]

/** @throws RangeError when it is cut short. */
export function readClientHello(body: Uint8Array): ClientHello {
  const from = octets(body)
  const legacy = from.number(2)
  const random = from.take(32)
  from.vector(1) // session id
  const suites = numbersIn(from.vector(2), 2)
  from.vector(1) // compression
  const extensions = from.left > 0 ? readExtensions(from.vector(2)) : new Map<number, Uint8Array>()
  const of = (type: number) => extensions.get(type)
  const versions = of(VERSIONS) ? numbersIn(octets(of(VERSIONS)!).vector(1), 2) : [legacy]
  const serverName = of(SERVER_NAME) && nameIn(of(SERVER_NAME)!)
  return {
    ...{ random, versions, suites, extensions },
    ...(serverName !== undefined && { serverName }),
    alpn: protocolsIn(of(ALPN)),
    groups: listIn(of(GROUPS)),
    keyShares: of(KEY_SHARE) ? sharesIn(octets(of(KEY_SHARE)!).vector(2)) : [],
    signatures: listIn(of(SIGNATURES)),
    offersResumption: of(PSK) !== undefined || (of(TICKET)?.length ?? 0) > 0,
  }
}

/** @throws RangeError when it is cut short. */
export function readServerHello(body: Uint8Array): ServerHello {
  const from = octets(body)
  const legacy = from.number(2)
  const random = from.take(32)
  from.vector(1)
  const suite = from.number(2)
  from.number(1)
  const extensions = from.left > 0 ? readExtensions(from.vector(2)) : new Map<number, Uint8Array>()
  const [alpn] = protocolsIn(extensions.get(ALPN))
  const share = extensions.get(KEY_SHARE)
  const chosen = extensions.get(VERSIONS)
  return {
    ...{ random, suite, extensions, version: chosen ? octets(chosen).number(2) : legacy },
    ...(share && { keyShare: { group: octets(share).number(2), bytes: Math.max(0, share.length - 4) } }),
    ...(alpn !== undefined && { alpn }),
  }
}

/** Without the length of all of them. */
export function readExtensions(bytes: Uint8Array): Extensions {
  const from = octets(bytes)
  const extensions: Extensions = new Map()
  while (from.left > 0) extensions.set(from.number(2), from.vector(2))
  return extensions
}

/** RFC 7301 §3.1 */
export function protocolsIn(extension: Uint8Array | undefined): string[] {
  if (!extension) return []
  const list = octets(octets(extension).vector(2))
  const names: string[] = []
  while (list.left > 0) names.push(text(list.vector(1)))
  return names
}

/** RFC 6066 §3: a list of one name, of type 0. */
function nameIn(extension: Uint8Array): string | undefined {
  if (extension.length === 0) return undefined
  const list = octets(octets(extension).vector(2))
  list.number(1)
  return text(list.vector(2))
}

function sharesIn(bytes: Uint8Array): ClientHello['keyShares'] {
  const from = octets(bytes)
  const shares: ClientHello['keyShares'] = []
  while (from.left > 0) shares.push({ group: from.number(2), bytes: from.vector(2).length })
  return shares
}

const listIn = (extension: Uint8Array | undefined) => (extension ? numbersIn(octets(extension).vector(2), 2) : [])
const text = (bytes: Uint8Array) => String.fromCharCode(...bytes)
