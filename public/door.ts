// A door: where one lane of this page goes in, and what is set and counted there. As the lab tells it (POST /lab/bench); that it tells it
// so is checked by the compiler in test/told.test.ts, for the page imports nothing of the server.

export interface Settings {
  http: '1.1' | '2'
  tls: '1.2' | '1.3'
  profile: Profile
  /** Events are gathered so long and go out together. */
  batchMs: number
  /** A reverse proxy in between holds answers back until they are complete. */
  buffering: boolean
  /** A box in between forgets lines that were quiet so long; 0: none does. */
  idleCutMs: 0 | 10_000 | 60_000
  /** As fast as this page can read; 0: as it comes. */
  downBytesPerSecond: 0 | 2000 | 20_000
}

export type Profile = 'none' | 'lan' | '4g' | '3g' | 'satellite' | 'lossy-wifi'

export const plain: Settings = {
  http: '1.1',
  tls: '1.3',
  profile: 'none',
  batchMs: 0,
  buffering: false,
  idleCutMs: 0,
  downBytesPerSecond: 0,
}

export type Fault = 'cut' | 'freeze' | 'stall' | 'restart' | 'tamper'

export interface Bytes {
  /** From this page. */
  up: number
  down: number
}

export interface Traffic {
  connections: number
  open: number
  requests: number
  tls: Bytes
  plain?: Bytes
  /** Others use the same connection: these bytes are theirs too. */
  shared?: boolean
}

export interface Door {
  origin: string
  /** The lane's name in requests, where its connections do not tell it: without a door of its own. */
  token?: string
  settings: Settings
  traffic: Traffic | undefined
}

/** As the lab tells it. */
export interface ToldDoor {
  port: number
  settings: Settings
  traffic: Traffic
}

export interface Storm extends StormOrder {
  phase: 'opening' | 'open' | 'dropped' | 'back' | 'done' | 'failed'
  /** Clients whose line is open now, and that are back since the drop. */
  open: number
  back: number
  /** When all lines were broken, by the lab's clock: ms since epoch. */
  droppedAt: number | null
  /** Since the drop: those that failed are tried again. */
  attempts: number
  /** The same by tenths of a second since the drop. */
  attemptsPer100Ms?: number[]
  /** From the drop to the open feed: the median and the longest of those that are back. */
  backMsP50: number | null
  backMsMax: number | null
  why?: string
}

export const isOver = ({ phase }: Storm) => phase === 'done' || phase === 'failed'

export interface StormOrder {
  /** The transport whose door and clients it is. */
  transport: string
  lane: string
  clients: number
  jitter: boolean
}
