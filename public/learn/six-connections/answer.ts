// The answer of “The six-connection wall”: how many streams opened, how many connections carried them, and who led the rest. Pure.
import { parseCursor } from '../../../src/core/event.ts'
import type { Cursor } from '../../../src/core/event.ts'
import { count, duration } from '../../words.ts'
import type { Answer } from '../experiment.ts'
import type { Table } from '../table.ts'

export interface Stream {
  /** Milliseconds from opening to the first word of the stream; undefined: it hangs. */
  openedMs?: number | undefined
  hadError?: boolean
  /** How long it was given for that. */
  waitedMs?: number
}
export interface Phase {
  streams: Stream[]
  /** TCP connections that the door counted as open. */
  connections?: number | undefined
}
export interface Follower {
  ids: readonly Cursor[]
  isLeader: boolean
  /** It led, and was closed. */
  hasLeft: boolean
}
export interface Data {
  /** A tab for each stream, or all in this page, where the browser opens no tabs for it. */
  where: 'tabs' | 'page'
  http1: Phase
  http2: Phase
  /** One stream for all, over HTTP/1.1. */
  group?: { followers: Follower[]; connections?: number | undefined }
}

export const WANTED = 8
/** At least. */
export const PATIENCE_MS = 1500

const openOf = ({ streams }: Phase) => streams.filter(({ openedMs }) => openedMs !== undefined).length

export const offsetOf = (id: Cursor) => parseCursor(id)!.offset

/** What comes in half a second may be on its way from one tab to another. */
const ON_ITS_WAY = 5

/** Events that one of those who are left has and another one has not: from its own first one, for they join one after the other. */
function missingIn(left: readonly Follower[]): number {
  const had = left.map(({ ids }) => new Set(ids.map(offsetOf)))
  const all = [...new Set(had.flatMap((each) => [...each]))]
  const until = Math.max(0, ...all) - ON_ITS_WAY
  const missingOf = (own: ReadonlySet<number>) =>
    all.filter((offset) => offset > Math.min(...own) && offset <= until && !own.has(offset)).length
  return had.reduce((sum, own) => sum + missingOf(own), 0)
}

/** What became of the group; undefined: nobody led it, so nobody was closed. */
function groupOf({ group }: Data) {
  const left = group?.followers.filter(({ hasLeft }) => !hasLeft) ?? []
  if (!group || left.length === 0 || left.length === group.followers.length) return undefined
  const isHandedOver = left.some(({ isLeader }) => isLeader)
  const haveNone = left.filter(({ ids }) => ids.length === 0).length
  return {
    isHandedOver,
    haveNone,
    missing: missingIn(left),
    of: group.followers.length,
    connections: group.connections,
  }
}
type Group = NonNullable<ReturnType<typeof groupOf>>

export function answer(data: Data): Answer {
  const { where, http1, http2 } = data
  const [one, two, group] = [openOf(http1), openOf(http2), groupOf(data)]
  if (http1.streams.length === 0 || http2.streams.length === 0)
    return {
      sentence: 'No stream was tried over one of the two versions, so there is nothing to compare.',
      choice: undefined,
    }
  return {
    sentence:
      `Over HTTP/1.1 ${count(one, where === 'tabs' ? 'tab' : 'stream')} ${where === 'tabs' ? 'got an open stream' : 'of this one page opened'}` +
      `${one < WANTED ? `, and number ${one + 1} ${http1.streams.at(-1)?.hadError ? 'failed with an error' : `had no word after ${duration(http1.streams.at(-1)?.waitedMs ?? PATIENCE_MS)}, and no error either`}` : ''}; ` +
      `over HTTP/2 ${two === WANTED ? `all ${two}` : two} did${http2.connections === undefined ? '' : `, on ${count(http2.connections, 'connection')}`}.`,
    details: [
      ...(where === 'page' ? [BLOCKED] : []),
      ...(http1.connections === undefined
        ? []
        : [`Over HTTP/1.1 the door counted ${count(http1.connections, 'connection')}.`]),
      ...(group
        ? wordsOf(group)
        : ['Whether one stream can serve all is not known: none of the followers came to lead.']),
    ],
    choice: { 2: 0, 6: 1, [WANTED]: 2, 1: 3 }[one],
    surprise: surpriseOf(one, two, group),
  }
}

const BLOCKED =
  'This browser did not let the page open tabs, so all streams were of this one page. To see it with tabs, allow pop-ups for this address and run it again.'

const wordsOf = ({ connections, of, isHandedOver, haveNone, missing }: Group) => [
  connections === undefined
    ? 'How many connections the followers of a leader needed, the lab did not tell.'
    : `With a leader, ${of} followers needed ${count(connections, 'connection')} over HTTP/1.1.`,
  isHandedOver
    ? `When the leader was closed, the next one took over; ${missing === 0 ? 'none of those left missed an event that another had' : `${count(missing, 'event')} are missing`}.`
    : 'When the leader was closed, nobody had taken over by the end of the run.',
  ...(haveNone > 0 ? [`${count(haveNone, 'follower')} never had an event.`] : []),
]

function surpriseOf(one: number, two: number, group: Group | undefined): string | undefined {
  if (one !== 6)
    return `Six were expected of a browser with its usual settings; ${one < 6 ? 'perhaps something else of this browser holds connections to the same door' : 'perhaps this browser is set to allow more'}.`
  if (two !== WANTED)
    return 'HTTP/2 should carry all of them on one connection. Is there a proxy in between that speaks HTTP/1.1 only?'
  if (!group?.isHandedOver || group.missing + group.haveNone > 0)
    return 'The hand-over should be complete and without a loss; a busy browser may need longer than this run.'
  return undefined
}

export const table = ({ where, http1, http2, group }: Data): Table => {
  const place = where === 'tabs' ? 'a tab' : 'this page'
  return {
    caption: 'Every stream, and every follower',
    columns: ['phase', 'n', 'in', 'opened after, ms', 'TCP connections', 'events'],
    rows: [
      ...(['HTTP/1.1', 'HTTP/2'] as const).flatMap((name) => {
        const { streams, connections } = name === 'HTTP/2' ? http2 : http1
        return streams.map(({ openedMs, hadError }, index) => [
          name,
          index + 1,
          place,
          openedMs ?? (hadError ? 'failed' : 'hangs'),
          connections,
          undefined,
        ])
      }),
      ...(group?.followers ?? []).map(({ ids }, index) => [
        ...['one leader, HTTP/1.1', index + 1, place, undefined, group?.connections, ids.length],
      ]),
    ],
  }
}
