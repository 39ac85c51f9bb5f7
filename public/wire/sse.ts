// Server-sent events, line by line (WHATWG HTML §9.2.5 and §9.2.6).
import { latin1, writer } from './piece.ts'
import type { Piece } from './piece.ts'

const [LF, CR, COLON, SPACE] = [10, 13, 58, 32]

const NOTES: Readonly<Record<string, string>> = {
  id: 'id: where we are; a client that comes back sends it as Last-Event-ID',
  event: 'event: the name of this event; without one it is called "message"',
  retry: 'retry: so many milliseconds to wait before connecting anew',
  data: 'data: what follows on this line is the event',
  '': 'a comment: nobody is told of it; it keeps the line busy',
}

export function readSse(bytes: Uint8Array): Piece[] {
  const out = writer(bytes, { isText: true })
  let [isNew, name] = [true, '']
  while (out.left > 0) {
    const { end, next } = lineAt(bytes, out.at)
    const begins = isNew ? { begins: true as const } : undefined
    if (end === out.at) {
      out.take(next - out.at, 'framing', 'an empty line: the event is complete, and is dispatched')
      ;[isNew, name] = [true, '']
      continue
    }
    isNew = false
    let colon = out.at
    while (colon < end && bytes[colon] !== COLON) colon++
    const field = latin1(bytes.subarray(out.at, Math.min(colon, out.at + 16)))
    const note = NOTES[field] ?? 'a field that is not known: a client passes over it'
    if (field === 'event') name = latin1(bytes.subarray(colon + 1, end)).trim()
    if (field !== 'data' || colon === end) {
      out.take(next - out.at, 'framing', note, begins)
      continue
    }
    out.take((bytes[colon + 1] === SPACE ? colon + 2 : colon + 1) - out.at, 'framing', note, begins)
    if (name === '') out.take(end - out.at, 'payload', 'the event')
    else out.take(end - out.at, 'framing', `the data of "${name}": about the stream, no event of the feed`)
    out.take(next - out.at, 'framing', 'the end of the line')
  }
  return out.pieces
}

/** A line ends with LF, CR, or both. */
function lineAt(bytes: Uint8Array, at: number): { end: number; next: number } {
  let end = at
  while (end < bytes.length && bytes[end] !== LF && bytes[end] !== CR) end++
  const isBoth = bytes[end] === CR && bytes[end + 1] === LF
  return { end, next: Math.min(bytes.length, end + (isBoth ? 2 : 1)) }
}
