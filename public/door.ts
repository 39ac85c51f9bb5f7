// A door: where one lane of this page goes in, and what is set, counted and happened there. As the lab tells it (POST /lab/bench).

export interface Settings {
  http: '1.1' | '2'
  tls: '1.2' | '1.3'
  profile: Profile
  /** Events are gathered so long and go out together. */
  batchMs: number
  /** A reverse proxy in between holds answers back until they are complete. */
  buffering: boolean
  /** A box in between forgets lines that were quiet so long; 0: none does. */
  idleCutMs: number
  /** As fast as this page can read; 0: as it comes. */
  downBytesPerSecond: number
}

export const profiles = ['none', 'lan', '4g', '3g', 'satellite', 'lossy-wifi'] as const
export type Profile = (typeof profiles)[number]

export const plain: Settings = {
  http: '1.1',
  tls: '1.3',
  profile: 'none',
  batchMs: 0,
  buffering: false,
  idleCutMs: 0,
  downBytesPerSecond: 0,
}

export type Fault = 'cut' | 'freeze' | 'stall' | 'restart'

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

export interface Happening {
  /** ms since epoch, by the server's clock. */
  at: number
  what: string
  connections: number
}

export interface Door {
  origin: string
  /** The lane's name in requests, where its connections do not tell it: without a door of its own. */
  token?: string
  settings: Settings
  traffic: Traffic | undefined
  happened: readonly Happening[]
}

export interface Storm extends StormOrder {
  phase: 'opening' | 'open' | 'dropped' | 'back' | 'done' | 'failed'
  /** Clients whose line is open now, and that are back since the drop. */
  open: number
  back: number
  /** Since the drop: those that failed are tried again. */
  attempts: number
  /** From the drop to the open feed: the median and the longest of those that are back. */
  backMsP50: number | null
  backMsMax: number | null
  /** From the first byte to the open feed, the longest yet. */
  connectMsMax?: number
  /** The attempts by tenths of a second since the drop. */
  attemptsPer100Ms?: number[]
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
