// What stands beside the feed and uses it: a room that is handed in to the lab, for the server does not know what is above it.
import type { Hono } from 'hono'
import type { Env } from '../../transports/contract.ts'
import type { Feed } from '../core/feed.ts'
import type { Limits } from '../core/limits.ts'
import type { Rate } from '../sources/rate.ts'
import type { Guard } from './guard.ts'
import type { Metrics } from './metrics.ts'
import type { Credentials, HttpVersions, TlsRules } from './secure.ts'
import type { Traffic } from './wire.ts'

export interface RoomOptions {
  feed: Feed
  limits: Limits
  http: HttpVersions
  guard: Guard
  metrics: Metrics
  /** The address that the lab listens on. */
  host: string
  tls: Credentials
  rules: TlsRules
  /** Given each secret of TLS, as a line of the NSS key log. */
  onSecret?: ((line: Buffer) => void) | undefined
  /** PEM of the authority that signed `tls`; undefined when it is not ours. */
  ca: string | undefined
  /** What reading the feed needs; undefined where it is open to all. */
  readKey: string | undefined
  clock: () => number
  rate: () => Rate | undefined
}

export interface RoomCounts {
  /** Now. */
  benches: number
  doors: number
  storms: number
  proofs: number
  /** At all doors since the start, those that are closed too; `open` connections now. */
  traffic: Traffic & { open: number }
}

export interface LabRoom {
  /** Mounted at `/lab/bench`. */
  routes: Hono<Env>
  counts(): RoomCounts
  /** Another certificate for new handshakes. */
  renew(tls: Credentials): void
  /** @returns whether anything under way had to be broken. */
  close(): Promise<{ forced: boolean }>
}

export type OpenRoom = (options: RoomOptions) => LabRoom

export interface RangeOptions {
  /** Of the lab: the servers of the range listen on those after it; with 0 on any. */
  port: number
  /** What the lab listens on: there is no range for others than this machine. */
  host: string
  /** The host names that the lab answers to. */
  names: readonly string[]
  tls: Credentials
  /** PEM of the authority that signed `tls`; undefined when it is not ours. */
  ca: string | undefined
  guard: Guard
  limits: Limits
  clock: () => number
  /** Told of errors that nobody expected. */
  failed: (error: unknown) => void
}

export interface RangeRoom {
  /** Mounted at `/lab/range`. */
  routes: Hono<Env>
  /** The URL of what is attacked. */
  target: string
  /** Another certificate for new handshakes. @param ca PEM of the authority that signed it */
  renew(tls: Credentials, ca: string | undefined): void
  close(): Promise<void>
}

/** @throws Error in one line, when it cannot be opened */
export type OpenRange = (options: RangeOptions) => Promise<RangeRoom>
