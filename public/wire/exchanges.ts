// A capture as exchanges: the records of each connection read by its protocol, put back between what TLS adds, and told apart.
import { bytesOf } from './capture.ts'
import type { Capture, WireConnection, WireRecord } from './capture.ts'
import { beginsContent, readContent } from './content.ts'
import type { Content } from './content.ts'
import { beginsFrame } from './frames.ts'
import { beginsHead, readHttp1 } from './http1.ts'
import { readHttp2 } from './http2.ts'
import type { Streams } from './http2.ts'
import { cut, join, latin1, startsWith } from './piece.ts'
import type { Piece } from './piece.ts'
import { around } from './tls.ts'

export interface ReadRecord {
  record: WireRecord
  pieces: Piece[]
}
/** A request with its answer, a handshake, or what came down in one go. */
export interface Exchange {
  connection: WireConnection
  records: ReadRecord[]
}

/** The newest first. */
export function exchangesOf({ connections, records }: Capture): Exchange[] {
  const all: Exchange[] = []
  for (const connection of connections)
    all.push(
      ...readConnection(
        connection,
        records.filter((record) => record.connection === connection.id),
      ),
    )
  return all.sort((a, b) => b.records[0]!.record.n - a.records[0]!.record.n)
}

function readConnection(connection: WireConnection, records: WireRecord[]): Exchange[] {
  const plain = new Map(records.map((record) => [record, record.plain === null ? null : bytesOf(record.plain)]))
  const pieces = new Map<WireRecord, Piece[]>()
  const methods: string[] = []
  const streams: Streams = new Map()
  for (const up of [true, false]) {
    const data = records.filter((record) => record.up === up && record.type === 'data' && record.plain !== null)
    const parts = data.map((record) => plain.get(record)!)
    const read = readDirection(parts, up, connection, methods, streams)
    for (const [index, record] of data.entries()) pieces.set(record, read[index]!)
  }
  const exchanges: Exchange[] = []
  let last: Exchange | undefined
  for (const record of records) {
    const { before, isData, behind } = around(record, plain.get(record)!, connection)
    const inside = isData ? (pieces.get(record) ?? []) : []
    const isNew = isData ? inside[0]?.begins : record.messages?.some(({ name }) => name === 'client_hello')
    if (!last || isNew) exchanges.push((last = { connection, records: [] }))
    last.records.push({ record, pieces: [...before, ...inside, ...behind] })
  }
  return exchanges
}

/** One list of pieces for each part. */
function readDirection(
  parts: Uint8Array[],
  up: boolean,
  { alpn, opening }: Pick<WireConnection, 'alpn' | 'opening'>,
  methods: string[],
  streams: Streams,
): Piece[][] {
  const first = bytesOf(opening?.[up ? 'up' : 'down'] ?? '')
  const isWhole = first.length === 0 || startsWith(join(parts), latin1(first))
  // Where its beginning is kept no longer, the first words both ways, which are, say what the connection has become.
  const content = alpn === 'h2' || isWhole ? undefined : agreed(bytesOf(opening?.down ?? ''))
  const begins = (part: Uint8Array) => {
    if (alpn === 'h2') return beginsFrame(part)
    return content ? beginsContent(part, content, up) : beginsHead(part, up)
  }
  const start = isWhole ? 0 : parts.findIndex(begins)
  const lost = join(start < 0 ? parts : parts.slice(0, start))
  const kept = join(start < 0 ? [] : parts.slice(start))
  const note = 'the rest of something whose beginning is kept no longer'
  const before: Piece[] = lost.length > 0 ? [{ kind: 'payload', bytes: lost, note }] : []
  const read =
    alpn === 'h2'
      ? readHttp2(kept, up, streams)
      : content
        ? readContent(kept, content, up)
        : readHttp1(kept, up, methods)
  return cut(
    [...before, ...read],
    parts.map(({ length }) => length),
  )
}

function agreed(answer: Uint8Array): Content | undefined {
  const head = latin1(answer).split('\r\n\r\n', 1)[0]!
  if (/^HTTP\/1\.1 101/.test(head)) return 'websocket'
  return /^content-type: *text\/event-stream/im.test(head) && !/^content-length:/im.test(head) ? 'sse' : undefined
}
