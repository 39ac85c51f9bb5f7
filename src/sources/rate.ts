// Who says what the ticker makes: a knob does, for good; and a bench, for as long as it holds the rate, of which the lab then
// puts back by itself what was before.
import type { Ticker } from './ticker.ts'

/** How many events a second, and how large. */
export type Made = Pick<Ticker, 'perSecond' | 'payloadBytes'>

/** What is in force. Each change returns how many of the two became another by it. */
export interface Rate extends Readonly<Made>, Pick<Ticker, 'changes'> {
  /** For good, and from now on: nobody holds it any more. */
  set(changes: Partial<Made>): number
  /** Of several owners the one that came last is in force; who holds it already keeps its place. */
  hold(owner: object, made: Made): number
  /** In force is what the next one holds, else what was set for good. Who holds nothing changes nothing. */
  release(owner: object): number
}

export function keepRate(ticker: Ticker): Rate {
  let base: Made = { perSecond: ticker.perSecond, payloadBytes: ticker.payloadBytes }
  /** In the order in which they came. */
  const held = new Map<object, Made>()

  function apply(): number {
    const before = ticker.changes
    const { perSecond, payloadBytes } = [...held.values()].at(-1) ?? base
    // To set what is so already would begin a new schedule.
    if (payloadBytes !== ticker.payloadBytes) ticker.payloadBytes = payloadBytes
    if (perSecond !== ticker.perSecond) ticker.perSecond = perSecond
    return ticker.changes - before
  }

  return {
    get perSecond() {
      return ticker.perSecond
    },
    get payloadBytes() {
      return ticker.payloadBytes
    },
    get changes() {
      return ticker.changes
    },
    set(changes) {
      held.clear()
      base = { ...base, ...changes }
      return apply()
    },
    hold(owner, made) {
      held.set(owner, made)
      return apply()
    },
    release(owner) {
      held.delete(owner)
      return apply()
    },
  }
}
