// What a certificate says of whom: names and validity, out of its DER (X.690 §8, RFC 5280 §4.1).
import { octets } from './octets.ts'

export interface Certificate {
  bytes: number
  subject: string
  issuer: string
  /** DNS names of subjectAltName. */
  names: string[]
  notAfter: string
}

interface Node {
  tag: number
  content: Uint8Array
}

const SEQUENCE_VERSION = 0xa0
const EXTENSIONS = 0xa3
const DNS_NAME = 0x82
const OCTET_STRING = 0x04
const [COMMON_NAME, ORGANISATION, ALT_NAME] = ['550403', '55040a', '551d11']

/** @throws RangeError when it is no certificate. */
export function readCertificate(der: Uint8Array): Certificate {
  const all = within(within(first(der).content)[0]!.content)
  const parts = all[0]!.tag === SEQUENCE_VERSION ? all.slice(1) : all
  const [, , issuer, validity, subject] = parts
  const end = validity && within(validity.content)[1]
  if (!issuer || !subject || !end) throw new RangeError('no certificate: it has too few parts')
  return {
    bytes: der.length,
    subject: nameIn(subject),
    issuer: nameIn(issuer),
    names: altNames(parts.find(({ tag }) => tag === EXTENSIONS)),
    notAfter: dateOf(text(end.content)),
  }
}

const first = (bytes: Uint8Array) => within(bytes)[0]!

/** One after the other: tag, length, content. */
function within(bytes: Uint8Array): Node[] {
  const from = octets(bytes)
  const nodes: Node[] = []
  while (from.left > 0) {
    const tag = from.number(1)
    const short = from.number(1)
    const length = short < 0x80 ? short : from.number((short & 0x7f) as 1 | 2 | 3)
    nodes.push({ tag, content: from.take(length) })
  }
  if (nodes.length === 0) throw new RangeError('nothing in it')
  return nodes
}

/** The common name, or else who it is of. */
function nameIn({ content }: Node): string {
  if (content.length === 0) return 'no name'
  const pairs = within(content).flatMap(({ content: set }) => within(set).map(({ content: pair }) => within(pair)))
  const of = (id: string) => pairs.find(([type]) => type && hex(type.content) === id)?.[1]
  const value = of(COMMON_NAME) ?? of(ORGANISATION)
  return value ? new TextDecoder().decode(value.content) : 'no name'
}

function altNames(extensions: Node | undefined): string[] {
  if (!extensions) return []
  const all = within(first(extensions.content).content).map(({ content }) => within(content))
  const value = all.find(([id]) => id && hex(id.content) === ALT_NAME)?.find(({ tag }) => tag === OCTET_STRING)
  if (!value) return []
  return within(first(value.content).content).flatMap(({ tag, content }) => (tag === DNS_NAME ? [text(content)] : []))
}

/** UTCTime has two digits of the year (RFC 5280 §4.1.2.5). */
function dateOf(time: string): string {
  const digits = time.length === 13 ? `${Number(time.slice(0, 2)) < 50 ? '20' : '19'}${time}` : time
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`
}

const text = (bytes: Uint8Array) => String.fromCharCode(...bytes)
const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
