// How the load generator reads one kind of wire: bytes in, events out, and as little work between them as can be.
import type { FeedEvent, Gap } from '../../src/core/event.ts'

/** Made anew for each connection: that connection's side of the wire. */
export type Wire = (target: Target) => Reader

export interface Target {
  /** Host and port as they stand in `Host`. */
  authority: string
  path: string
  /** Where to go on; without it, from now on. Wires that cannot resume ignore it. */
  after?: string
  /** `Authorization`, where reading needs it. */
  authorization?: string
}

/**
 * Pure: equal bytes in an equal state give equal events. So what a thousand clients receive is decoded once, and compared with what
 * was decoded for the others (see `remember`).
 */
export interface Reader {
  /** What it sends are HTTP requests (asking), not frames. */
  readonly asks?: boolean
  /** What is sent once the connection stands. */
  hello(): string | Buffer
  /** Each chunk as it came; what is half there is kept until the rest comes. */
  read(chunk: Buffer): Read
}

export interface Read {
  /** Shared by all readers that got the same bytes: not to be changed. */
  events: readonly FeedEvent[]
  gaps?: readonly Gap[]
  /** To be sent at once: a pong, the next question of a long poll. */
  reply?: string | Buffer
  /** To be sent when it is time to poll again. */
  later?: string | Buffer
  /** What comes from here on is the feed: the answer, or the hello, is complete. */
  open?: true
  /** Why nothing more can come, in words. */
  failed?: string
  /** Bytes of HTTP heads in this chunk; of a stream. */
  headBytes?: number
  /** Bytes of the body of an answer. */
  bodyBytes?: number
}

/** The part of a wire above HTTP: frames, event streams, bodies. The same over HTTP/1.1 and HTTP/2. */
export interface Body {
  read(bytes: Buffer): Read
}

export const NOTHING: Read = Object.freeze({ events: [] })
export const EMPTY: Buffer = Buffer.alloc(0)

/**
 * The last result of `decode`, given again for equal bytes. Comparing 200 bytes takes a tenth of decoding them, and equal bytes
 * decode to equal events: no client is taken on trust.
 */
export function remember<Result>(decode: (bytes: Buffer) => Result): (bytes: Buffer) => Result {
  let last: Buffer | undefined
  let result: Result
  return (bytes) => {
    if (last?.equals(bytes)) return result
    result = decode(bytes)
    last = Buffer.from(bytes) // a copy: the chunk's memory is used again
    return result
  }
}
