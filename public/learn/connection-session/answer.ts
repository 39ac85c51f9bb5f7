// The answer of “Connection against session”: what was still there when both connections were reset. Pure.
import { parseCursor } from '../../../src/core/event.ts'
import type { Cursor } from '../../../src/core/event.ts'
import { NONE, count, duration } from '../../words.ts'
import type { Answer } from '../experiment.ts'
import type { Followed, Got } from '../follow.ts'
import type { Table } from '../table.ts'

export interface Line {
  events: readonly Got[]
  states: Followed['states']
  lost: number
  repeated: number
}
/** A request to publish, which needs a session. */
export interface Asked {
  at: number
  withCookie: boolean
  status: number
  id?: Cursor
}
export interface Data {
  lines: Line[]
  asked: Asked[]
  cutAt: number | undefined
  broken: number
  /** TCP connections that the door took from the first socket on. */
  connections: number
  now: number
}

const backOf = ({ states }: Line, cutAt = Infinity) =>
  states.find(({ at, state }) => at > cutAt && state === 'open')?.at
const answered = (asked: Asked | undefined) => (asked ? `was answered ${asked.status}` : 'was not tried')
const numberOf = (asked: Asked | undefined) => `#${(asked?.id && parseCursor(asked.id)?.offset) ?? NONE}`
const all = (words: readonly string[]) => words.join(' and ')

/** What the answer to publishing with the cookie, after the cut, says about the session. */
function fateOf(asked: Asked | undefined): { words: string; isGone?: boolean } {
  if (asked?.status === 201) return { words: 'The session was still known: publishing was answered 201', isGone: false }
  if (asked?.status === 401) return { words: 'The session was gone: publishing was answered 401', isGone: true }
  return { words: `Of the session nothing is known: publishing ${answered(asked)}` }
}

export function answer({ lines, asked, cutAt, broken, connections }: Data): Answer {
  if (cutAt === undefined || broken === 0 || lines.length === 0)
    return {
      sentence: 'No connection was reset in this run, so nothing is known of what goes with one.',
      choice: undefined,
      surprise:
        'Two sockets should have been open. Does something in between keep WebSockets from opening? Run it again.',
    }
  const lost = lines.reduce((sum, each) => sum + each.lost, 0)
  const repeated = lines.reduce((sum, each) => sum + each.repeated, 0)
  const backs = lines.map((each) => backOf(each, cutAt))
  const came = backs.filter((at) => at !== undefined)
  const areBack = came.length === lines.length
  const before = asked.find(({ at, withCookie }) => withCookie && at <= cutAt)
  const after = asked.find(({ at, withCookie }) => withCookie && at > cutAt)
  const without = asked.find(({ withCookie }) => !withCookie)
  const session = fateOf(after)
  const ids = [before?.id, after?.id]
  const readers = lines.filter(({ events }) =>
    ids.every((id) => id !== undefined && events.some((has) => has.id === id)),
  )
  const between = lines[0]!.events.filter(({ due }) => due > cutAt && due < (backs[0] ?? Infinity)).length
  const isLost = lost > 0
  return {
    sentence:
      `${count(broken, 'connection')} ${broken === 1 ? 'was' : 'were'} reset. ${session.words}. ` +
      (areBack
        ? `The sockets were back on new connections after ${all(came.map((at) => duration(at - cutAt)))}, at their cursor: ${isLost ? `${count(lost, 'event')} lost` : 'nothing was lost'}.`
        : `${came.length} of ${count(lines.length, 'socket')} came back within this run.`),
    details: [
      `The ${count(lines.length, 'socket')} took ${count(connections, 'TCP connection')} in all; of what came up while socket 1 was away, ${count(between, 'event')} came after it was back.`,
      `One session, two connections: the events published by it (${numberOf(before)} and ${numberOf(after)}) both came to ${readers.length} of the ${count(lines.length, 'socket')}.`,
      `The same request without the cookie, from the same page, ${answered(without)}${without?.status === 401 ? ': a connection is nobody' : ''}.`,
      repeated === 0 ? 'No event came twice.' : `${count(repeated, 'event')} came twice.`,
    ],
    choice: !areBack || session.isGone === undefined ? undefined : choiceOf(session.isGone, isLost),
    ...((!areBack ||
      session.isGone !== false ||
      isLost ||
      without?.status !== 401 ||
      readers.length < lines.length) && {
      surprise: !areBack
        ? 'They should be back within a second or two. Was the page in the background, or its network off?'
        : without?.status !== 401
          ? 'Without the cookie publishing should be refused with 401. Does something in between add a key?'
          : 'Session and cursor should outlive a connection. Was the lab restarted just then? It keeps its sessions in memory.',
    }),
  }
}

/** Where both are gone, each of the first two is but half of it. */
const choiceOf = (isSessionGone: boolean, isLost: boolean) =>
  isSessionGone ? (isLost ? undefined : 0) : isLost ? 1 : 2

export const table = (data: Data): Table => ({
  caption: 'The two sockets and the three requests',
  columns: ['what', 'at, ms', 'result', 'events', 'lost', 'repeated'],
  rows: [
    ...data.lines.map((line, index) => {
      const back = backOf(line, data.cutAt)
      return [
        ...[`WebSocket ${index + 1}`, back, back === undefined ? 'not back' : 'back on a new connection'],
        ...[line.events.length, line.lost, line.repeated],
      ]
    }),
    ...data.asked.map(({ at, withCookie, status }) => [
      ...[withCookie ? 'POST with the cookie' : 'POST without it', at, String(status)],
      ...[undefined, undefined, undefined],
    ]),
    ['connections of the door', undefined, String(data.connections), undefined, undefined, undefined],
  ],
})
