// What one lane has seen, to be drawn and read: its state, its latest events, what was late, lost, told.
import type { Cursor, FeedEvent, Gap } from '../src/core/event.ts'
import type { ConnectionState } from '../transports/contract.ts'
import type { Door } from './door.ts'
import type { Note } from './note.ts'
import { WINDOW_MS, samples } from './samples.ts'
import type { Samples } from './samples.ts'
import type { Story } from './story.ts'
import { tally } from './tally.ts'
import type { Tally } from './tally.ts'

export type LaneState = ConnectionState | 'paused' | 'off'

/** By a person's choice: nothing comes, and nothing is wrong. */
export const isResting = ({ state }: { state: LaneState }) => state === 'paused' || state === 'off'

/** Of a line that looks open with a fault on it, or of which the server has no connection, the other side may know better. */
export function beliefOf({ state, story }: Pick<Sight, 'state' | 'story'>, openAtServer: number | undefined): string {
  const isBelieved = state === 'open' && ((story !== undefined && !story.over) || openAtServer === 0)
  return isBelieved ? 'open, as seen here' : ''
}

/** An event in the list of the latest. */
export interface Item {
  event: FeedEvent
  /** Undefined while the server's clock is not known. */
  latencyMs: number | undefined
  /** What a person wrote, when it is a note. */
  note?: string
}

export interface Sight {
  readonly name: string
  readonly door: Door
  readonly state: LaneState
  /** Why the line is not open, when it said so. */
  readonly cause: string
  readonly tally: Tally
  readonly samples: Samples
  /** The latest events, newest first. */
  readonly items: readonly Item[]
  /** performance.now() when the last event came, whatever became of it; when the lane began, while there was none. */
  readonly heardAt: number
  /** performance.now() when the line opened; undefined when it is not open. */
  readonly openSince: number | undefined
  readonly timesOpened: number
  readonly lastGap: (Gap & { at: number }) | undefined
  /** Events read after a pause: late by your choice, so not in the picture. */
  readonly caughtUp: number
  /** Lines dropped because what came was not the protocol. */
  readonly badData: number
  readonly note: Note | undefined
  readonly story: Story | undefined
  /** When requests went out. */
  readonly asked: readonly number[]
  /** When the line was not open: from, to (Infinity: still). */
  readonly away: readonly (readonly [number, number])[]
  readonly pollMs: number | undefined
}

/** To be written by its lane alone, and by what takes its events. */
export type Draft = { -readonly [Key in keyof Omit<Sight, 'items' | 'asked' | 'away'>]: Sight[Key] } & {
  items: Item[]
  asked: number[]
  away: [number, number][]
}

export function emptySight(name: string, after: Cursor, door: () => Door): Draft {
  return {
    name,
    get door() {
      return door()
    },
    ...{ state: 'connecting', cause: '', openSince: undefined, timesOpened: 0, lastGap: undefined, pollMs: undefined },
    ...{ tally: tally(after), samples: samples(), items: [], asked: [], away: [[performance.now(), Infinity]] },
    ...{ caughtUp: 0, badData: 0, note: undefined, story: undefined, heardAt: performance.now() },
  }
}

/** Appends, and forgets what has left the picture. */
export function keep(times: number[], now: number) {
  times.push(now)
  while (times[0]! < now - WINDOW_MS - 1000) times.shift()
}
