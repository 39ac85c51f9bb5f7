// What a capture is, and what it tells of a connection and of a record: as `GET /lab/bench/:id/:lane/wire` shows them.
import type { OpenedRecord } from './connection.ts'
import type { Hide } from './hidden.ts'
import type { Facts } from './session.ts'

export interface WireRecord extends Omit<OpenedRecord, 'plain'> {
  /** Counts up by one over all connections of the capture, from 1. */
  n: number
  connection: number
  /** Base64. */
  plain: string | null
}
export interface WireConnection extends Facts {
  id: number
  /** ms since the epoch, as in the records. */
  openedAt: number
  closedAt?: number
  /** The first plaintext in each direction, base64, at most 2 KiB: what was agreed on stays known when its records have gone. */
  opening: { up: string; down: string }
}
interface Bytes {
  up: number
  down: number
}

export interface Capture {
  /** So many bytes have passed: `up` was handed to the server, else taken from it. Kept by reference: they must not change. */
  tap(connection: number, up: boolean, bytes: Buffer, at?: number): void
  /** The connection is over. */
  ended(connection: number, at?: number): void
  /** A line of the server's key log: of a connection whose ClientHello has passed, before or after the records that it opens. */
  keylog(line: Buffer | string): void
  /** Those with a greater `n`, as far as they are kept. What waits for its secret has no `n` yet. */
  records(after?: number): WireRecord[]
  /** The open ones, and closed ones as long as a record of theirs is kept. */
  connections(): WireConnection[]
  /**
   * Since the start: `tls` all that passed, `plain` application data in it, `unread` what no secret opened or nobody looked into.
   * The proof that no byte went by unseen: tests hold it against the server's own counters, which is where the page's counts are from.
   */
  bytes(): { tls: Bytes; plain: Bytes; unread: Bytes }
}

export interface CaptureOptions {
  /** ms since the epoch. */
  clock: () => number
  /** What is kept of application data, by what a connection speaks: as many bytes, without what must not be told. */
  hide?: (alpn: string | undefined, up: boolean) => Hide
  /** How many records, and how much plaintext, are kept. */
  records?: number
  plainBytes?: number
  /** So many connections at a time are opened; further ones are counted only. */
  opened?: number
}
