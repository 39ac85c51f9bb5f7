// Bytes as letters and as hex, short enough to be looked at; and an exchange in one line.
import { clockTime } from '../words.ts'
import type { Exchange } from './exchanges.ts'
import { latin1 } from './piece.ts'
import type { Bits, Kind, Piece } from './piece.ts'

/** Beside the colour: a letter of its own, and a style of underline in view.css. */
export const kinds: readonly { kind: Kind; letter: string; name: string; note: string }[] = [
  { kind: 'payload', letter: 'P', name: 'Payload', note: 'the events themselves' },
  { kind: 'framing', letter: 'F', name: 'Framing', note: 'where one thing ends and the next begins' },
  { kind: 'headers', letter: 'H', name: 'Headers', note: 'what HTTP says about it' },
  { kind: 'tls', letter: 'T', name: 'TLS', note: 'what sealing it costs' },
]

/** No longer than so many bytes of a piece are shown; its note says how many it has. */
const SHOWN_BYTES: Readonly<Record<Kind, number>> = { payload: 400, framing: 120, headers: 400, tls: 12 }

/** Middle dots for what is no visible ASCII, one for each byte; in text a line break after each LF. */
export function lettersOf(bytes: Uint8Array, isText = false): string {
  return latin1(bytes)
    .replace(/[^\x20-\x7e\n]/g, '·')
    .replaceAll('\n', isText ? '·\n' : '·')
}
export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

/** `says`: beside the bytes, what they mean where they are no letters. */
export function shown({ kind, bytes, isText, unmasked, sealed, says = '' }: Piece, isHex: boolean) {
  if (sealed) return { text: `[${says}, ${bytes.length}]`, says: '' }
  const most = unmasked ? 24 : SHOWN_BYTES[kind]
  const seen = bytes.subarray(0, most)
  const text = isHex || unmasked ? hexOf(seen) : lettersOf(seen, isText)
  const more = bytes.length > most ? ` … ${unmasked ? '' : `${words(bytes.length - most)} more`}` : ''
  return { text: text + more, says: says || (unmasked ? lettersOf(unmasked.subarray(0, SHOWN_BYTES[kind])) : '') }
}

export const words = (bytes: number) => `${bytes.toLocaleString('en')} ${bytes === 1 ? 'byte' : 'bytes'}`

export function sums(exchanges: readonly Exchange[]): Record<Kind, number> {
  const sum = { payload: 0, framing: 0, headers: 0, tls: 0 }
  for (const { records } of exchanges)
    for (const { pieces } of records) for (const { kind, bytes } of pieces) sum[kind] += bytes.length
  return sum
}

/** What it is, when, on which connection. */
export function titleOf({ connection, records }: Exchange): string {
  const { record, pieces } = records[0]!
  const time = `${clockTime(record.at)}.${String(Math.floor(record.at) % 1000).padStart(3, '0')}`
  const first = pieces.find(({ kind }) => kind !== 'tls')
  const message = record.messages?.[0]?.name === 'client_hello' ? 'TLS handshake' : undefined
  const said = first && lettersOf(first.bytes).split('·', 1)[0]!.slice(0, 80)
  const what = message ?? first?.says ?? (said || first?.note) ?? record.alert ?? record.type
  const { tls = 'TLS', alpn } = connection
  return `${time} ${what} (connection ${connection.id}, ${tls}${alpn ? `, ${alpn}` : ''})`
}

/** The bits to be shown: of the frame that the piece is of, else of the newest one. */
export function headOf(exchanges: readonly Exchange[], looked: Piece | undefined): Bits[] | undefined {
  let newest: Bits[] | undefined
  for (const { records } of exchanges)
    for (const { pieces } of records) {
      let own: Bits[] | undefined
      for (const piece of pieces) {
        own = piece.bits ?? own
        newest ??= own
        if (piece === looked && own) return own
      }
    }
  return newest
}
