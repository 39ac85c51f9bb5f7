// The answer of “Tampering”: what became of an event of which one bit was flipped, on plain sockets and over TLS. Pure.
import { count, duration, list } from '../../words.ts'
import type { Answer } from '../experiment.ts'
import type { Got } from '../follow.ts'
import type { Table } from '../table.ts'

export type Version = '1.3' | '1.2'
/** A client of the lab’s own, to which a payment was sent. */
export interface Client {
  transport: string
  isSealed: boolean
  /** A bit was flipped on its line. */
  isAltered: boolean
  sent: number
  /** Undefined: it never came. */
  got: number | undefined
  ended?: string
  alerts: string[]
}
/** A line of this page. */
export interface Line {
  transport: string
  version: Version
  /** All times are milliseconds since it was begun. */
  events: readonly Got[]
  states: readonly { at: number; state: string }[]
  flippedAt?: number
  /** The first alert that went up behind that, and what of it could be seen without a key. */
  alert?: { name: string; outer: string; bytes: number }
  /** Events that were not what the others had under the same id. */
  wrong: number
  /** That there was something to compare with. */
  compared: number
  lost: number
  repeated: number
}
export interface Data {
  clients: Client[]
  lines: Line[]
}

/** From the flip on. */
export const brokeAt = ({ states, flippedAt }: Line) =>
  states.find(({ at, state }) => flippedAt !== undefined && at >= flippedAt && state !== 'open')?.at
export const backAt = (line: Line) => {
  const broke = brokeAt(line)
  return line.states.find(({ at, state }) => broke !== undefined && at > broke && state === 'open')?.at
}
export const nameOf = ({ transport, version }: Line) => `${transport}, TLS ${version}, this browser`
export const clientName = ({ transport, isSealed }: Client) =>
  `${transport}, ${isSealed ? 'TLS 1.3' : 'plain socket'}, the lab’s client`

const isDeceived = ({ isAltered, sent, got }: Client) => isAltered && got !== undefined && got !== sent
const isSafe = ({ isAltered, got, ended, sent }: Client) =>
  isAltered && ended !== undefined && (got === undefined || got === sent)

export function answer({ clients, lines }: Data): Answer {
  const [plain, sealed] = [
    clients.filter(({ isSealed, isAltered }) => !isSealed && isAltered),
    clients.filter(({ isSealed, isAltered }) => isSealed && isAltered),
  ]
  const flipped = lines.filter(({ flippedAt }) => flippedAt !== undefined)
  if (plain.length === 0 || sealed.length + flipped.length === 0)
    return { sentence: 'No bit was flipped, so there is nothing to tell.', choice: undefined }
  const deceived = plain.filter(isDeceived)
  const broken = flipped.filter((line) => brokeAt(line) !== undefined)
  const wrong = flipped.reduce((sum, line) => sum + line.wrong, 0) + sealed.filter(isDeceived).length
  const ended = sealed.filter(isSafe).length + broken.length
  const [example] = deceived
  const all = sealed.length + flipped.length
  return {
    sentence:
      `One bit was flipped on ${plain.length + all} of ${count(clients.length + lines.length, 'line')}. On the plain sockets ${deceived.length} of ${plain.length} clients took the altered event for true` +
      `${example ? ` (${example.sent} became ${example.got})` : ''}; over TLS ${ended} of ${all} connections ended, and ${wrong === 0 ? 'not one altered event' : count(wrong, 'altered event')} came through.`,
    details: [
      ...(sealed.length > 0
        ? [`The lab’s clients over TLS were told ${list([...new Set(sealed.map(({ ended }) => ended ?? 'nothing'))])}.`]
        : []),
      ...flipped.map(lineSaid),
    ],
    choice: choiceOf(deceived.length, plain, wrong, ended === all),
    ...surpriseOf(deceived.length === plain.length, wrong, ended === all, lines),
  }
}

function lineSaid(line: Line): string {
  const [broke, back] = [brokeAt(line), backAt(line)]
  const told = line.alert
    ? `it sent the alert ${line.alert.name}, a record of ${line.alert.bytes} bytes that to a reader on the path is ${line.alert.outer}`
    : 'no alert of it was seen'
  const end = broke === undefined ? 'its connection did not end' : `its connection ended; ${told}`
  return `${nameOf(line)}: ${end}${broke !== undefined && back !== undefined ? `. Back after ${duration(back - broke)}` : ''}; ${line.wrong} of ${count(line.compared, 'event')} wrong, ${line.lost} lost, ${line.repeated} repeated.`
}

function choiceOf(deceived: number, plain: readonly Client[], wrong: number, allEnded: boolean): number | undefined {
  if (wrong > 0) return deceived > 0 ? 2 : undefined
  if (!allEnded) return undefined
  if (deceived === plain.length) return 1
  return plain.every(({ got, sent }) => got === undefined || got === sent) ? 0 : undefined
}

function surpriseOf(
  isDeceived: boolean,
  wrong: number,
  allEnded: boolean,
  lines: readonly Line[],
): { surprise?: string } {
  if (wrong > 0)
    return {
      surprise:
        'An altered event came through TLS. That must not be: is something between this page and the lab that ends TLS?',
    }
  if (!allEnded)
    return {
      surprise:
        'A connection over TLS went on after its record was altered. Perhaps no record passed in that time; run it again.',
    }
  if (!isDeceived)
    return {
      surprise:
        'A client on a plain socket did not get the altered event. Perhaps it came in two pieces, or after the end of the run.',
    }
  if (lines.some(({ lost, repeated }) => lost + repeated > 0))
    return {
      surprise: 'Nothing should be lost or repeated: every line goes on at its cursor. Was the machine very busy?',
    }
  return {}
}

export const table = ({ clients, lines }: Data): Table => ({
  caption: 'Each line of which a bit was flipped',
  columns: ['line', 'sent', 'received', 'ended', 'alert', 'seen as', 'events compared', 'wrong', 'lost', 'repeated'],
  rows: [
    ...clients.map((each) => [
      ...[clientName(each), each.sent, each.got, each.ended ?? 'no', each.alerts[0], undefined],
      ...[undefined, isDeceived(each) ? 1 : 0, undefined, undefined],
    ]),
    ...lines.map((line) => [
      ...[nameOf(line), undefined, undefined, brokeAt(line) === undefined ? 'no' : 'yes'],
      ...[line.alert?.name, line.alert?.outer, line.compared, line.wrong, line.lost, line.repeated],
    ]),
  ],
})
