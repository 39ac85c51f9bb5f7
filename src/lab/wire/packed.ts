// Header fields that HTTP/2 packs (HPACK): finds the values that must not be shown, octet by octet, and leaves all else as it is.
import type { Hide } from './hidden.ts'

/** What proves who asks: its number in the static table (RFC 7541 Appendix A), and its name in Huffman code (Appendix B) as hex. */
export const FIELDS = [
  { name: 'authorization', number: 23, packed: '1da99cf61bd8d263d5' },
  { name: 'cookie', number: 32, packed: '21cfd4c5' },
  { name: 'proxy-authorization', number: 49, packed: 'aec3f9f4b0ed4ce7b0dec6931eaf' },
  { name: 'set-cookie', number: 55, packed: '4152b10e7ea62f' },
] as const

const PREFACE_BYTES = 24 // RFC 9113 §3.4: what a client says first
const HEAD_BYTES = 9
const [HEADERS, PUSH_PROMISE, CONTINUATION] = [1, 5, 9]
const [END_HEADERS, PADDED, HAS_PRIORITY] = [4, 8, 32]

/** RFC 9113 §4.1: the frames of one direction, from its beginning on. */
export function hidePacked(up: boolean): Hide {
  const fields = fieldHider()
  const head = Buffer.alloc(HEAD_BYTES)
  let headBytes = 0
  let skip = up ? PREFACE_BYTES : 0
  let frame: ReturnType<typeof blockFrame> | undefined

  return (plain) => {
    const shown = Buffer.from(plain)
    for (let at = 0; at < shown.length; at++) {
      if (skip > 0) {
        const some = Math.min(skip, shown.length - at)
        skip -= some
        at += some - 1
        continue
      }
      if (frame) shown[at] = frame.next(shown[at]!)
      else {
        head[headBytes++] = shown[at]!
        if (headBytes < HEAD_BYTES) continue
        headBytes = 0
        if ([HEADERS, PUSH_PROMISE, CONTINUATION].includes(head[3]!)) frame = blockFrame(head, fields)
        else skip = head.readUIntBE(0, 3)
      }
      if (frame?.left === 0) {
        frame.end()
        frame = undefined
      }
    }
    return shown
  }
}

/** RFC 9113 §6.2, §6.6 and §6.10: a header block, or a part of it, between what may stand before and behind it. */
function blockFrame(head: Buffer, fields: ReturnType<typeof fieldHider>) {
  const [length, type, flags] = [head.readUIntBE(0, 3), head[3]!, head[4]!]
  const isPadded = type !== CONTINUATION && (flags & PADDED) !== 0
  const priority = type === HEADERS && flags & HAS_PRIORITY ? 5 : 0
  const lead = (isPadded ? 1 : 0) + priority + (type === PUSH_PROMISE ? 4 : 0)
  let [at, padding] = [0, 0]
  return {
    get left() {
      return length - at
    },
    next(byte: number): number {
      if (isPadded && at === 0) padding = byte
      const isInside = at >= lead && at < length - padding
      at++
      return isInside ? fields.next(byte) : byte
    },
    end() {
      if (flags & END_HEADERS) fields.end()
    },
  }
}

const STATIC = 61
/** No entry counts for less than 32 bytes (RFC 7541 §4.1), so no table of 64 KiB has more; ours may hold longer, never shorter. */
const MOST = 2048
const [ASTERISK, PACKED_ASTERISK] = [0x2a, 0xf9] // both eight bits: the length stays, and it still can be unpacked
const NAME_BYTES = 20 // longer than any of ours
const literals = new Set(
  FIELDS.flatMap(({ name, packed }) => [nameKey(false, Buffer.from(name).toString('hex')), nameKey(true, packed)]),
)
const numbers = new Set<number>(FIELDS.map(({ number }) => number))

/** RFC 7541 §6, one octet after the other; each step says which one reads the next. */
function fieldHider() {
  /** Of the names of the dynamic table, the newest first: whether it is one of ours. */
  const table: boolean[] = []
  let step: (byte: number) => number = first
  let number = 0 // an index or a length; then how much of that length is left
  let [isKept, isSecret, isPacked, name] = [false, false, false, '']

  function first(byte: number) {
    isKept = byte >= 0x40 && byte < 0x80
    if (byte >= 0x80) integer(byte, 7, begin)
    else if ((byte & 0xe0) === 0x20) integer(byte, 5, begin)
    else integer(byte, isKept ? 6 : 4, numbered)
    return byte
  }
  function begin() {
    step = first
  }
  function numbered() {
    isSecret = number > STATIC ? (table[number - STATIC - 1] ?? false) : numbers.has(number)
    name = ''
    step = number === 0 ? nameLength : valueLength
  }
  function nameLength(byte: number) {
    isPacked = byte >= 0x80
    integer(byte, 7, () => (number === 0 ? named() : (step = nameOctet)))
    return byte
  }
  function nameOctet(byte: number) {
    if (name.length < 2 * NAME_BYTES) name += byte.toString(16).padStart(2, '0')
    if (--number === 0) named()
    return byte
  }
  function named() {
    isSecret = literals.has(nameKey(isPacked, name))
    step = valueLength
  }
  function valueLength(byte: number) {
    isPacked = byte >= 0x80
    integer(byte, 7, () => (number === 0 ? valued() : (step = valueOctet)))
    return byte
  }
  function valueOctet(byte: number) {
    if (--number === 0) valued()
    if (!isSecret) return byte
    return isPacked ? PACKED_ASTERISK : ASTERISK
  }
  function valued() {
    if (isKept) table.unshift(isSecret)
    if (table.length > MOST) table.pop()
    step = first
  }
  /** RFC 7541 §5.1. */
  function integer(byte: number, bits: number, then: () => unknown) {
    const most = 2 ** bits - 1
    number = byte & most
    if (number < most) return then()
    let shift = 0
    step = (more) => {
      number += (more & 127) * 2 ** shift
      shift += 7
      if (more < 128 || shift > 28) then()
      return more
    }
  }

  return { next: (byte: number) => step(byte), end: begin }
}

function nameKey(isPacked: boolean, hex: string): string {
  return (isPacked ? 'packed ' : 'plain ') + hex
}
