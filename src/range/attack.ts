// What an attack of the range is, which defences hold it back, and what came of it. Read this first; attacks.ts and defences.ts are the lists.
import type { RoomOptions } from '../accounts/room.ts'
import type { Limits } from '../core/limits.ts'
import type { Accounts } from '../server/accounts.ts'
import type { Connection } from '../server/exchanges.ts'
import type { TlsRules } from '../server/secure.ts'

export interface Outcome {
  succeeded: boolean
  /** What the attacker did, got or saw: a line each, plain text. */
  seen: string[]
}

/** One server that can be attacked: a whole lab with accounts, `--auth required`, and some defences switched off. */
export interface Target {
  /** https://localhost:PORT; it listens on 127.0.0.1. */
  origin: string
  port: number
  /** PEM of the root that its certificate leads to: attackers verify it too. */
  ca: string
  /** Whose account is worth attacking: a user. An attack may log in as it where it plays the victim itself. */
  victim: { name: string; password: string }
  /** The attacker's own account, a user like any other. */
  attacker: { name: string; password: string }
}

/** Where the attacker sits. A page: `sibling` is another origin of the same site, `stranger` of another; `inside`: what is published. */
export type Seat = 'sibling' | 'stranger' | 'inside' | 'network' | 'socket'

export interface Attack {
  /** a–z and -: the address of its page. */
  slug: string
  title: string
  from: Seat
  /** Each of them alone holds it back; with all of them off it succeeds. */
  defences: readonly DefenceName[]
  /** What the attacker does, in a sentence or two. */
  about: string
  /** Why it succeeds, and why it is held back: paragraphs, plain text. */
  why: readonly string[]
  source: { name: string; url: string }
  /** Of attacks that need no browser: within some seconds, bounded, over verified TLS; leaves nothing open. `signal`: give up. */
  run?(target: Target, signal: AbortSignal): Promise<Outcome>
}

export const defenceNames = [
  'origin', // Origin and Sec-Fetch-Site are checked
  'same-site', // the cookie’s SameSite
  'cors', // no CORS headers
  'schema', // JSON of the right shape and Content-Type, and nothing else
  'encoding', // one encoding for SSE
  'text', // output as text
  'policy', // Content-Security-Policy
  'hsts',
  // of attacks from a socket
  'subprotocol',
  'message-size',
  'fragments',
  'control-frames',
  'timeouts',
  'delays', // after wrong passwords
  'one-time-ticket',
  'session-end',
  'tls-version',
] as const
export type DefenceName = (typeof defenceNames)[number]

export interface Defence {
  name: DefenceName
  title: string
  /** What it does, in a sentence. */
  does: string
  /** How the target is built without it: around the server's own code, which has no switch. */
  off: Weakness
}

/** All of it is optional; those of several defences that are off are laid over each other. */
export interface Weakness {
  /** Bounds that are not there: a number that is never reached. */
  limits?: Partial<Limits>
  /** Hides from the server's own code, before it sees a request, what it would refuse: by changing `incoming.headers`, for one. */
  blind?(connection: Connection): void
  /** Changes the answer that it gave; not of streams and WebSockets, which are under way by then. */
  answer?(response: Response, connection: Connection): void
  /** Stands before the real accounts. */
  accounts?(accounts: Accounts): Accounts
  room?: Partial<Pick<RoomOptions, 'free'>>
  rules?: TlsRules
}
