// What the lab tells of the bytes that passed a door (`GET /lab/bench/:id/:lane/wire`), and how it grows while a page looks on.

export interface WireRecord {
  n: number
  connection: number
  /** ms since the epoch, by the server's clock. */
  at: number
  up: boolean
  type: 'handshake' | 'data' | 'alert' | 'ccs'
  cipherBytes: number
  /** The first five bytes of the record, base64. */
  header: string
  /** Base64; null where no secret opened it. */
  plain: string | null
  messages?: { name: string; bytes: number; continued?: true }[]
  alert?: string
}
export interface WireConnection {
  id: number
  tls?: string
  cipher?: string
  alpn?: string
  resumed?: boolean
  openedAt: number
  closedAt?: number
  /** The first plaintext each way, base64. */
  opening?: { up: string; down: string }
}
export interface Capture {
  connections: WireConnection[]
  records: WireRecord[]
}

const MOST_RECORDS = 256

/** What was known and what is new, as one. A lab that was restarted counts from 1 again: then only the new is left. */
export function grown(known: Capture, news: Capture): Capture {
  // Within one lab who has a lower number came earlier.
  const isOther = news.connections.some((now) =>
    known.connections.some((old) =>
      now.id === old.id ? now.openedAt !== old.openedAt : now.id < old.id && now.openedAt > old.openedAt,
    ),
  )
  if (isOther) return news
  const last = known.records.at(-1)?.n ?? 0
  const records = [...known.records, ...news.records.filter(({ n }) => n > last)].slice(-MOST_RECORDS)
  const used = new Set(records.map(({ connection }) => connection))
  const told = new Map(known.connections.filter(({ id }) => used.has(id)).map((each) => [each.id, each]))
  for (const each of news.connections) told.set(each.id, each)
  return { connections: [...told.values()], records }
}

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
}
