// The answer of “Proxies that buffer”: what each of the five readers had, and was told, while the proxy was there. Pure.
import type { TransportName } from '../../../transports/clients.ts'
import { count, duration } from '../../words.ts'
import { typical, worst } from '../latency.ts'
import type { Answer } from '../experiment.ts'
import type { Followed, Got } from '../follow.ts'
import type { Table } from '../table.ts'

export interface Reader {
  name: string
  note: string
  lane: TransportName
  isBehind: boolean
  events: readonly Got[]
  states: Followed['states']
  /** When it gave up waiting for the hello and asked in another way. */
  changedAt?: number
  lost: number
}
export interface Data {
  /** SSE without and behind the proxy, SSE with a plan B, long polling, WebSocket. */
  readers: Reader[]
  /** When the proxy was taken away. */
  removedAt: number | undefined
  now: number
}

export const PER_SECOND = 4

const before = ({ events }: Reader, { removedAt = Infinity }: Data) => events.filter(({ at }) => at < removedAt)
/** What a program is told: `open`, or that it broke. The first `connecting` is its own doing. */
const told = ({ states }: Reader, { removedAt = Infinity }: Data) =>
  states.filter(({ at, state }) => at < removedAt && state !== 'connecting').map(({ state }) => state)
const typically = (events: readonly Got[]) =>
  events.length > 0 ? ` (median latency ${duration(typical(events))})` : ''

export function answer(data: Data): Answer {
  const { readers, removedAt } = data
  const [free, behind, careful, longPolling, wss] = readers
  if (!free || !behind || !careful || !longPolling || !wss || removedAt === undefined)
    return { sentence: 'The proxy was not taken away in this run, so there is nothing to compare.', choice: undefined }
  const [hadFree, had] = [before(free, data), before(behind, data)]
  const [hadPolled, hadWss] = [before(longPolling, data), before(wss, data)]
  const words = told(behind, data)
  const late = behind.events.filter(({ due, at }) => due < removedAt && at >= removedAt)
  const lost = readers.reduce((sum, each) => sum + each.lost, 0)
  const isKnown = hadFree.length > 0
  /** Each waited for others to come, beyond the distance of two. */
  const inLumps = typical(had) > typical(hadFree) + 1000 / PER_SECOND
  const nothing = words.length === 0 ? 'nothing, not even of an error' : `only this: ${words.join(', ')}`
  const passes = hadPolled.length > 0 && hadWss.length > 0
  return {
    sentence: !isKnown
      ? `In ${duration(removedAt)} not even the reader without the proxy had an event, so there is nothing to compare.`
      : had.length === 0
        ? `In ${duration(removedAt)} behind the proxy EventSource had no event and was told ${nothing}; without the proxy it had ${count(hadFree.length, 'event')}.`
        : `Behind the proxy EventSource had ${count(had.length, 'event')} in ${duration(removedAt)}${typically(had)}, without it ${hadFree.length}${typically(hadFree)}.`,
    details: [
      `Through the same kind of proxy long polling had ${count(hadPolled.length, 'event')}${typically(hadPolled)}, the WebSocket ${hadWss.length}${typically(hadWss)}.`,
      careful.changedAt === undefined
        ? 'The reader with a plan B heard a hello in time and did not need it.'
        : `The reader with a plan B gave up on its hello after ${duration(careful.changedAt)}, went on by long polling from the same cursor, and had ${count(before(careful, data).length, 'event')} before the proxy was gone.`,
      late.length > 0
        ? `What was due before the proxy was taken away came after that: ${count(late.length, 'event')}, up to ${duration(worst(late))} late.`
        : 'After the proxy was taken away nothing came that had been due before.',
      lost === 0
        ? 'Nobody lost an event.'
        : `${count(lost, 'event')} of all five readers ${lost === 1 ? 'was' : 'were'} lost.`,
    ],
    choice: !isKnown ? undefined : had.length > 0 ? (inLumps ? 0 : undefined) : choiceOf(words),
    ...((!isKnown || had.length > 0 || words.length > 0 || !passes || lost > 0) && {
      surprise: !isKnown
        ? 'The lab should have made events all the time. Is it still running?'
        : had.length > 0
          ? 'A stream got through. With large events the buffer of the proxy (64 KiB) fills and is let out: did another page set the payload of this lab high meanwhile?'
          : lost > 0
            ? 'Nothing should be lost: every reader has a cursor. Was the page in the background?'
            : 'Long polling and WebSockets should pass, and a held answer says nothing. Was the lab very busy?',
    }),
  }
}

/** Without an event. A stream that opened and then was silent is none of the choices. */
const choiceOf = (words: readonly string[]) =>
  words.length === 0 ? 2 : words.every((word) => word !== 'open') ? 1 : undefined

const known = (ms: number) => (Number.isFinite(ms) ? ms : undefined)

export const table = (data: Data): Table => ({
  caption: 'The five readers',
  columns: [
    ...['reader', 'proxy', 'first word, ms', 'events while the proxy was there', 'median latency of those, ms'],
    ...['events in all', 'worst latency, ms', 'lost'],
  ],
  rows: data.readers.map((reader) => [
    ...[reader.name, reader.isBehind ? 'yes' : 'no', reader.states.find(({ state }) => state === 'open')?.at],
    ...[before(reader, data).length, known(typical(before(reader, data))), reader.events.length],
    ...[known(worst(reader.events)), reader.lost],
  ]),
})
