// One TLS connection, read from outside: its records in the order in which they passed, opened with the secrets of the key log.
import { alertName } from './alerts.ts'
import { CCS, ALERT, DATA, HANDSHAKE, recordReader } from './records.ts'
import type { SealedRecord } from './records.ts'
import { messageReader } from './handshake.ts'
import type { Message } from './handshake.ts'
import { startSession } from './session.ts'
import type { Session, Side } from './session.ts'
import type { Secrets } from './secrets.ts'

export interface OpenedRecord {
  at: number
  up: boolean
  type: 'handshake' | 'data' | 'alert' | 'ccs'
  /** All of the record: its header of five bytes, what it seals, the tag. */
  cipherBytes: number
  /** These five bytes, in the clear, base64: type, version, length. */
  header: string
  /** What is in it, without content type and padding; null when no secret opens it. */
  plain: Buffer | null
  /** Of a record of the handshake. */
  messages?: Message[]
  /** Of an alert. */
  alert?: string
}

export interface Connection extends Pick<Session, 'facts' | 'clientRandom'> {
  read(up: boolean, bytes: Buffer, at: number): void
  /** There are new secrets: what was held may be opened now. */
  look(): void
  /** Nothing more comes: what is held can never be opened. */
  end(): void
}

/** One direction, and what of it is not whole yet. */
interface Reading extends Side {
  records: ReturnType<typeof recordReader>
  messages: ReturnType<typeof messageReader>
}
interface Held extends SealedRecord {
  side: Reading
  at: number
}

const HELD_RECORDS = 64
const HELD_BYTES = 128 * 1024

export function startConnection(secrets: Secrets, emit: (record: OpenedRecord) => void): Connection {
  const sides = { up: side(true), down: side(false) }
  const session = startSession(secrets)
  const queue: Held[] = []
  let heldBytes = 0
  let isLost = false // no secret, or not the TLS that is known here: from now on it is counted only

  function look() {
    while (queue.length > 0) {
      const record = queue[0]!
      const opened = isLost ? sealed(record) : tried(record)
      if (opened === 'wait') return
      queue.shift()
      heldBytes -= record.fragment.length
      emit(opened)
    }
  }
  function tried(record: Held): OpenedRecord | 'wait' {
    try {
      return opened(record)
    } catch {
      isLost = true // its record says so: `plain` is null
      return sealed(record)
    }
  }
  function opened(record: Held): OpenedRecord | 'wait' {
    const { side, header, fragment } = record
    const opener = session.openerFor(side, record.type)
    if (opener === 'wait') return 'wait'
    let [type, plain] = [record.type, opener ? opener(header, fragment) : fragment]
    if (opener && session.facts.tls === 'TLSv1.3') {
      // RFC 8446 §5.2: behind the content its true type, then as many zeros as the sender liked.
      let end = plain.length - 1
      while (end >= 0 && plain[end] === 0) end--
      if (end < 0) throw new Error('a record without a content type')
      type = plain[end]!
      plain = plain.subarray(0, end)
    }
    const result: OpenedRecord = { ...sealed(record), type: nameOf(type), plain }
    if (type === CCS) session.changed(side)
    else if (type === ALERT) result.alert = alertName(plain)
    else if (type === HANDSHAKE) {
      const { messages, whole } = side.messages(plain)
      result.messages = messages
      for (const message of whole) session.read(side, message)
    }
    return result
  }

  return {
    facts: session.facts,
    get clientRandom() {
      return session.clientRandom
    },
    read(up, bytes, at) {
      const side = up ? sides.up : sides.down
      for (const record of side.records(bytes)) {
        queue.push({ ...record, side, at })
        heldBytes += record.fragment.length
      }
      look()
      if (queue.length <= HELD_RECORDS && heldBytes <= HELD_BYTES) return
      isLost = true
      look()
    },
    look,
    end() {
      isLost = true
      look()
    },
  }
}

const side = (up: boolean): Reading => ({
  up,
  records: recordReader(),
  messages: messageReader(),
  ...{ open: undefined, stage: 'handshake', secret: undefined, isSealed: false },
})

const sealed = ({ at, side, type, header, fragment }: Held): OpenedRecord => ({
  ...{ at, up: side.up, type: nameOf(type) },
  cipherBytes: header.length + fragment.length,
  header: header.toString('base64'),
  plain: null,
})

function nameOf(type: number): OpenedRecord['type'] {
  if (type === HANDSHAKE) return 'handshake'
  return type === DATA ? 'data' : type === ALERT ? 'alert' : 'ccs'
}
