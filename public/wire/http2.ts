// HTTP/2 (RFC 9113): frames by type; header blocks put together and unpacked, and what the streams carry in their DATA.
import { contentOf, readContent } from './content.ts'
import type { Content } from './content.ts'
import { CONTINUATION, DATA, END_HEADERS, HAS_PRIORITY, HEADERS, PADDED } from './frames.ts'
import { framesOf, readControl, readFrameHead } from './frames.ts'
import type { Frame } from './frames.ts'
import { hpack } from './hpack.ts'
import type { Field } from './hpack.ts'
import { cut, join, startsWith, writer } from './piece.ts'
import type { Piece } from './piece.ts'

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const PRIORITY_BYTES = 5

/** What the streams of a connection carry, by number: the direction that goes up is read first, and knows of WebSockets. */
export type Streams = Map<number, Content>

/** Part of a header block, or of what a stream carries: read when all parts are there. */
interface Slot {
  bytes: Uint8Array
  pieces: Piece[]
}

export function readHttp2(bytes: Uint8Array, up: boolean, streams: Streams): Piece[] {
  const out = writer(bytes)
  if (startsWith(bytes, PREFACE))
    out.take(PREFACE.length, 'framing', 'the preface: this is HTTP/2 (RFC 9113 §3.4)', {
      ...{ begins: true, isText: true },
    })
  const row: Piece[][] = [out.pieces]
  const slots: Slot[] = []
  const carried = new Map<number, Slot[]>()
  const table = hpack()
  let block: Slot[] = []

  for (const frame of framesOf(bytes, out.at)) {
    row.push(readFrameHead(frame))
    const { type, flags, stream } = frame
    if (type !== DATA && type !== HEADERS && type !== CONTINUATION) {
      row.push(readControl(frame))
      continue
    }
    const { lead, inside, tail } = unpadded(frame)
    const slot: Slot = { bytes: inside, pieces: [] }
    slots.push(slot)
    row.push(lead, slot.pieces, tail)
    if (type === DATA) {
      const parts = carried.get(stream)
      if (parts) parts.push(slot)
      else carried.set(stream, [slot])
      continue
    }
    block.push(slot)
    if ((flags & END_HEADERS) === 0) continue
    const { pieces, fields } = table.read(join(block.map((part) => part.bytes)))
    fill(block, pieces)
    learn(fields, stream)
    block = []
  }
  fill(block, table.read(join(block.map((part) => part.bytes))).pieces)
  for (const [stream, parts] of carried)
    fill(parts, readContent(join(parts.map((part) => part.bytes)), streams.get(stream), up))
  return row.flat()

  function learn(fields: Field[], stream: number) {
    const valueOf = (name: string) => fields.find((field) => field.name === name)?.value
    if (valueOf(':protocol') === 'websocket') streams.set(stream, 'websocket')
    const content = contentOf(valueOf('content-type'))
    if (content && streams.get(stream) !== 'websocket') streams.set(stream, content)
  }
}

/** Pieces of bytes that came in several frames go back to the frames they came in. */
function fill(slots: Slot[], pieces: Piece[]) {
  const parts = cut(
    pieces,
    slots.map(({ bytes }) => bytes.length),
  )
  for (const [index, { pieces: own }] of slots.entries()) own.push(...parts[index]!)
}

/** RFC 9113 §6.1 and §6.2: padding, and priorities of old. */
function unpadded({ type, flags, body, length }: Frame): { lead: Piece[]; inside: Uint8Array; tail: Piece[] } {
  const out = writer(body)
  let padding = 0
  if (type !== CONTINUATION && flags & PADDED) {
    padding = body[0] ?? 0
    out.take(1, 'framing', `${padding} bytes of padding at the end`)
  }
  if (type === HEADERS && flags & HAS_PRIORITY)
    out.take(PRIORITY_BYTES, 'framing', 'a priority, as it was before RFC 9218; nobody heeds it any more')
  const inside = body.subarray(out.at, Math.max(out.at, Math.min(body.length, length - padding)))
  const end = writer(body.subarray(out.at + inside.length))
  end.rest('framing', 'padding')
  return { lead: out.pieces, inside, tail: end.pieces }
}
