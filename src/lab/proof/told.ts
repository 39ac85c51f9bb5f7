// What a proof tells: as `POST /lab/bench/ID/proof` and what is below it answer. All secrets in it are made up, and are worth nothing elsewhere.

/** An account of a server that is there for this run only. */
export interface ProofBegun {
  port: number
  /** Another way in to the same server: to a browser another origin. */
  asidePort: number
  name: string
  password: string
  /** Two, each good for one WebSocket. */
  tickets: [string, string]
  /** From where this was asked: as the server would write it into a log. */
  address: string
  /** How long things are good in this lab. */
  ticketMs: number
  sessionIdleMs: number
  sessionMs: number
}
/** A handshake that came to that server, as the bytes were; cookies that are not of this run have no value here. */
export interface Heard {
  /** As its URL names it. */
  lane: string
  /** ms since the epoch. */
  at: number
  /** The head, with the empty line. */
  request: string
  /** The head, and the body of a refusal; empty when there was no answer yet. */
  answer: string
}
/** What the server answered when the same bytes came to it again: HTTP's status, null when nothing came. */
export interface Replayed {
  lane: string
  again: number | null
  /** With the Origin of another site instead. */
  elsewhere: number | null
  /** Once the account was logged out. */
  afterLogout: number | null
}
export interface ProofReplayed {
  replayed: Replayed[]
  /** A ticket that had been refused in a URL, read out of that URL and used as one should; null when there was none to read. */
  stolen: number | null
}
