// Judges what one client was given: what is lost, repeated, out of order, altered, or missing without a word; and gaps that never were.
import { encodeEvent, formatCursor, parseCursor } from './event.ts'
import type { Cursor, FeedEvent, Gap, Position } from './event.ts'

/** What was published in one epoch. `first` and `last` are offsets; `last < first` means that nothing was. */
export interface Log {
  epoch: string
  first: number
  last: number
  /** The bytes published under an id; with it altered and invented events are found. Needs `keep`. */
  bytes?(id: Cursor): Uint8Array | undefined
  /** Whether the feed held this event the whole time, so that a gap over it is false. */
  held?(id: Cursor): boolean
}

export interface Verdict {
  /** How many of the log's events the client must have, and how many different ones it has. */
  expected: number
  received: number
  /** In no gap that was declared, and never seen. */
  lost: number
  duplicated: number
  /** Came, but after a later one. */
  reordered: number
  /** Steps from one event to the next at which the id did not grow. */
  nonMonotonic: number
  /** Other bytes than were published, or never published. */
  corrupt: number
  /** Holes that are still open and of which no gap told, and changes of epoch without a word. */
  undeclaredGaps: number
  /** Gaps that skip nothing, or only what was there to be had. */
  falseGaps: number
  /** Events in gaps that were declared: not delivered, and not lost. */
  declared: number
  clean: boolean
}

export interface Recorder {
  /** `position` is that of its id, for who has it already. @throws TypeError when the id is no cursor. */
  observe(event: FeedEvent, position?: Position): void
  gap(gap: Gap): void
  verdict(log: Log): Verdict
}

export interface RecorderOptions {
  /** Where the client started; without it, at the first event that it was given. */
  after?: Cursor
  /** Remember each event, so that `verdict` can compare bytes. */
  keep?: boolean
}

/** Offsets, both inclusive. */
type Range = [from: number, to: number]

interface Epoch {
  first: number
  next: number
  holes: Range[]
  gaps: Range[]
}

