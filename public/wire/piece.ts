// What bytes are made of: an unbroken row of pieces, each with its kind and one sentence. No byte is left out, whatever comes.

export type Kind = 'payload' | 'framing' | 'headers' | 'tls'

/** A field of a few bits, for a table of them. */
export interface Bits {
  name: string
  bits: string
  note: string
}

export interface Piece {
  kind: Kind
  bytes: Uint8Array
  note: string
  /** With this piece something new begins: a request, a message, a frame. */
  begins?: true
  bits?: Bits[]
  /** What masked bytes are without their mask. */
  unmasked?: Uint8Array
  /** What bytes that are no letters mean, in a few words. */
  says?: string
  /** Of a protocol that is written in lines: what ends a line there ends it on the screen too. */
  isText?: true
  /** How many bytes it is, is known, but not which. */
  sealed?: true
}

export interface Writer {
  readonly bytes: Uint8Array
  readonly pieces: Piece[]
  readonly at: number
  readonly left: number
  /** The next `count` bytes; fewer when there are no more, and then the note says so. */
  take(count: number, kind: Kind, note: string, more?: Partial<Piece>): void
  /** Pieces of the next bytes, made elsewhere; together they must be these bytes. */
  add(pieces: Piece[]): void
  /** All that is left. */
  rest(kind: Kind, note: string): void
}

export const CUT = ' … cut off: the rest has not passed yet, or is kept no longer'

/** `every`: what all pieces have. */
export function writer(bytes: Uint8Array, every?: Pick<Piece, 'isText'>): Writer {
  const pieces: Piece[] = []
  let at = 0
  const own: Writer = {
    bytes,
    pieces,
    get at() {
      return at
    },
    get left() {
      return bytes.length - at
    },
    take(count, kind, note, more) {
      const end = Math.min(bytes.length, at + Math.max(0, count))
      if (end === at) return
      pieces.push({
        kind,
        bytes: bytes.subarray(at, end),
        note: end < at + count ? note + CUT : note,
        ...every,
        ...more,
      })
      at = end
    },
    add(more) {
      for (const piece of more) {
        pieces.push(piece)
        at += piece.bytes.length
      }
    },
    rest: (kind, note) => own.take(bytes.length - at, kind, note),
  }
  return own
}

/** Cuts pieces where the bytes were cut: one list for each length. Pieces that are cut say so in each part but the first. */
export function cut(pieces: Piece[], lengths: readonly number[]): Piece[][] {
  let [index, offset] = [0, 0]
  return lengths.map((length) => {
    const part: Piece[] = []
    for (let left = length; left > 0 && index < pieces.length;) {
      const piece = pieces[index]!
      const size = Math.min(left, piece.bytes.length - offset)
      part.push(size === piece.bytes.length ? piece : partOf(piece, offset, offset + size))
      left -= size
      offset += size
      if (offset === piece.bytes.length) [index, offset] = [index + 1, 0]
    }
    return part
  })
}

function partOf(piece: Piece, from: number, to: number): Piece {
  const { begins: _, bits, unmasked, says, ...rest } = piece
  return {
    ...rest,
    bytes: piece.bytes.subarray(from, to),
    note: from > 0 ? `${piece.note} (goes on)` : piece.note,
    ...(from === 0 && piece.begins && { begins: true as const }),
    ...(from === 0 && bits && { bits }),
    ...(from === 0 && says !== undefined && { says }),
    ...(unmasked && { unmasked: unmasked.subarray(from, to) }),
  }
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Each byte as the character of its number: never fails, and the length stays. */
export function latin1(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}

export function startsWith(bytes: Uint8Array, text: string, at = 0): boolean {
  if (bytes.length - at < text.length) return false
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false
  return true
}
