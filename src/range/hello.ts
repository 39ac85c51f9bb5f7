// ClientHello by hand: written from its parts, and read from the first bytes of a connection (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2).

/** By the numbers of IANA. */
export interface Extension {
  type: number
  body: number[]
}
export interface HelloOptions {
  extensions?: Extension[]
  compressions?: number[]
}

const short = (value: number) => [value >> 8, value & 255]
/** What is preceded by its length, in two bytes. */
export const vector = (bytes: readonly number[]) => [...short(bytes.length), ...bytes]

/** RFC 5246 §7.4.1.2, with the groups and signatures that our certificate needs. */
export function clientHello(
  version: number,
  suites: number[],
  { extensions = [], compressions = [0] }: HelloOptions = {},
): Buffer {
  const all: Extension[] = [
    { type: 10, body: vector(short(0x0017)) },
    { type: 13, body: vector(short(0x0403)) },
    ...extensions,
  ]
  const body = [
    ...short(version),
    ...Buffer.alloc(32, 7),
    0,
    ...vector(suites.flatMap(short)),
    ...[compressions.length, ...compressions],
    ...vector(all.flatMap(({ type, body }) => [...short(type), ...vector(body)])),
  ]
  return Buffer.from([0x16, 3, 1, ...vector([1, 0, ...vector(body)])])
}

const SUPPORTED_VERSIONS = 43
/** One that nobody has: what a server does not know it passes over. */
const NOBODYS = 0xfffe
export const TLS_10 = 0x0301
export const TLS_12 = 0x0303

export interface ReadHello {
  bytes: Buffer
  /** The highest that it offers. */
  version: number
  /** The same bytes, in which TLS 1.3 is not offered any more. */
  without13(): Buffer
}

/** Undefined while it is not all there. @throws Error when it is none */
export function readHello(bytes: Buffer): ReadHello | undefined {
  if (bytes.length < 5 || bytes.length < 5 + bytes.readUInt16BE(3)) return undefined
  if (bytes[0] !== 0x16 || bytes[5] !== 1) throw new Error('this is no ClientHello')
  let at = 9 + 2 + 32 // behind the heads of record and message, version and random
  at += 1 + bytes[at]! // session
  at += 2 + bytes.readUInt16BE(at) // suites
  at += 1 + bytes[at]! // compressions
  let version = bytes.readUInt16BE(9)
  let said: number | undefined
  for (at += 2; at + 4 <= bytes.length; at += 4 + bytes.readUInt16BE(at + 2)) {
    if (bytes.readUInt16BE(at) !== SUPPORTED_VERSIONS) continue
    said = at
    const versions = Array.from({ length: bytes[at + 4]! >> 1 }, (_, n) => bytes.readUInt16BE(at + 5 + 2 * n))
    version = Math.max(...versions.filter((each) => each >> 8 === 3)) // the others are GREASE
  }
  return {
    ...{ bytes, version },
    without13() {
      const changed = Buffer.from(bytes)
      if (said !== undefined) changed.writeUInt16BE(NOBODYS, said)
      return changed
    },
  }
}
