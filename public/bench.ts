// This page's bench at the lab, as the page sees it: a door for each lane, with knobs and faults of its own, and what the lab tells.
import type { Cursor } from '../src/core/event.ts'
import type { FeedSet } from './changes.ts'
import type { Clock } from './clock.ts'
import type { Door, Fault, Settings, Storm, StormOrder } from './door.ts'
import type { ProofDesk } from './proof.ts'
import type { TapOrder, TapState } from './tap.ts'
import type { Capture } from './wire/capture.ts'

export interface Bench {
  /** Why there are no doors, and so no knobs and faults; empty when there are. */
  readonly why: string
  /** Why what is shown is not of now; empty when it is. */
  readonly trouble: string
  readonly clock: Clock
  /** Events a second; null when the rate is not the lab's to set. */
  readonly perSecond: number | null
  /** Of a whole event, encoded; 0: as small as it is. */
  readonly payloadBytes: number
  /** How often another page, or a script, changed one of these since the bench was opened. */
  readonly changesByOthers: number
  readonly storm: Storm | null
  /** Whether one that another page, or a script, began is under way: these lines are late of it, too. */
  readonly stormElsewhere: boolean
  door(name: string): Door
  /** As a door of this lab is while nobody set anything. */
  usual(name: string): Settings
  /** @throws LabError, TypeError: see `explain` */
  set(name: string, settings: Partial<Settings>): Promise<Settings>
  /** @returns how many TCP connections it hit. */
  fault(name: string, fault: Fault): Promise<number>
  startStorm(order: StormOrder): Promise<void>
  /** One that is over already is none, and that is as it should be. */
  endStorm(): Promise<void>
  wire(name: string, after: number): Promise<Capture>
  startTap(order: TapOrder): Promise<TapState>
  /** With the packets after that number. */
  tapped(after: number): Promise<TapState>
  readonly proof: ProofDesk
  /** @returns when the lab published this event, ms since epoch by its clock. */
  publishedAt(id: Cursor): Promise<number>
  /** Reads the counts now, instead of within a second. @throws LabError, TypeError: see `explain` */
  refresh(): Promise<void>
  /** For the whole lab: every page sees it. */
  setFeed(feed: { perSecond?: number; payloadBytes?: number }): Promise<void>
  /**
   * The same while this bench has it: the lab puts back by itself what was, when it is given up or the bench ends, even one whose
   * page is gone. @returns what is in force: not this, where another bench has come since
   */
  holdFeed(feed: { perSecond: number; payloadBytes: number }): Promise<FeedSet>
  releaseFeed(): Promise<void>
  /** `read`: new counts. `moved`: the doors are elsewhere, and a lane must connect anew. @returns what ends the calls. */
  subscribe(listener: (change: 'read' | 'moved') => void): () => void
  close(): void
}
