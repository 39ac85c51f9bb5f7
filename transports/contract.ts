// Read this first: what a transport is. Everything else in this folder is one of these, or helps one.
import type { Hono } from 'hono'
import type { Account } from '../src/core/account.ts'
import type { Cursor, FeedEvent, Gap } from '../src/core/event.ts'
import type { After, Feed } from '../src/core/feed.ts'
import type { Limits } from '../src/core/limits.ts'

/** Server side: the routes of one transport, mounted under `/feed/<name>`. `stop` fires when the server is going away. */
export type Routes = (feed: Feed, limits: Limits, stop: AbortSignal) => Hono<Env>

/** Client side: follows the feed until `close()`, reconnecting and resuming by itself. */
export type Connect = (options: ConnectOptions) => Connection

export interface ConnectOptions {
  /** Where the lab is, e.g. `https://localhost:8443`. */
  origin: string
  /** The cursor of the last event seen; default `now`. */
  after?: After
  /** What a browser has as globals and Node must be handed (transports/platform.ts). */
  platform?: Platform
  /** Polling only: milliseconds between two requests, default 1000. */
  pollMs?: number
  /** Each event once, in order. The receive time is the time of this call. */
  onEvent(event: FeedEvent): void
  /** Events that cannot be had any more; comes before the next event. */
  onGap?(gap: Gap): void
  /** `inMs`, where it is known: how long `waiting` lasts. */
  onState?(state: ConnectionState, cause?: unknown, inMs?: number): void
}

export interface Connection {
  close(): void
}

/** `waiting` is the back-off before the next attempt; `closed` is final: by `close()`, or a terminal answer (then with a cause). */
export type ConnectionState = 'connecting' | 'open' | 'waiting' | 'closed'

export interface Platform {
  fetch: typeof fetch
  EventSource: new (url: string) => EventSource
  WebSocket: new (url: string, protocol: string) => WebSocket
}

/** What a route gets beside the request: Node's own objects, for writing without a web stream, and what was found out already. */
export interface Env {
  Bindings: {
    incoming: import('node:http').IncomingMessage
    outgoing: import('node:http').ServerResponse
    /** Present on an Upgrade (HTTP/1.1) or an extended CONNECT (HTTP/2, RFC 8441): takes the connection over as a WebSocket. */
    upgrade?: (accept: (socket: import('ws').WebSocket, stream: import('node:stream').Duplex) => void) => void
    /** Which resource this is about, after content negotiation. */
    path: string
    /** Who is asking, for whoever counts; undefined: anybody. */
    publisher?: string
    /** Whose account was shown, where the lab has accounts. */
    account?: Account
    /** Called when the answer is out or the client is gone. */
    over: (() => void)[]
    client: Client
  }
}

/** Whom a line is open for: all that is kept of the request. */
export interface Client {
  /** Asked before each event that this client publishes, on any transport. @throws {Refusal} 401, 403 or 429 */
  mayPublish(type: string): void
  /** Told of each of them that is in the log, where somebody keeps whose it is. */
  published?: (event: Cursor) => void
  /** Present where it came by an account: calls back once, when its session has ended. @returns what forgets that. */
  whenEnded?: (act: () => void) => () => void
}
