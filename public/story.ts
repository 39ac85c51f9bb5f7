// What happened after "cut the line", told by the lane's states and the ids that came: cut → waiting → open → missed n.
import { count, duration } from './words.ts'

export interface Story {
  /** The lab answered: so many connections are gone. */
  broken(connections: number): void
  state(open: boolean, now: number): void
  /** An event arrived on the open line. `missed` and `repeated` count since the cut. */
  event(now: number, offset: number, missed: number, repeated: number): void
  readonly over: boolean
  text(now: number): string
}

/** A line may look alive for a moment after its last byte; what comes within this time proves nothing. */
const SETTLE_MS = 30
const LATER_MS = 2000

export function story(cutAt: number, lastOffset: number): Story {
  let broken: { at: number; connections: number } | undefined
  let leftAt: number | undefined
  let openAt: number | undefined
  let back: { at: number; offset: number; missed: number; repeated: number } | undefined

  function middle(now: number): string {
    if (leftAt === undefined)
      return back ? 'nothing was under way, the next request took a new connection' : 'the next request will notice'
    if (openAt === undefined) return `waiting ${duration(now - leftAt)} …`
    return `waiting ${duration(openAt - leftAt)} → open`
  }

  return {
    broken(connections) {
      broken = { at: performance.now(), connections }
    },
    state(open, now) {
      if (back && now > back.at + LATER_MS) return // another matter
      if (open) {
        if (leftAt !== undefined) openAt = now
        return
      }
      leftAt ??= now
      openAt = back = undefined
    },
    event(now, offset, missed, repeated) {
      const isNew = broken && now > broken.at + SETTLE_MS
      if (leftAt === undefined ? isNew : openAt !== undefined) back ??= { at: now, offset, missed, repeated }
    },
    get over() {
      return back !== undefined
    },
    text(now) {
      if (broken?.connections === 0 && !back) return 'Cut: there was no open connection just then; the lane goes on'
      const end = back
        ? ` → resumed after #${lastOffset}, ${duration(back.at - cutAt)} after the cut: missed ${back.missed}, repeated ${back.repeated}`
        : ''
      const what = broken ? `Cut ${count(broken.connections, 'connection')}` : 'Cutting …'
      return `${what} → ${middle(now)}${end}`
    },
  }
}
