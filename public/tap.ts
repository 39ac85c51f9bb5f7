// What is overheard for this page: votes over all four transports, each over a plain socket and over TLS. As the lab tells it
// (`GET /lab/bench/ID/tap`); that it tells it so is checked by the compiler in test/told.test.ts.
import type { Cursor, Json } from '../src/core/event.ts'

export interface TapOrder {
  tls: '1.2' | '1.3'
  /** Both votes are written with as many bytes. */
  padded: boolean
  /** One bit of one event is changed on each line. */
  tamper: boolean
}
export interface TapState extends TapOrder {
  phase: 'opening' | 'open' | 'done' | 'failed'
  why?: string
  /** The first two are the listener's own. */
  sent: Sent[]
  lines: TapLine[]
  packets: Packet[]
  /** No more is kept. */
  isFull: boolean
}
export interface Sent {
  id: Cursor
  /** As in the packets. */
  at: number
  type: string
  data: Json
}
export interface TapLine {
  transport: string
  isSealed: boolean
  /** By the client at its end. */
  got: { id: string; data: Json; at: number }[]
  /** Why it has ended before its time. */
  ended?: string
  isAltered?: true
  /** Opened by the lab with the secrets of its own server. */
  alerts: { up: boolean; alert: string; at: number }[]
}
export interface Packet {
  n: number
  transport: string
  isSealed: boolean
  /** ms since the epoch, by the server's clock. */
  at: number
  up: boolean
  /** Base64. */
  bytes: string
}
