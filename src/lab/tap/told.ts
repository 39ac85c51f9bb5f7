// What a tap tells: as `GET /lab/bench/ID/tap` shows it.
import type { TransportName } from '../../../transports/clients.ts'
import type { Cursor, Json } from '../../core/event.ts'
import type { TapOrder } from '../settings.ts'

export interface TapState extends TapOrder {
  phase: 'opening' | 'open' | 'done' | 'failed'
  /** Of a tap that failed. */
  why?: string
  /** What was published, in this order; of the first two the listener knows, for they are its own. */
  sent: Sent[]
  lines: TapLine[]
  /** Those with a greater number than was asked for. */
  packets: Packet[]
  /** No more is kept: they were too many. */
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
  transport: TransportName
  isSealed: boolean
  /** By the client at its end. */
  got: { id: string; data: Json; at: number }[]
  /** Why it has ended before its time, and by which code. */
  ended?: string
  /** A bit was flipped. */
  isAltered?: true
  /** Alerts that passed, opened by the lab with the secrets of its own server. */
  alerts: { up: boolean; alert: string; at: number }[]
}
export interface Packet {
  n: number
  transport: TransportName
  isSealed: boolean
  /** ms since the epoch, by the server's clock. */
  at: number
  up: boolean
  /** Base64: as they passed, and of a sealed line as they were before a bit was flipped. */
  bytes: string
}