export function recorder({ after, keep = false }: RecorderOptions = {}): Recorder {
  const epochs = new Map<string, Epoch>()
  const kept: FeedEvent[] = []
  const skips: { gap: Gap; emptiesNothing: boolean }[] = []
  let [duplicated, reordered, nonMonotonic, epochJumps] = [0, 0, 0, 0]
  let current: string | undefined
  /** Offset of the last event handed over; a declared step back (another epoch, ahead of the tail) resets it. */
  let before = 0

  const start = after === undefined ? undefined : parseCursor(after)
  if (start) enter(start.epoch, start.offset)

  function enter(epoch: string, offset: number): Epoch {
    const state = epochs.get(epoch) ?? { first: offset + 1, next: offset + 1, holes: [], gaps: [] }
    epochs.set(epoch, state)
    current = epoch
    before = offset
    return state
  }

  return {
    observe(event, position = parseCursor(event.id)) {
      if (!position) throw new TypeError(`expected an event with a cursor as id, got ${event.id}`)
      const { epoch, offset } = position
      if (keep) kept.push(event)
      if (current !== undefined && epoch !== current) epochJumps++
      const state = epoch === current ? epochs.get(epoch)! : enter(epoch, offset - 1)
      if (offset <= before) nonMonotonic++
      before = offset

      if (offset >= state.next) {
        if (offset > state.next) state.holes.push([state.next, offset - 1])
        state.next = offset + 1
      } else if (fill(state.holes, offset)) reordered++
      else if (offset < state.first) {
        // Before everything seen so far: the client was not meant to be there yet, so this is late, and so is what lies between.
        if (offset + 1 < state.first) state.holes.push([offset + 1, state.first - 1])
        state.first = offset
        reordered++
      } else duplicated++
    },

    gap(gap) {
      const [from, to] = [parseCursor(gap.from), parseCursor(gap.to)]
      if (!to) throw new TypeError(`expected a gap that ends at a cursor, got ${gap.to}`)
      const here = from?.epoch === to.epoch
      const { reason } = gap
      const emptiesNothing =
        reason === 'epoch' ? here : reason === 'ahead' ? !here : !here || to.offset <= (from?.offset ?? 0)
      skips.push({ gap, emptiesNothing })

      const known = epochs.get(to.epoch)
      const state = enter(to.epoch, to.offset)
      if (!known) return
      if (to.offset >= state.next) {
        state.gaps.push([state.next, to.offset])
        state.next = to.offset + 1
      } else if (reason === 'ahead') {
        // The position was not of this log: reading starts over at the oldest event, and that is no repeat.
        epochs.set(to.epoch, { first: to.offset + 1, next: to.offset + 1, holes: [], gaps: [] })
      }
    },

    verdict({ epoch, first, last, bytes, held }) {
      if (bytes && !keep) throw new TypeError('comparing bytes needs a recorder with { keep: true }')
      const seen = epochs.get(epoch) ?? { first: last + 1, next: last + 1, holes: [], gaps: [] }
      const inside = ([from, to]: Range) => Math.max(0, Math.min(to, last) - Math.max(from, first) + 1)
      const total = (ranges: Range[]) => ranges.reduce((sum, range) => sum + inside(range), 0)
      const gapsBefore = skips.flatMap(({ gap }) => rangeOf(gap, epoch))
      const head: Range = [first, seen.first - 1]
      const tail: Range = [Math.max(seen.next, first), last]
      const open = [...seen.holes, head, tail].filter((range) => inside(range) > 0)
      const declaredOf = (range: Range) => covered(range, gapsBefore)
      const headDeclared = inside(head) > 0 ? declaredOf([Math.max(head[0], first), Math.min(head[1], last)]) : 0

      const expected = Math.max(0, last - first + 1)
      const declared = total(seen.gaps) + headDeclared
      const lost = total(open) - headDeclared
      const undeclaredGaps = epochJumps + open.length - (inside(head) > 0 && headDeclared >= inside(head) ? 1 : 0)
      const corrupt = bytes ? kept.filter((event) => !isSame(event, bytes(event.id))).length : 0
      const falseGaps = skips.filter(
        ({ gap, emptiesNothing }) =>
          emptiesNothing ||
          (gap.reason === 'ahead' &&
            (parseCursor(gap.from)?.offset ?? 0) <= last &&
            gap.from.startsWith(`${epoch}.`)) ||
          (held !== undefined && rangeOf(gap, epoch).some((range) => some(range, (offset) => held(at(epoch, offset))))),
      ).length
      const faults = lost + duplicated + reordered + nonMonotonic + corrupt + undeclaredGaps + falseGaps
      return {
        ...{ expected, received: expected - lost - declared, lost, duplicated, reordered, nonMonotonic },
        ...{ corrupt, undeclaredGaps, falseGaps, declared, clean: faults === 0 },
      }
    },
  }
}

const at = (epoch: string, offset: number) => formatCursor({ epoch, offset })

/** Takes one offset out of the holes. @returns whether it was in one. */
function fill(holes: Range[], offset: number): boolean {
  const index = holes.findIndex(([from, to]) => from <= offset && offset <= to)
  if (index < 0) return false
  const [from, to] = holes[index]!
  const rest: Range[] = [
    [from, offset - 1],
    [offset + 1, to],
  ]
  holes.splice(index, 1, ...rest.filter(([a, b]) => a <= b))
  return true
}

/** The events of `epoch` that a gap skips. From another epoch or from ahead, that is all up to where reading starts. */
function rangeOf({ reason, from, to }: Gap, epoch: string): Range[] {
  const [start, end] = [parseCursor(from), parseCursor(to)]
  if (!end || end.epoch !== epoch) return []
  const skippedFrom = start?.epoch === epoch && reason !== 'ahead' ? start.offset + 1 : 1
  return skippedFrom <= end.offset ? [[skippedFrom, end.offset]] : []
}

/** How many offsets of `range` lie in any of `others`. */
function covered(range: Range, others: Range[]): number {
  let count = 0
  for (let offset = range[0]; offset <= range[1]; offset++)
    if (others.some(([from, to]) => from <= offset && offset <= to)) count++
  return count
}

function some([from, to]: Range, test: (offset: number) => boolean): boolean {
  for (let offset = from; offset <= to; offset++) if (test(offset)) return true
  return false
}

function isSame(event: FeedEvent, published: Uint8Array | undefined): boolean {
  const mine = encodeEvent(event)
  return published !== undefined && mine.length === published.length && mine.every((byte, i) => byte === published[i])
}
