// The steps of a handshake out of the records that passed a door: each message with its layer, its record and its moment; and its values.
import { readCertificate } from '../../tls/certificate.ts'
import { protocolsIn, readClientHello, readExtensions, readServerHello } from '../../tls/hello.ts'
import { certificatesIn, messageTypes, messagesIn } from '../../tls/messages.ts'
import {
  extensionName,
  groupName,
  isGrease,
  recordTypes,
  signatureName,
  suiteName,
  versionName,
} from '../../tls/names.ts'
import { octets } from '../../tls/octets.ts'
import { bytesOf } from '../../wire/capture.ts'
import type { WireRecord } from '../../wire/capture.ts'
import { join } from '../../wire/piece.ts'
import { size } from '../../words.ts'
import type { Handshake, Values, Version } from './answer.ts'

/** The four that the record protocol carries (RFC 8446 §5.1). */
export type Layer = 'handshake' | 'change_cipher_spec' | 'alert' | 'application_data'
export interface Step {
  name: string
  up: boolean
  /** ms since the first record. */
  at: number
  layer: Layer
  /** As the header of its record says to everybody. */
  outer: string
  isSealed: boolean
  bytes: number
  /** 0: it is in the same record as the one before. */
  recordBytes: number
}

const LAYERS: Readonly<Record<WireRecord['type'], Layer>> = {
  ...{ handshake: 'handshake', ccs: 'change_cipher_spec', alert: 'alert', data: 'application_data' },
}
const HEADER_BYTES = 5
const ALPN = 16

/** To the first answer, and what is left of the handshake behind it. */
export function stepsOf(records: readonly WireRecord[]): Step[] {
  const steps: Step[] = []
  const startedAt = records[0]?.at ?? 0
  const seen = new Set<string>()
  for (const record of records) {
    const { up, type, cipherBytes, plain, messages = [] } = record
    if (type === 'data' && seen.has(`data ${up}`)) continue // one each way shows it
    seen.add(`${type} ${up}`)
    const common = {
      ...{ up, at: record.at - startedAt, layer: LAYERS[type] },
      outer: recordTypes[bytesOf(record.header)[0] ?? 0] ?? 'unknown',
      isSealed: plain === null || cipherBytes - HEADER_BYTES !== bytesOf(plain).length,
    }
    const content = plain === null ? 0 : bytesOf(plain).length
    const parts = type === 'handshake' ? messages : [{ name: nameOf(record), bytes: content }]
    for (const [index, { name, bytes, ...part }] of parts.entries()) {
      const recordBytes = index === 0 ? cipherBytes : 0
      const before = steps.findLast((step) => step.up === up && step.layer === 'handshake')
      if ('continued' in part && before) {
        before.bytes += bytes
        before.recordBytes += recordBytes
      } else steps.push({ ...common, name, bytes, recordBytes })
    }
  }
  return steps
}

function nameOf({ type, alert }: WireRecord): string {
  if (type === 'alert') return alert ?? 'alert'
  if (type === 'ccs') return 'change_cipher_spec'
  return 'first application data'
}

/** @throws RangeError when a message is cut short. */
export function handshakeOf(version: Version, isResumed: boolean, records: readonly WireRecord[]): Handshake {
  const messages = (up: boolean) => {
    const mine = records.filter((each) => each.up === up && each.type === 'handshake' && each.plain !== null)
    return messagesIn(join(mine.map(({ plain }) => bytesOf(plain!))))
  }
  const [sent, got] = [messages(true), messages(false)]
  const bodyOf = (type: number) => got.findLast((each) => each.type === type)?.body
  const hello = sent.findLast(({ type }) => type === messageTypes.clientHello)?.body
  const chain = bodyOf(messageTypes.certificate)
  const tickets = got.filter(({ type }) => type === messageTypes.ticket)
  return {
    ...{ version, isResumed, steps: stepsOf(records) },
    client: hello ? offered(hello) : [],
    server: [
      ...chosen(bodyOf(messageTypes.serverHello), bodyOf(messageTypes.encrypted)),
      ['session tickets', tickets.map(({ body }) => size(body.length)).join(', ') || 'none'],
    ],
    chain: chain ? certificatesIn(chain, version).map(certificateSaid) : [],
  }
}

function offered(body: Uint8Array): Values {
  const { versions, suites, serverName, alpn, groups, keyShares, signatures, extensions, offersResumption } =
    readClientHello(body)
  const named = (values: readonly number[], nameOf: (value: number) => string) =>
    values
      .filter((value) => !isGrease(value))
      .map(nameOf)
      .join(', ')
  return [
    ['versions', named(versions, versionName)],
    ['server name (SNI)', serverName ?? 'none: the host is an address'],
    ['protocols (ALPN)', alpn.join(', ') || 'none'],
    ['cipher suites', named(suites, suiteName)],
    ['groups', named(groups, groupName)],
    [
      'key shares',
      keyShares
        .filter(({ group }) => !isGrease(group))
        .map(shareSaid)
        .join(', ') || 'none',
    ],
    ['signatures', named(signatures, signatureName)],
    ['ticket of an earlier connection', offersResumption ? 'yes' : 'no'],
    ['extensions', named([...extensions.keys()], extensionName)],
  ]
}

function chosen(hello: Uint8Array | undefined, encrypted: Uint8Array | undefined): Values {
  if (!hello) return []
  const { version, suite, keyShare, alpn, extensions } = readServerHello(hello)
  const sealed = encrypted ? readExtensions(octets(encrypted).vector(2)) : undefined
  const [sealedAlpn] = protocolsIn(sealed?.get(ALPN))
  const names = (some: Iterable<number>) => [...some].map(extensionName).join(', ') || 'none'
  return [
    ['version', versionName(version)],
    ['cipher suite', suiteName(suite)],
    ['key share', keyShare ? shareSaid(keyShare) : 'in server_key_exchange'],
    ['protocol (ALPN)', sealedAlpn === undefined ? (alpn ?? 'none') : `${sealedAlpn}, sealed in encrypted_extensions`],
    ['extensions', names(extensions.keys())],
    ...(sealed ? ([['sealed extensions', names(sealed.keys())]] as const) : []),
  ]
}

const shareSaid = ({ group, bytes }: { group: number; bytes: number }) => `${groupName(group)} (${size(bytes)})`

function certificateSaid(der: Uint8Array): string {
  const { subject, issuer, names, notAfter, bytes } = readCertificate(der)
  return `${subject}${names.length > 0 ? ` for ${names.join(', ')}` : ''}, signed by ${issuer}, until ${notAfter} (${size(bytes)})`
}
