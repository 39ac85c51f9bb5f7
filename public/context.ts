// What a screen of the page is given, and how it is entered and left.
import type { Bench } from './bench.ts'
import type { Settings } from './door.ts'
import type { About } from './lab.ts'
import type { Place } from './place.ts'

export interface PageContext {
  /** The lab as it was when the page was opened; ask again (`about()` of lab.ts) for the tail of now. */
  about: About
  place: Place
  /**
   * A bench of one's own, with what is wanted at its doors set before anybody connects; whoever opens it closes it. Where something is wanted
   * and no door can be reached, there is none at the lab, and it is tried again: the listeners are told that all has moved.
   */
  openBench(wanted?: Record<string, Partial<Settings>>): Promise<Bench>
  /** Says something to a screen reader, gathered with what others say. */
  say(about: string, what: string): void
}

/** Shows a screen in `root`. @returns what takes it away: lanes closed, timers stopped. */
export type Mount = (root: HTMLElement, slug: string | undefined, page: PageContext) => () => void
