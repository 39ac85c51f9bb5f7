// What a peer is: a library or server that a user would pick instead of ours, set up as its own documentation shows, behind the least that can be.
import type { Entry } from '../../src/core/feed.ts'
import type { TransportName } from '../../transports/clients.ts'
import type { Wire } from '../wires/contract.ts'

export interface Peer {
  /** Its row in the table, e.g. `socket.io-wss`. */
  name: string
  /** The transport of ours that it stands beside. */
  beside: TransportName
  /** One line: which library, set up after which part of its documentation. */
  about: string
  /** One line that says what is missing here and how to install it; undefined when the peer can run. */
  missing(): string | undefined
  version(): string
  /** Called in the server process of a trial, fresh for each. */
  serve(options: PeerOptions): Promise<Serving>
  /** Where its clients connect. */
  path: string
  wire: Wire
}

export interface PeerOptions {
  /** PEM: the certificate that every contestant serves. */
  tls: { key: string; cert: string }
  /** Fresh and empty: for configuration, sockets and logs. Removed by the caller. */
  directory: string
}

export interface Serving {
  port: number
  /** Hands one event, in its one encoding, to every client. */
  publish(entry: Entry): void
  /** Processes that do the serving when this one does not: their processor time and memory are measured. */
  pids?: number[]
  close(): Promise<void>
}
