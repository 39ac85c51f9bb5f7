// What passes a door, opened: the last TLS records of all its connections, each with its plaintext, and exact sums of bytes.
import { startConnection } from './connection.ts'
import type { Connection, OpenedRecord } from './connection.ts'
import type { Capture, CaptureOptions, WireConnection } from './captured.ts'
import type { Hide } from './hidden.ts'
import { ring } from './ring.ts'
import { readKeyLine } from './secrets.ts'
import type { Secrets } from './secrets.ts'

interface Line {
  id: number
  connection: Connection
  /** Kept as long as it is open, and not longer. */
  secrets: Secrets
  /** The client's, as hex: the key log names connections by it. */
  random: string | undefined
  openedAt: number
  closedAt: number | undefined
  opening: { up: Buffer; down: Buffer }
  hide: { up?: Hide; down?: Hide }
  /** Of its records in the ring. */
  kept: number
}

const OPENING_BYTES = 2048
const EMPTY = Buffer.alloc(0)

export function startCapture({ clock, hide = () => (plain) => plain, ...options }: CaptureOptions): Capture {
  const { records: mostRecords = 256, plainBytes: mostPlain = 256 * 1024, opened: mostOpened = 64 } = options
  const lines = new Map<number, Line | 'counted'>()
  const byRandom = new Map<string, Line>()
  const last = ring<OpenedRecord & { n: number; line: Line }>({
    ...{ records: mostRecords, plainBytes: mostPlain },
    gone({ line }) {
      line.kept--
      forget(line)
    },
  })
  const sums = { tls: { up: 0, down: 0 }, plain: { up: 0, down: 0 }, unread: { up: 0, down: 0 } }
  let [n, opened] = [0, 0]

  function lineOf(id: number, at: number): Line | 'counted' {
    const known = lines.get(id)
    if (known) return known
    const line: Line | 'counted' = opened < mostOpened ? open(id, at) : 'counted'
    lines.set(id, line)
    return line
  }
  function open(id: number, openedAt: number): Line {
    opened++
    const secrets: Secrets = new Map()
    const connection = startConnection(secrets, (record) => keep(line, record))
    const line: Line = {
      ...{ id, connection, secrets, random: undefined, openedAt, closedAt: undefined },
      ...{ opening: { up: EMPTY, down: EMPTY }, hide: {}, kept: 0 },
    }
    return line
  }
  function keep(line: Line, record: OpenedRecord) {
    const { up, type, cipherBytes } = record
    const direction = up ? 'up' : 'down'
    const hidden = () => (line.hide[direction] ??= hide(line.connection.facts.alpn, up))
    const plain = record.plain && type === 'data' ? hidden()(record.plain) : record.plain
    if (!plain) sums.unread[direction] += cipherBytes
    else if (type === 'data') {
      sums.plain[direction] += plain.length
      if (line.opening[direction].length === 0) line.opening[direction] = Buffer.from(plain.subarray(0, OPENING_BYTES))
    }
    line.kept++
    last.push({ ...record, plain, n: ++n, line })
  }
  function read(line: Line, up: boolean, bytes: Buffer, at: number) {
    line.connection.read(up, bytes, at)
    if (line.random !== undefined) return
    line.random = line.connection.clientRandom?.toString('hex')
    if (line.random !== undefined) byRandom.set(line.random, line)
  }
  /** Nothing more of it is opened. */
  function finish(line: Line) {
    opened--
    line.connection.end()
    line.secrets.clear()
    if (line.random !== undefined && byRandom.get(line.random) === line) byRandom.delete(line.random)
  }
  function forget(line: Line) {
    if (line.kept === 0 && line.closedAt !== undefined) lines.delete(line.id)
  }

  return {
    tap(id, up, bytes, at = clock()) {
      const direction = up ? 'up' : 'down'
      sums.tls[direction] += bytes.length
      const line = lineOf(id, at)
      if (line !== 'counted')
        try {
          return read(line, up, bytes, at)
        } catch {
          lines.set(id, 'counted') // no TLS: nothing to open
          finish(line)
        }
      sums.unread[direction] += bytes.length
    },
    ended(id, at = clock()) {
      const line = lines.get(id)
      if (line === 'counted') lines.delete(id)
      if (line === undefined || line === 'counted') return
      finish(line)
      line.closedAt = at
      forget(line)
    },
    keylog(text) {
      const told = readKeyLine(text.toString())
      const line = told && byRandom.get(told.random)
      line?.secrets.set(told!.label, told!.secret)
      line?.connection.look()
    },
    records: (after = 0) =>
      last.after(after).map(({ line, plain, ...record }) => ({
        ...{ ...record, connection: line.id },
        plain: plain && plain.toString('base64'),
      })),
    connections: () => [...lines.values()].flatMap((line) => (line === 'counted' ? [] : [told(line)])),
    bytes: () => structuredClone(sums),
  }
}

function told({ id, connection, openedAt, closedAt, opening }: Line): WireConnection {
  return {
    ...{ id, openedAt, ...connection.facts },
    ...(closedAt !== undefined && { closedAt }),
    opening: { up: opening.up.toString('base64'), down: opening.down.toString('base64') },
  }
}
