// HPACK (RFC 7541): header fields in few bytes, for both sides remember what was sent before.
import { explainField, explainStatus } from './fields.ts'
import { unpack } from './huffman.ts'
import { latin1, writer } from './piece.ts'
import type { Piece } from './piece.ts'

export interface Field {
  name: string
  value: string
}
export interface Hpack {
  /** One block, whole. Fields whose names went with bytes that are gone have no name here. */
  read(bytes: Uint8Array): { pieces: Piece[]; fields: Field[] }
}

/** RFC 7541 Appendix A, name and value in turn. */
const STATIC: readonly Field[] =
  ':authority||:method|GET|:method|POST|:path|/|:path|/index.html|:scheme|http|:scheme|https|:status|200|:status|204|:status|206|:status|304|:status|400|:status|404|:status|500|accept-charset||accept-encoding|gzip, deflate|accept-language||accept-ranges||accept||access-control-allow-origin||age||allow||authorization||cache-control||content-disposition||content-encoding||content-language||content-length||content-location||content-range||content-type||cookie||date||etag||expect||expires||from||host||if-match||if-modified-since||if-none-match||if-range||if-unmodified-since||last-modified||link||location||max-forwards||proxy-authenticate||proxy-authorization||range||referer||refresh||retry-after||server||set-cookie||strict-transport-security||transfer-encoding||user-agent||vary||via||www-authenticate|'
    .split('|')
    .flatMap((word, index, all) => (index % 2 === 0 ? [{ name: word, value: all[index + 1] ?? '' }] : []))
const GONE: Field = { name: '', value: '' }
/** RFC 7541 §4.1: what an entry counts for, beside its letters. */
const ENTRY_BYTES = 32

export function hpack(): Hpack {
  /** The newest first. */
  const dynamic: Field[] = []
  let mostBytes = 4096

  const at = (index: number) => (index < 1 ? GONE : (STATIC[index - 1] ?? dynamic[index - 1 - STATIC.length] ?? GONE))
  function remember(field: Field) {
    dynamic.unshift(field)
    let bytes = 0
    const keep = dynamic.findIndex(({ name, value }) => (bytes += name.length + value.length + ENTRY_BYTES) > mostBytes)
    if (keep >= 0) dynamic.length = keep
  }

  return {
    read(bytes) {
      const out = writer(bytes)
      const fields: Field[] = []
      while (out.left > 0) {
        const start = out.at
        const first = bytes[start]!
        const reader = { bytes, at: start }
        if (first >= 0x80) {
          const index = integer(reader, 7)
          say(at(index), `nothing but its number, ${index}`, reader.at)
        } else if ((first & 0xe0) === 0x20) {
          mostBytes = Math.min(65_536, integer(reader, 5))
          out.take(reader.at - start, 'headers', `both remember at most ${mostBytes} bytes of fields (RFC 7541 §6.3)`)
        } else {
          const isKept = first >= 0x40
          const index = integer(reader, isKept ? 6 : 4)
          const name = index > 0 ? at(index).name : string(reader)
          const field = { name, value: string(reader) }
          if (isKept) remember(field)
          const how = `${index > 0 ? `its name as number ${index}` : 'its name in letters'}, its value in letters`
          const never = !isKept && (first & 0x10) !== 0 ? '; not to be remembered by anybody' : ''
          say(field, how + (isKept ? '; from now on it has a number' : never), reader.at)
        }
        function say(field: Field, how: string, end: number) {
          fields.push(field)
          const { name, value } = field
          const what =
            name === ''
              ? 'a field that was named before what is kept here'
              : `${name}: ${value}: ${name === ':status' ? explainStatus(Number(value)) : explainField(name)}`
          out.take(Math.max(1, end - start), 'headers', `${what} [${end - start} bytes: ${how}]`, {
            says: name === '' ? 'named before' : `${name}: ${value}`,
          })
        }
      }
      return { pieces: out.pieces, fields }
    },
  }
}

interface Reader {
  bytes: Uint8Array
  at: number
}

/** RFC 7541 §5.1. */
function integer(reader: Reader, bits: number): number {
  const most = 2 ** bits - 1
  let value = (reader.bytes[reader.at++] ?? 0) & most
  if (value < most) return value
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = reader.bytes[reader.at++] ?? 0
    value += (byte & 127) * 2 ** shift
    if (byte < 128) break
  }
  return value
}

/** RFC 7541 §5.2. */
function string(reader: Reader): string {
  const isPacked = (reader.bytes[reader.at] ?? 0) >= 128
  const length = integer(reader, 7)
  const letters = reader.bytes.subarray(reader.at, reader.at + length)
  reader.at += length
  return latin1(isPacked ? unpack(letters) : letters)
}
