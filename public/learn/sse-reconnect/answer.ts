// The answer of “A stream that breaks and goes on”: who was away how long, what was lost by it, and by what the other came back. Pure.
import { parseCursor } from '../../../src/core/event.ts'
import type { Cursor } from '../../../src/core/event.ts'
import { asSet, count, duration } from '../../words.ts'
import type { Answer } from '../experiment.ts'
import type { Got } from '../follow.ts'
import type { Table } from '../table.ts'

/** A stretch with an open stream. */
export interface Stretch {
  from: number
  to?: number
  /** What the server's hello said: the position from which it goes on. */
  cursor: Cursor
  /** Which EventSource it was, by the order in which they were made, and the position in its URL. */
  source?: { n: number; after: number }
}
export interface Side {
  events: readonly Got[]
  stretches: Stretch[]
}
export interface Data {
  eventSource: Side
  plain: Side
  cutAt: number | undefined
  /** TCP connections that the lab broke. */
  broken: number
  /** Of EventSource, by the ids. */
  lost: number
  repeated: number
  /** Declared by the lab: it no longer has what came up in between. */
  gaps: number
  now: number
}

export const AFTER_MS = 5500

export const offsetOf = (id: Cursor) => parseCursor(id)!.offset

/** Between its first event and its last one, by the ids, which have no holes. */
function holesOf({ events }: Side): number {
  const offsets = new Set(events.map(({ id }) => offsetOf(id)))
  return offsets.size === 0 ? 0 : Math.max(...offsets) - Math.min(...offsets) + 1 - offsets.size
}

type Away = Record<'from' | 'to' | 'ms', number>
function awayOf({ stretches: [first, second] }: Side): Away | undefined {
  if (first?.to === undefined || !second) return undefined
  return { from: first.to, to: second.from, ms: second.from - first.to }
}

export function answer(data: Data): Answer {
  const { eventSource, plain, broken, lost, repeated, gaps } = data
  const [away, plainAway] = [awayOf(eventSource), awayOf(plain)]
  const [theirs, told] = [holesOf(plain), toldOf(eventSource)]
  const late = eventSource.events.filter(({ due }) => away && due > away.from && due < away.to).length
  const came = eventSource.events.length
  return {
    sentence: away
      ? `EventSource was away for ${duration(away.ms)} and lost ${gaps > 0 ? 'what the lab no longer had' : nothingOr(lost)}: ` +
        `${count(late, 'event')} that came up meanwhile ${late === 1 ? 'was' : 'were'} delivered after it was back. ` +
        `The fetch without an id ${plainAway ? `lost ${nothingOr(theirs)}` : 'was not back by the end'}.`
      : `The line was cut (${count(broken, 'connection')}), but EventSource did not come back within ${asSet(AFTER_MS)}.`,
    details: [
      ...(told ? [told.words] : []),
      `Delivered in all: ${came} of ${came + lost}. ${repeated === 0 ? 'None came twice.' : `${count(repeated, 'event')} came twice.`}`,
    ],
    // With nothing lost and nothing late no event came up in between, and the run proves nothing.
    choice:
      !away || gaps > 0 || late + lost === 0
        ? undefined
        : lost === 0
          ? 0
          : lost <= skippedIn(eventSource, away)
            ? 1
            : undefined,
    surprise: surpriseOf(data, {
      isBack: away !== undefined,
      isPlainBack: plainAway !== undefined,
      late,
      theirs,
      ...told,
    }),
  }
}

const nothingOr = (events: number) => (events === 0 ? 'nothing' : count(events, 'event'))

/** What it never had of all that lies between its last event before it was away and the first one after. */
function skippedIn({ events }: Side, { from, to }: Away): number {
  const [last, next] = [events.findLast(({ at }) => at <= from), events.find(({ at }) => at >= to)]
  return last && next ? offsetOf(next.id) - offsetOf(last.id) - 1 : Infinity
}

/** By what the second stream went on where it did. */
function toldOf({ events, stretches: [first, second] }: Side): { words: string; byHeader: boolean } | undefined {
  if (!first || !second?.source) return undefined
  const last = events.findLast(({ at }) => first.to === undefined || at <= first.to)?.id
  const isSame = first.source !== undefined && second.source.n === first.source.n
  const byHeader = isSame && offsetOf(second.cursor) > second.source.after
  const how = byHeader
    ? `It was the same EventSource, whose URL still named #${second.source.after}, so the newer number came in Last-Event-ID.`
    : isSame
      ? 'That is what the URL of the same EventSource still named, so either it remembered no id or Last-Event-ID was not heeded.'
      : `It was another EventSource, made by the client, and its URL named #${second.source.after}: whether a Last-Event-ID would have been sent, this run does not show.`
  const before = last ? `the last event before the cut was #${offsetOf(last)}` : 'no event came before the cut'
  return {
    words: `The server’s hello after the cut said that it goes on after #${offsetOf(second.cursor)}; ${before}. ${how}`,
    byHeader,
  }
}

interface Seen {
  isBack: boolean
  isPlainBack: boolean
  late: number
  theirs: number
  byHeader?: boolean
}

function surpriseOf({ lost, repeated, gaps }: Data, { isBack, isPlainBack, late, theirs, byHeader }: Seen) {
  if (!isBack) return 'It should wait one second and come back. Was the network of this page off as well?'
  if (lost + gaps > 0)
    return 'Nothing should be lost as long as the lab still holds the events. Is its retention very short?'
  if (repeated > 0) return 'No event should come twice: the server goes on after the id that it was told.'
  if (late === 0) return 'No event came up while the line was away, so this run proves nothing. Run it again.'
  if (!byHeader)
    return 'EventSource should come back by itself and name the last id. Was the line cut before it had an event, or a second time?'
  if (!isPlainBack) return 'The fetch should ask again after a second. Was the machine very busy?'
  if (theirs === 0) return 'The fetch lost nothing this time: as far as it read, no event is missing. Run it again.'
  return undefined
}

const byId = ({ events }: Side) => new Map(events.map((each) => [each.id, each] as const))

export const table = ({ plain, eventSource }: Data): Table => {
  const [mine, theirs] = [byId(eventSource), byId(plain)]
  const begun = plain.events[0] ? offsetOf(plain.events[0].id) : -Infinity
  return {
    caption: 'What each of the two had',
    columns: ['event', 'due, ms', 'EventSource had it at, ms', 'fetch had it at, ms'],
    rows: [...new Map([...theirs, ...mine]).values()]
      .sort((a, b) => offsetOf(a.id) - offsetOf(b.id))
      .map(({ id, due }) => [
        ...[`#${offsetOf(id)}`, due, mine.get(id)?.at ?? 'never'],
        theirs.get(id)?.at ?? (offsetOf(id) < begun ? 'not yet reading' : 'never'),
      ]),
  }
}
